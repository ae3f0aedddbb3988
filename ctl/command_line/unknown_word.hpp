// The message for a word that is not in a list. Without CLI11, which takes the compiler seconds.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tokenledger::ctl {

// "a, b, c".
[[nodiscard]] std::string listed(std::span<const std::string> values);

// "`gran` is WHAT; did you mean `grant`? There are: grant, deduct." WHAT: "no command".
[[nodiscard]] std::string unknown_word(std::string_view word, std::string_view what,
                                       std::span<const std::string> known);

} // namespace tokenledger::ctl
