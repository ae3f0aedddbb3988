// Payments as the store reads them, valued by entitlement_of() alone.
#include "verify/steps.hpp"

#include "core/batch_ledger.hpp"
#include "core/dispute_loss.hpp"
#include "core/entitlement.hpp"
#include "pg/array.hpp"
#include "pg/cursor.hpp"
#include "postgres/payments.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

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

// Of a payment whose tokens became a lot that is over.
struct ended_lot {
    std::int64_t refunded = 0;
    std::int64_t expired = 0;
};
using ended_lots = std::map<std::string, ended_lot, std::less<>>; // by payment

// The lot of a payment has the payment's user.
ended_lots read_ended_lots(pg::connection& connection, const payment_map& of) {
    pg::array users, payments;
    for (const auto& [id, payment] : of) {
        users.add(payment.credit->user_id);
        payments.add(id);
    }
    const std::optional<std::string> values[] = {std::move(users).finish(), std::move(payments).finish()};
    const pg::rows found = connection.exec(
        "SELECT stripe_payment_intent_id, refunded_tokens, expired_tokens FROM tokenledger.token_lots"
        " WHERE user_id = ANY ($1::text[]) AND stripe_payment_intent_id = ANY ($2::text[])"
        " AND expires_at <= greatest(now(), (SELECT account.last_transaction_at"
        " FROM tokenledger.token_accounts AS account WHERE account.user_id = token_lots.user_id))",
        values);
    ended_lots ended;
    for (std::size_t row = 0; row < found.size(); ++row)
        ended.emplace(found.text(row, 0),
                      ended_lot{.refunded = found.number(row, 1), .expired = found.number(row, 2)});
    return ended;
}

// What a settlement may have left taken of a payment that is worth `taken` tokens less. A lot that is over
// has lost tokens by its end, which are not taken again, and gets none back. When it was settled last is not
// known: before its end, or after it when less of it had expired than today.
bool is_settled(std::int64_t taken, std::int64_t found, const ended_lot* lot) {
    if (lot == nullptr)
        return found == taken;
    return found >= wide{taken} - lot->expired && found <= std::max(taken, lot->refunded);
}

void compare(const std::string& id, const payment_state& payment, const ended_lot* lot,
             const report_fn& report) {
    const credited what = credited_of(*payment.credit);
    const entitlement worth = entitlement_of(what, payment.facts);
    if (!is_settled(worth.taken_tokens, payment.taken_tokens, lot))
        report({.check = "settlement_tokens",
                .user_id = payment.credit->user_id,
                .payment_intent_id = id,
                .expected = std::to_string(worth.taken_tokens),
                .found = std::to_string(payment.taken_tokens)});
    // Money that takes no whole token changes neither row nor total: lost_cents is then the loss at the
    // time when tokens last moved. It may differ from today's loss, but takes the same number of tokens.
    if (!is_settled(tokens_for(what, payment.lost_cents), payment.taken_tokens, lot))
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
        const ended_lots lots = read_ended_lots(connection, batch);
        for (const auto& [id, payment] : batch) {
            const auto lot = lots.find(id);
            compare(id, payment, lot != lots.end() ? &lot->second : nullptr, report);
        }
    };
    read_through_cursor(connection,
                        "SELECT " + std::string(payment_columns) + std::string(payments_with_facts),
                        rows_per_fetch, settle_each);
    connection.exec("SET LOCAL enable_seqscan = on");
}

} // namespace tokenledger::ledger
