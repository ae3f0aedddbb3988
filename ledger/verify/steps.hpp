// Shared by the steps of a verification: the size of a fetch, and where discrepancies go.
#pragma once

#include "ledger/verify.hpp"
#include "pg/connection.hpp"
#include "pg/cursor.hpp"

#include <functional>
#include <string>

namespace tokenledger::ledger {

// Memory is constant on both sides, whatever the ledger's size. Here: one fetch of a server-side cursor,
// never a whole result. In the server: a cursor without HOLD and SCROLL returns rows as its plan produces
// them, and sorts and hashes spill to temporary files beyond work_mem.
inline constexpr std::size_t rows_per_fetch = 1000;
// Evidence is as large as a request's body may be, so its fetches are small.
inline constexpr std::size_t evidence_per_fetch = 32;

using report_fn = std::function<void(discrepancy)>;

// Recomputes with entitlement_of() what every payment with refunds or disputes is worth.
void verify_settlement(pg::connection& connection, const report_fn& report);

// Evidence that was packed with a dictionary cannot be read without it.
void verify_dictionaries(pg::connection& connection, const report_fn& report);

// Unpacks the evidence of stripe_events.
void verify_evidence(pg::connection& connection, const report_fn& report, const std::function<void()>& go_on);

} // namespace tokenledger::ledger
