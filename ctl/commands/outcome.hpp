// What commands print at their end: the outcome of a write, how to see the next page of a list.
#pragma once

#include "client/client.hpp"

#include <string>

namespace tokenledger::ctl {

// How to see the next page, if there is one.
void print_more(const context& in, const answer& got);

// Prints the outcome of a write: JSON if requested, else `done`, the rows that were posted and the hold.
int print_outcome(const context& in, const answer& got, const std::string& done);

} // namespace tokenledger::ctl
