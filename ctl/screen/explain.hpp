// A payment in plain words, from the daemon's JSON of it.
#pragma once

#include "screen/table.hpp"

#include "json/tree.hpp"

#include <string>

namespace tokenledger::ctl {

// What was credited, what Stripe said, what was taken back, and why: a paragraph each, in lines.
[[nodiscard]] std::string explained(const json_value& payment, const view& how);

} // namespace tokenledger::ctl
