// What the metrics say of the ledger, whichever door a command came by.
#pragma once

#include "metrics.hpp"

#include "ledger/outcome.hpp"

namespace tokenledger::daemon {

// Series that are there from the start, at zero: a counter that begins with a jump has no rate.
void declare_ledger_metrics(metrics& counters);

// tokenledger_ledger_transactions_total, for the rows that an outcome says were added; a replay added none.
void count_postings(metrics& counters, const ledger::outcome& from);

} // namespace tokenledger::daemon
