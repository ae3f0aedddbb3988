// What a json_tree holds: its values in the order of the text, and the text that they point into.
#pragma once

#include "json/tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger {

// Indices and offsets, not pointers: half the size, and the vectors may grow.
struct json_nodes {
    struct slice {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };
    struct node {
        json_kind kind = json_kind::absent;
        bool truth = false;
        slice name{};                  // of an object's member
        slice text{};                  // decoded string, or number as written
        std::uint32_t first_child = 0; // 0, the root, is nobody's child: none
        std::uint32_t next = 0;
    };

    [[nodiscard]] std::string_view text_of(slice part) const noexcept {
        return {characters.data() + part.at, part.size};
    }
    // The first of this name from `from` on, a child or 0, among its siblings; 0: none.
    [[nodiscard]] std::uint32_t find(std::uint32_t from, std::string_view name) const noexcept {
        while (from != 0 && text_of(nodes[from].name) != name)
            from = nodes[from].next;
        return from;
    }

    std::vector<node> nodes;
    std::string characters; // the text, its strings decoded where they stood
};

} // namespace tokenledger
