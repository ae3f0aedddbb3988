// Which filters each list of `export` has.
#pragma once

#include "command_line/options.hpp"

#include <string>

namespace tokenledger::ctl {

// The message for a filter that the list does not have; empty if there is none.
[[nodiscard]] std::string filter_fault(const export_options& what);

} // namespace tokenledger::ctl
