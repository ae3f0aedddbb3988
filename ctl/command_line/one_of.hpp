// Options with a closed list of values, and the message for a value that is not in it.
#pragma once

#include <CLI/CLI.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ctl {

// Refuses values that are not in the list and names the nearest one. Help, completions and the manual page
// read the list from the option.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> values);
[[nodiscard]] CLI::Validator one_of(std::span<const std::string_view> values);

// "a, b, c".
[[nodiscard]] std::string listed(std::span<const std::string> values);

// "`gran` is WHAT; did you mean `grant`? There are: grant, deduct." WHAT: "no command".
[[nodiscard]] std::string unknown_word(std::string_view word, std::string_view what,
                                       std::span<const std::string> known);

} // namespace tokenledger::ctl
