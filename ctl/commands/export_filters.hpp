// Which filters each list of `export` has.
#pragma once

#include "command_line/options.hpp"

#include <string>

namespace tokenledger::ctl {

// What is wrong with the filters, in the words of the command line; empty: nothing.
[[nodiscard]] std::string filter_fault(const export_options& what);

} // namespace tokenledger::ctl
