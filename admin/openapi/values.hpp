// What a value may be, as JSON Schema says it.
#pragma once

#include "ledger/names.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::admin {

struct value_schema {
    std::string_view type = "string";
    std::string_view format{};
    std::optional<std::int64_t> minimum{};
    std::optional<std::int64_t> maximum{};
    std::optional<std::int64_t> min_length{};
    std::optional<std::int64_t> max_length{};
    std::string_view pattern{};
    std::vector<std::string_view> names{}; // of a closed list
    std::optional<std::int64_t> max_items{};
    std::string preset{};  // JSON of the default; empty: none
    std::string example{}; // text
    std::string note{};    // said of every such value
};

[[nodiscard]] value_schema integer(std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                   std::int64_t most = std::numeric_limits<std::int64_t>::max());
[[nodiscard]] value_schema boolean();
[[nodiscard]] value_schema text(std::size_t least, std::size_t most);
[[nodiscard]] value_schema identifier();
[[nodiscard]] value_schema one_of(std::span<const std::string_view> names);
template <class Enum>
[[nodiscard]] value_schema one_of_all() {
    return one_of(ledger::names_of<Enum>());
}
[[nodiscard]] value_schema time();

// "1 to 255 bytes".
[[nodiscard]] std::string bytes_of_identifier();

// The words, then the note.
[[nodiscard]] std::string description_of(const value_schema& what, std::string_view words);
// As an object of JSON Schema, with its description.
[[nodiscard]] std::string json_of(const value_schema& what, std::string_view words = {});

// Of a member that holds less than its type would, and of parameters that are no filters.
struct value_row {
    std::string_view key; // keyed.hpp; "?name" is a parameter
    value_schema value;
};
[[nodiscard]] std::span<const value_row> all_values_known();

} // namespace tokenledger::admin
