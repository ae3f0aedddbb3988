// Rows of the daemon's lists as CSV (RFC 4180): the columns of each list are fixed, whatever the rows have.
#pragma once

#include "json/tree.hpp"

#include <string>
#include <string_view>

namespace tokenledger::ctl {

// Lists: transactions, purchases, usage, activity, events. Lines end in CRLF.
[[nodiscard]] std::string csv_header(std::string_view list);
// What a row lacks is empty; numbers are as the daemon writes them, objects are JSON. An activity row begins
// with `kind`: transaction or usage.
[[nodiscard]] std::string csv_line(std::string_view list, json_value row);

} // namespace tokenledger::ctl
