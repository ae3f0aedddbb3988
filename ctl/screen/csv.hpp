// Rows of the daemon's lists as CSV (RFC 4180): the columns of each list are fixed, whatever the rows have.
#pragma once

#include "json/tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tokenledger::ctl {

// exact: what the daemon says, character for character. spreadsheet: text that a spreadsheet would take for a
// formula has an apostrophe before it; numbers stay numbers, negative ones too.
enum class csv_style : std::uint8_t { exact, spreadsheet };

// Makes a spreadsheet read the file as UTF-8.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Lists: transactions, purchases, usage, activity, events, holds. Lines end in CRLF.
[[nodiscard]] std::string csv_header(std::string_view list);
// What a row lacks is empty; numbers are as the daemon writes them, objects are JSON. An activity row begins
// with `kind`: transaction or usage.
[[nodiscard]] std::string csv_line(std::string_view list, json_value row, csv_style style = csv_style::exact);

} // namespace tokenledger::ctl
