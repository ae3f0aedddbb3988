// The two halves of a rebuild: replay, then compare.
#pragma once

#include "ledger/rebuild.hpp"
#include "pg/connection.hpp"

#include <functional>

namespace tokenledger::ledger {

using difference_fn = std::function<void(rebuild_difference)>;

// Replays everything that is stored in `from`, in a transaction on one snapshot. Counts into `totals`.
void replay_all(pg::connection& from, const rebuild_options& options, rebuild_totals& totals,
                const difference_fn& differs);

// Compares table by table. `kept_all`: every replayed event had its clock and effect stored, so these are
// compared as well.
void compare_all(pg::connection& from, pg::connection& into, bool balances_only, bool kept_all,
                 rebuild_totals& totals, const difference_fn& differs);

} // namespace tokenledger::ledger
