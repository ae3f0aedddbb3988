// Payments as the store reads them, valued by entitlement_of() alone.
#include "verify/steps.hpp"

#include "core/batch_ledger.hpp"
#include "core/entitlement.hpp"
#include "pg/array.hpp"
#include "pg/cursor.hpp"
#include "postgres/payments.hpp"

namespace tokenledger::ledger {

namespace {

// A payment without facts keeps its whole credit, and the check of the refund rows has shown that nothing
// was taken. Other checks report what the readers below could not read: an incomplete credit, an unknown
// status.
constexpr std::string_view payments_with_facts = R"sql(
  FROM tokenledger.payments AS paid
 WHERE num_nulls(user_id, tokens, amount_cents, currency, catalog, credited_at) = 0
   AND (has_details OR refunded_cumulative_cents <> 0 OR taken_tokens <> 0 OR lost_cents <> 0)
   AND NOT EXISTS (SELECT FROM tokenledger.payment_disputes AS dispute
                    WHERE dispute.payment_intent_id = paid.payment_intent_id
                      AND dispute.status NOT IN ('undecided', 'closed', 'lost', 'won'))
)sql";

// The tokens that a loss of `cents` takes, by the same function.
std::int64_t tokens_for(const credited& what, std::int64_t cents) {
    payment_facts lost;
    lost.refunds[""] = {.amount_cents = cents};
    return entitlement_of(what, lost).taken_tokens;
}

void compare(const std::string& id, const payment_state& payment, const report_fn& report) {
    const credited what = credited_of(*payment.credit);
    const entitlement worth = entitlement_of(what, payment.facts);
    if (payment.taken_tokens != worth.taken_tokens)
        report({.check = "settlement_tokens",
                .user_id = payment.credit->user_id,
                .payment_intent_id = id,
                .expected = std::to_string(worth.taken_tokens),
                .found = std::to_string(payment.taken_tokens)});
    // Money that takes no whole token changes neither row nor total: lost_cents is then the loss at the
    // time when tokens last moved. It may differ from today's loss, but takes the same number of tokens.
    if (tokens_for(what, payment.lost_cents) != payment.taken_tokens)
        report({.check = "settlement_money",
                .user_id = payment.credit->user_id,
                .payment_intent_id = id,
                .expected = std::to_string(worth.lost_cents),
                .found = std::to_string(payment.lost_cents)});
}

} // namespace

void verify_settlement(pg::connection& connection, const report_fn& report) {
    const auto settle_each = [&](const pg::rows& rows) {
        payment_map batch;
        pg::array with_details;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const std::string id(rows.text(row, 0));
            if (read_payment(rows, row, batch[id]))
                with_details.add(id);
        }
        // By key, whatever the statistics say: otherwise each fetch could read the whole tables.
        read_details(
            connection.exec("SET LOCAL enable_seqscan = off; " +
                            select_details(connection.quote(std::move(with_details).finish()) + "::text[]")),
            batch);
        for (const auto& [id, payment] : batch)
            compare(id, payment, report);
    };
    read_through_cursor(connection,
                        "SELECT " + std::string(payment_columns) + std::string(payments_with_facts),
                        rows_per_fetch, settle_each);
    connection.exec("SET LOCAL enable_seqscan = on");
}

} // namespace tokenledger::ledger
