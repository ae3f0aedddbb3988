// Payments in PostgreSQL: the credit, the facts, and what hangs on them.
#pragma once

#include "ledger/plan.hpp"
#include "pg.hpp"

#include <string>
#include <string_view>

namespace tokenledger::ledger {

// Columns of tokenledger.payments in the order that read_payment takes them.
inline constexpr std::string_view payment_columns =
    "payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity,"
    " (extract(epoch FROM credited_at) * 1000000)::bigint,"
    " amount_requested_cents, refunded_cumulative_cents, canceled, not_ours, taken_tokens, lost_cents, "
    "has_details, refunded_currency";

// One row of payment_columns. Returns whether the payment has details that are still to be read.
[[nodiscard]] bool read_payment(const pg::result& from, std::size_t row, payment_state& into);

// Refunds, disputes and waiting events of the payments in `ids` (an SQL expression of type text[]); each row
// tells its payment in the second column, `into` is looked up by it.
[[nodiscard]] std::string select_details(const std::string& ids);
void read_details(const pg::result& from, payment_map& into);

// True if rows of other tables belong to this payment.
[[nodiscard]] bool has_details(const payment_state& payment);

// Writes refunds, disputes and released events; nothing, and no round trip, where the plan has none.
void apply_details(pg::connection& connection, const batch_plan& rows);

} // namespace tokenledger::ledger
