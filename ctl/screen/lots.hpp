// The lots of an account: its tokens that expire, or have a priority of their own.
#pragma once

#include "screen/table.hpp"

#include "json/tree.hpp"

#include <string>

namespace tokenledger::ctl {

// A table of the daemon's JSON of an account, in the order of use, after an empty line. Empty: it has no
// lots.
[[nodiscard]] std::string text_of_lots(json_value account, const view& how);

// What a transaction added to each lot, negative where it took: "1: -50, 3: -20". Empty: it touched none.
[[nodiscard]] cell lots_cell(json_value transaction);

} // namespace tokenledger::ctl
