// Rows and amounts of the daemon's JSON as cells of a table.
#pragma once

#include "screen/table.hpp"

#include "json/tree.hpp"

#include <string>

namespace tokenledger::ctl {

[[nodiscard]] std::string text_of(json_value value); // a string, visible; empty if there is none
[[nodiscard]] std::string
number_of(json_value value); // an integer or decimal, grouped; empty if there is none
// The members of an object in a line: "user_id user_1, balance 5".
[[nodiscard]] std::string in_words(json_value object);
[[nodiscard]] cell id_cell(json_value value);      // never cut: people copy it
[[nodiscard]] cell signed_cell(json_value value);  // +5 good, -5 bad
[[nodiscard]] cell balance_cell(json_value value); // negative ones stand out
[[nodiscard]] cell result_cell(json_value value);  // of an event
[[nodiscard]] cell time_cell(json_value value);
// A time of the daemon for a sentence: "2026-01-31 12:00:00 UTC"; empty if there is none.
[[nodiscard]] std::string time_of(json_value value);

} // namespace tokenledger::ctl
