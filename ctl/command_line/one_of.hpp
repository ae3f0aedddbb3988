// Options with a closed list of values.
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

} // namespace tokenledger::ctl
