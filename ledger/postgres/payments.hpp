// Payments in PostgreSQL: the credit, the facts, and the rows that belong to them.
#pragma once

#include "core/plan.hpp"
#include "pg/connection.hpp"

#include <string>
#include <string_view>

namespace tokenledger::ledger {

// Columns of tokenledger.payments in the order that read_payment takes them.
inline constexpr std::string_view payment_columns =
    "payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity,"
    " (extract(epoch FROM credited_at) * 1000000)::bigint,"
    " amount_requested_cents, refunded_cumulative_cents, canceled, not_ours, taken_tokens, lost_cents, "
    "has_details, refunded_currency";

inline constexpr std::size_t payment_columns_count = 17;

// One more column, of tokenledger.payments AS paid: the modes and accounts of the events that credited it or
// brought a refund or dispute, as netstrings. Each part looks up an index: the first finds all of these
// events but the one that credited the payment, which its purchase names. A join would depend on statistics.
inline constexpr std::string_view payment_origins = R"sql(
concat((SELECT string_agg(DISTINCT concat(CASE WHEN told.livemode THEN '4:true,' ELSE '5:false,' END,
                          octet_length(coalesce(told.account, '')), ':', told.account, ','), '')
          FROM tokenledger.stripe_events AS told
         WHERE told.payment_intent_id = paid.payment_intent_id
           AND (told.event_type <> 'payment_intent.succeeded' OR told.result <> 'applied')
           AND told.livemode IS NOT NULL AND told.effect IS NOT NULL
           AND (told.reason IS NULL AND (told.result IN ('applied', 'waiting', 'dismissed')
                                         OR told.result = 'ignored' AND (told.evidence IS NOT NULL
                                                                         OR told.evidence_sha256 IS NOT NULL))
                OR told.reason = 'partial_capture_refund'
                OR told.reason = 'currency_mismatch' AND told.event_type <> 'payment_intent.succeeded')),
       (SELECT concat(CASE WHEN first.livemode THEN '4:true,' ELSE '5:false,' END,
                      octet_length(coalesce(first.account, '')), ':', first.account, ',')
          FROM tokenledger.stripe_events AS first
         WHERE first.livemode IS NOT NULL
           AND first.event_id = (SELECT bought.stripe_event_id FROM tokenledger.token_transactions AS bought
                                  WHERE bought.user_id = paid.user_id
                                    AND bought.stripe_payment_intent_id = paid.payment_intent_id
                                    AND bought.transaction_type = 'purchase')))
)sql";
[[nodiscard]] std::set<event_origin> read_origins(std::string_view netstrings);

// One row of payment_columns. Returns whether the payment has details that are still to be read.
[[nodiscard]] bool read_payment(const pg::rows& from, std::size_t row, payment_state& into);

// Selects refunds, disputes and waiting events of the payments in `ids` (an SQL expression of type text[]).
// The second column of each row is its payment, which read_details() looks up in `into`.
[[nodiscard]] std::string select_details(const std::string& ids);
void read_details(const pg::rows& from, payment_map& into);

// True if rows of other tables belong to this payment.
[[nodiscard]] bool has_details(const payment_state& payment);

// Writes refunds, disputes and changed events; if the plan has none, there is no round trip.
void apply_details(pg::connection& connection, const batch_plan& rows);

} // namespace tokenledger::ledger
