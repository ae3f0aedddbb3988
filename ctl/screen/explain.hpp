// Explains a payment in sentences, from the daemon's JSON.
#pragma once

#include "screen/table.hpp"

#include "json/tree.hpp"

#include <string>

namespace tokenledger::ctl {

// One paragraph each: what was credited, what Stripe reported, what was taken back and why.
[[nodiscard]] std::string explained(const json_value& payment, const view& how);

} // namespace tokenledger::ctl
