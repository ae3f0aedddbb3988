// Limits of members, and the sums that they are compared with.
#pragma once

#include "core/plan.hpp"
#include "pg/connection.hpp"

#include <cstdint>
#include <span>

namespace tokenledger::ledger {

// As store::read_spending.
[[nodiscard]] member_spending read_spending(pg::connection& connection, std::span<const member_id> members,
                                            std::int64_t now_us, bool with_sums);

void apply_limits(pg::connection& connection, const batch_plan& rows, std::int64_t now_us);

} // namespace tokenledger::ledger
