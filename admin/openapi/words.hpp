// What the document says to people, and what its calls are called by programs that are generated from it.
#pragma once

#include <span>
#include <string_view>

namespace tokenledger::admin {

struct call_words {
    std::string_view key; // method and path
    std::string_view id;  // operationId; does not change
    std::string_view summary;
    std::string_view more{}; // behind the permit
};

struct word {
    std::string_view key; // keyed.hpp; "?name" is a parameter, "list?name" one that a list has of its own
    std::string_view text;
};

[[nodiscard]] std::span<const call_words> all_call_words() noexcept;
[[nodiscard]] std::span<const word> all_words() noexcept;

} // namespace tokenledger::admin
