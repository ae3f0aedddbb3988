// What the steps of a verification share: the cursor they read through and the place they report to.
#pragma once

#include "ledger/verify.hpp"
#include "pg/connection.hpp"
#include "pg/cursor.hpp"

#include <functional>
#include <string>

namespace tokenledger::ledger {

// Memory is constant on both sides, whatever the ledger holds. Here: one fetch of a server-side cursor at a
// time, never a whole result. There: a cursor without HOLD and without SCROLL hands out rows as its plan
// makes them, and the plan's sorts and hashes spill to temporary files beyond work_mem.
inline constexpr std::size_t rows_per_fetch = 1000;
// Evidence is as large as a request's body may be, so its fetches are small.
inline constexpr std::size_t evidence_per_fetch = 32;

using report_fn = std::function<void(discrepancy)>;

// Recomputes with entitlement_of() what every payment with refunds or disputes is worth.
void verify_settlement(pg::connection& connection, const report_fn& report);

// What was packed with a dictionary cannot be read without it.
void verify_dictionaries(pg::connection& connection, const report_fn& report);

// Unpacks what the rows of stripe_events keep.
void verify_evidence(pg::connection& connection, const report_fn& report, const std::function<void()>& go_on);

} // namespace tokenledger::ledger
