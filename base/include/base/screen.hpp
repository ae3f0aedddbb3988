// Text that came from outside, on a person's screen: the one table of what may not be written there as it is,
// for the log and for tokenledgerctl.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tokenledger::base {

struct character {
    char32_t point = 0;
    std::size_t bytes = 1;
    bool valid = false; // false: one byte that is no UTF-8
};

// The character that `text`, which is not empty, begins with.
[[nodiscard]] character first_character(std::string_view text) noexcept;

// False for what steers a terminal (controls, C1 too), begins a line (U+0085, U+2028, U+2029), turns the
// direction of text round or cannot be seen, and for bytes that are no UTF-8.
[[nodiscard]] bool may_be_shown(const character& what) noexcept;

// `\x1b` of ASCII and of a byte that is no UTF-8, `\u202e` of anything else. `text` begins with `what`.
void append_escape(std::string& to, const character& what, std::string_view text);

} // namespace tokenledger::base
