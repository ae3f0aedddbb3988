// Revenue by day and pack: paid, returned, left.
#pragma once

#include "screen/table.hpp"

#include "json/tree.hpp"

#include <string>

namespace tokenledger::ctl {

// `rows`: those of GET /v1/reports/transactions?span=day. Sorted by currency, which are never added up, then
// day and pack; with a sum for each currency. Money that went back counts on the day on which it was taken
// off. Empty where no money moved.
[[nodiscard]] std::string revenue(const json_value& rows, const view& how);

} // namespace tokenledger::ctl
