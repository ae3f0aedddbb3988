// The size of a row in a reply, so that a page can end before it is too large.
#pragma once

#include "ledger/reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace tokenledger::ledger {

// Numbers, times, booleans and names of enumerations, with what JSON sets around them.
inline constexpr std::size_t longest_value = 32;
// Around a row, and around a member: braces, quotes, colon, comma.
inline constexpr std::size_t marks_of_a_row = 3;
inline constexpr std::size_t marks_of_a_member = 6;

// Escaped, without quotes.
[[nodiscard]] std::size_t shown_bytes(std::string_view text) noexcept;

// The most bytes of JSON that a row takes, whatever its texts contain. Rows of lists have no vectors.
template <has_fields Row>
std::size_t shown_bytes(const Row& row) noexcept {
    std::size_t bytes = marks_of_a_row;
    for_each_field<Row>([&](const auto& field) {
        const auto& value = row.*field.member;
        bytes += field.name.size() + marks_of_a_member;
        if constexpr (std::is_same_v<decltype(value), const std::string&>)
            bytes += field.how == shown::json ? value.size() : shown_bytes(std::string_view(value));
        else if constexpr (requires { shown_bytes(value); })
            bytes += shown_bytes(value);
        else if constexpr (requires { shown_bytes(*value); })
            bytes += value ? shown_bytes(*value) : 0;
        else
            bytes += longest_value;
    });
    return bytes;
}

} // namespace tokenledger::ledger
