// Lays JSON out for people and for diffs.
#pragma once

#include "json/tree.hpp"

#include <string>

namespace tokenledger::admin {

// Two blanks for each level. What fits a line of 120 columns stays on it.
[[nodiscard]] std::string laid_out(const json_value& what);

} // namespace tokenledger::admin
