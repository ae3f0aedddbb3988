// Facts are written as upserts by key, so that no statistics can spoil the plan, and read in one round trip.
#include "postgres/payments.hpp"

#include "codec/netstrings.hpp"
#include "pg/parameters.hpp"
#include "postgres/names.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tokenledger::ledger {

namespace {

bool truth(const pg::rows& from, std::size_t row, std::size_t column) {
    return from.text(row, column) == "t";
}

constexpr std::string_view merge_details = R"sql(
WITH refunds AS (
    INSERT INTO tokenledger.payment_refunds AS known (payment_intent_id, refund_id, amount_cents, currency, failed,
           moved_money)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::boolean[], $6::boolean[])
        ON CONFLICT (payment_intent_id, refund_id) DO UPDATE
       SET amount_cents = EXCLUDED.amount_cents, currency = EXCLUDED.currency, failed = EXCLUDED.failed,
           moved_money = EXCLUDED.moved_money
     WHERE (known.amount_cents, known.currency, known.failed, known.moved_money)
           IS DISTINCT FROM (EXCLUDED.amount_cents, EXCLUDED.currency, EXCLUDED.failed, EXCLUDED.moved_money)
), disputes AS (
    INSERT INTO tokenledger.payment_disputes AS known (payment_intent_id, dispute_id, amount_cents, currency,
           funds_withdrawn, funds_reinstated, status, signs_only)
    SELECT * FROM unnest($7::text[], $8::text[], $9::bigint[], $10::text[], $11::boolean[], $12::boolean[], $13::text[],
           $14::boolean[])
        ON CONFLICT (payment_intent_id, dispute_id) DO UPDATE
       SET amount_cents = EXCLUDED.amount_cents, currency = EXCLUDED.currency,
           funds_withdrawn = EXCLUDED.funds_withdrawn, funds_reinstated = EXCLUDED.funds_reinstated,
           status = EXCLUDED.status, signs_only = EXCLUDED.signs_only
     WHERE (known.amount_cents, known.currency, known.funds_withdrawn, known.funds_reinstated, known.status,
            known.signs_only)
           IS DISTINCT FROM (EXCLUDED.amount_cents, EXCLUDED.currency, EXCLUDED.funds_withdrawn,
                             EXCLUDED.funds_reinstated, EXCLUDED.status, EXCLUDED.signs_only)
), charges AS (
    UPDATE tokenledger.payments AS known SET refunded_currency = shown.currency
      FROM unnest($15::text[], $16::text[]) AS shown (payment_intent_id, currency)
     WHERE known.payment_intent_id = shown.payment_intent_id
       AND known.refunded_currency IS DISTINCT FROM shown.currency
)
INSERT INTO tokenledger.payment_dispute_transactions AS known (payment_intent_id, dispute_id, balance_transaction_id,
       takes_money, amount_cents, currency)
SELECT * FROM unnest($17::text[], $18::text[], $19::text[], $20::boolean[], $21::bigint[], $22::text[])
    ON CONFLICT (payment_intent_id, dispute_id, balance_transaction_id) DO UPDATE
   SET takes_money = EXCLUDED.takes_money, amount_cents = EXCLUDED.amount_cents, currency = EXCLUDED.currency
 WHERE (known.takes_money, known.amount_cents, known.currency)
       IS DISTINCT FROM (EXCLUDED.takes_money, EXCLUDED.amount_cents, EXCLUDED.currency)
)sql";

void add_refunds(parameters& into, const batch_plan& rows) {
    pg::array payment, refund, amount, currency, failed, moved;
    for (const payment_row& row : rows.payments) {
        for (const auto& [id, fact] : row.state.facts.refunds) {
            if (!row.facts_changed)
                break;
            payment.add(row.id);
            refund.add(id);
            amount.add(fact.amount_cents);
            currency.add_or_null(fact.currency);
            failed.add(fact.status == refund_status::voided);
            moved.add(fact.moved_money);
        }
    }
    into.add(std::move(payment), std::move(refund), std::move(amount), std::move(currency), std::move(failed),
             std::move(moved));
}

void add_disputes(parameters& into, const batch_plan& rows) {
    pg::array payment, dispute, amount, currency, withdrawn, reinstated, status, signs;
    for (const payment_row& row : rows.payments) {
        for (const auto& [id, fact] : row.state.facts.disputes) {
            if (!row.facts_changed)
                break;
            payment.add(row.id);
            dispute.add(id);
            amount.add(fact.amount_cents);
            currency.add_or_null(fact.currency);
            withdrawn.add(fact.funds_withdrawn);
            reinstated.add(fact.funds_reinstated);
            status.add(to_string(fact.status));
            signs.add(fact.signs_only);
        }
    }
    into.add(std::move(payment), std::move(dispute), std::move(amount), std::move(currency),
             std::move(withdrawn), std::move(reinstated), std::move(status), std::move(signs));
}

void add_charges(parameters& into, const batch_plan& rows) {
    pg::array payment, currency;
    for (const payment_row& row : rows.payments) {
        if (!row.facts_changed || row.state.facts.refunded_currency.empty())
            continue;
        payment.add(row.id);
        currency.add(row.state.facts.refunded_currency);
    }
    into.add(std::move(payment), std::move(currency));
}

void add_movements(parameters& into, const batch_plan& rows) {
    pg::array payment, dispute, transaction, takes, amount, currency;
    for (const payment_row& row : rows.payments) {
        for (const auto& [id, fact] : row.state.facts.disputes) {
            if (!row.facts_changed)
                break;
            for (const auto& [balance_transaction, moved] : fact.balance_transactions) {
                payment.add(row.id);
                dispute.add(id);
                transaction.add(balance_transaction);
                takes.add(moved.takes_money);
                amount.add(moved.amount_cents != 0 ? std::optional(moved.amount_cents) : std::nullopt);
                currency.add_or_null(moved.currency);
            }
        }
    }
    into.add(std::move(payment), std::move(dispute), std::move(transaction), std::move(takes),
             std::move(amount), std::move(currency));
}

// Updates changed events: one statement for each run of equal changes.
void update_events(pg::connection& connection, std::span<const event_update> updates) {
    for (auto first = updates.begin(); first != updates.end();) {
        const auto last = std::find_if(first, updates.end(), [&](const event_update& each) {
            return std::tie(each.from, each.result, each.reason) !=
                   std::tie(first->from, first->result, first->reason);
        });
        pg::array ids;
        std::for_each(first, last, [&](const event_update& each) { ids.add(each.event_id); });
        const std::optional<std::string> values[] = {
            std::string(to_string(first->result)), std::string(to_string(first->reason)),
            std::string(to_string(first->from)), std::move(ids).finish()};
        const pg::rows written =
            connection.exec("UPDATE tokenledger.stripe_events SET result = $1, reason = nullif($2, '')"
                            " WHERE result = $3 AND event_id = ANY($4::text[])",
                            values);
        check_count("stripe_events", static_cast<std::int64_t>(written.affected_rows()),
                    static_cast<std::size_t>(last - first));
        first = last;
    }
}

} // namespace

bool has_details(const payment_state& payment) {
    return !payment.facts.refunds.empty() || !payment.facts.disputes.empty() || !payment.waiting.empty();
}

std::set<event_origin> read_origins(std::string_view netstrings) {
    std::set<event_origin> made;
    netstring_reader from(netstrings);
    while (from.more()) {
        const bool livemode = from.truth();
        made.insert({.livemode = livemode, .account = from.string()});
    }
    if (!from.finished())
        throw store_error(store_failure::unavailable, "the origins of a payment cannot be read");
    return made;
}

bool read_payment(const pg::rows& from, std::size_t row, payment_state& into) {
    if (from.get(row, 1))
        into.credit = credit{.user_id = std::string(from.text(row, 1)),
                             .tokens = from.number(row, 2),
                             .amount_cents = from.number(row, 3),
                             .currency = std::string(from.text(row, 4)),
                             .catalog = std::string(from.text(row, 5)),
                             .pack = std::string(from.get(row, 6).value_or("")),
                             .quantity = from.get(row, 7) ? from.number(row, 7) : 1,
                             .credited_at_us = from.number(row, 8)};
    into.facts.amount_requested_cents = from.number(row, 9);
    into.facts.refunded_cumulative_cents = from.number(row, 10);
    into.facts.canceled = truth(from, row, 11);
    into.facts.not_ours = truth(from, row, 12);
    into.taken_tokens = from.number(row, 13);
    into.lost_cents = from.number(row, 14);
    into.facts.refunded_currency = from.get(row, 16).value_or("");
    return truth(from, row, 15);
}

std::string select_details(const std::string& ids) {
    // All parts have the same columns: kind, payment, id, id within it, amount, text, three booleans.
    return "SELECT 'refund', payment_intent_id, refund_id, NULL, amount_cents, currency, failed,"
           " moved_money, NULL"
           " FROM tokenledger.payment_refunds WHERE payment_intent_id = ANY(" +
           ids +
           ") UNION ALL SELECT 'dispute', payment_intent_id, dispute_id, status, amount_cents, currency,"
           " funds_withdrawn, funds_reinstated, signs_only"
           " FROM tokenledger.payment_disputes WHERE payment_intent_id = ANY(" +
           ids +
           ") UNION ALL SELECT 'dispute_transaction', payment_intent_id, dispute_id, balance_transaction_id,"
           " amount_cents, currency, takes_money, NULL, NULL"
           " FROM tokenledger.payment_dispute_transactions WHERE payment_intent_id = ANY(" +
           ids +
           ") UNION ALL (SELECT 'waiting', payment_intent_id, event_id, NULL, position, NULL, NULL, NULL, "
           "NULL"
           " FROM tokenledger.stripe_events WHERE result = 'waiting' AND payment_intent_id = ANY(" +
           ids + ") ORDER BY payment_intent_id, position)";
}

void read_details(const pg::rows& from, payment_map& into) {
    std::map<std::string, std::map<std::int64_t, std::string>> waiting; // by payment, then by position
    for (std::size_t row = 0; row < from.size(); ++row) {
        const std::string_view what = from.text(row, 0);
        payment_state& payment = into.find(from.text(row, 1))->second;
        const std::string id(from.text(row, 2));
        if (what == "refund") {
            payment.facts.refunds[id] = {.amount_cents = from.number(row, 4),
                                         .status = truth(from, row, 6) ? refund_status::voided
                                                                       : refund_status::counting,
                                         .moved_money = truth(from, row, 7),
                                         .currency = std::string(from.get(row, 5).value_or(""))};
        } else if (what == "dispute") {
            dispute_fact& dispute = payment.facts.disputes[id];
            dispute.amount_cents = from.number(row, 4);
            dispute.currency = from.get(row, 5).value_or("");
            dispute.funds_withdrawn = truth(from, row, 6);
            dispute.funds_reinstated = truth(from, row, 7);
            dispute.signs_only = truth(from, row, 8);
            dispute.status = value_named<dispute_status>(from.text(row, 3));
        } else if (what == "dispute_transaction") {
            payment.facts.disputes[id].balance_transactions[std::string(from.text(row, 3))] = {
                .takes_money = truth(from, row, 6),
                .amount_cents = from.get(row, 4) ? from.number(row, 4) : 0,
                .currency = std::string(from.get(row, 5).value_or(""))};
        } else {
            waiting[std::string(from.text(row, 1))].emplace(from.number(row, 4), id);
        }
    }
    for (const auto& [payment, events] : waiting) {
        for (const auto& [position, event] : events)
            into.find(payment)->second.waiting.push_back(event);
    }
}

void apply_details(pg::connection& connection, const batch_plan& rows) {
    if (!rows.event_updates.empty())
        update_events(connection, rows.event_updates);
    const bool any = std::any_of(rows.payments.begin(), rows.payments.end(), [](const payment_row& row) {
        const payment_facts& facts = row.state.facts;
        return row.facts_changed &&
               (!facts.refunds.empty() || !facts.disputes.empty() || !facts.refunded_currency.empty());
    });
    if (!any)
        return;
    parameters columns;
    add_refunds(columns, rows);
    add_disputes(columns, rows);
    add_charges(columns, rows);
    add_movements(columns, rows);
    connection.exec(std::string(merge_details), columns.values());
}

} // namespace tokenledger::ledger
