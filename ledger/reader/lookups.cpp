// One account, one payment, one event: each on one snapshot, found by its key.
#include "reader/lookups.hpp"

#include "base/hex.hpp"
#include "core/batch_ledger.hpp"
#include "core/due.hpp"
#include "core/entitlement.hpp"
#include "pg/array.hpp"
#include "postgres/evidence_reader.hpp"
#include "postgres/lots.hpp"
#include "postgres/names.hpp"
#include "postgres/payments.hpp"
#include "reader/page_cursor.hpp"
#include "reader/queue.hpp"
#include "reader/rows.hpp"
#include "reader/selects.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

namespace {

pg::rows lookup(pg::connection& connection, const std::string& sql, const std::string& key) {
    const std::optional<std::string> values[] = {key};
    return connection.exec(sql, values);
}

// The payments that `from` lists, with their facts.
payment_map read_payments(pg::connection& connection, const pg::rows& from) {
    payment_map known;
    pg::array with_details;
    bool any = false;
    for (std::size_t row = 0; row < from.size(); ++row) {
        if (read_payment(from, row, known[std::string(from.text(row, 0))])) {
            with_details.add(from.text(row, 0));
            any = true;
        }
    }
    if (any)
        read_details(lookup(connection, select_details("$1::text[]"), std::move(with_details).finish()),
                     known);
    return known;
}

std::vector<type_total> read_totals(pg::connection& connection, const std::string& user_id) {
    return read_rows(lookup(connection,
                            "SELECT t.transaction_type, count(*), sum(t.token_amount)"
                            " FROM tokenledger.token_transactions AS t WHERE t.user_id = $1::text"
                            " GROUP BY t.transaction_type ORDER BY t.transaction_type",
                            user_id),
                     [](row_reader& from) {
                         return type_total{
                             .type = type_of(from.text()), .count = from.number(), .tokens = from.text()};
                     });
}

// Through the user's purchases: payments has no index by user, which every purchase would have to maintain.
std::vector<std::string> read_disputed(pg::connection& connection, const std::string& user_id) {
    const pg::rows from =
        lookup(connection,
               "SELECT " + std::string(payment_columns) +
                   " FROM tokenledger.payments WHERE payment_intent_id = ANY(ARRAY(SELECT d.payment_intent_id"
                   " FROM tokenledger.token_transactions AS t JOIN tokenledger.payment_disputes AS d"
                   " ON d.payment_intent_id = t.stripe_payment_intent_id"
                   " WHERE t.user_id = $1::text AND t.transaction_type = 'purchase'))",
               user_id);
    std::vector<std::string> disputed;
    for (const auto& [id, payment] : read_payments(connection, from)) {
        if (payment.credit && entitlement_of(credited_of(*payment.credit), payment.facts).in_dispute)
            disputed.push_back(id);
    }
    return disputed;
}

std::vector<limit_view> read_limits(pg::connection& connection, const std::string& user_id) {
    return read_rows(
        lookup(connection,
               "SELECT l.member, l.per, l.tokens, (extract(epoch FROM l.set_at) * 1000000)::bigint"
               " FROM tokenledger.member_limits AS l WHERE l.user_id = $1::text"
               " AND l.tokens IS NOT NULL ORDER BY l.member, l.per",
               user_id),
        [](row_reader& from) {
            return limit_view{.member = from.text(),
                              .per = value_named<limit_window>(from.text()),
                              .tokens = from.number(),
                              .set_at_us = from.number()};
        });
}

// The account's lots and holds, and the time to look at them; nullopt: it never had any. `payments`: whose
// lots are wanted though nothing is left of them.
struct lots_now {
    account_lots lots{};
    std::int64_t now_us = 0;
};
std::optional<lots_now> read_lots_now(pg::connection& connection, const std::string& user_id,
                                      std::vector<std::string_view> payments = {}) {
    const pg::rows from = lookup(connection,
                                 "SELECT (extract(epoch FROM greatest(clock_timestamp(),"
                                 " a.last_transaction_at)) * 1000000)::bigint"
                                 " FROM tokenledger.token_accounts AS a"
                                 " WHERE a.user_id = $1::text AND a.due_at IS NOT NULL",
                                 user_id);
    if (from.size() == 0)
        return std::nullopt;
    lots_now made{.now_us = from.number(0, 0)};
    store::found_lots found =
        read_lots(connection, {.users = {user_id}, .payments = std::move(payments), .from_us = made.now_us});
    made.lots = std::move(found.accounts[user_id]);
    return made;
}

// What the facts take of a payment, given what its lot has lost by its end.
std::int64_t taken_given_lot(pg::connection& connection, const payment_state& of, const std::string& payment,
                             std::int64_t taken) {
    const auto known = read_lots_now(connection, of.credit->user_id, {payment});
    if (!known)
        return taken;
    const taken_before before{.taken = of.taken_tokens,
                              .by_stripe = tokens_for(credited_of(*of.credit), of.lost_cents)};
    return taken_with(known->lots.of_payment(payment), taken, before, known->now_us);
}

void show_lots(const lots_now& known, account_view& into) {
    into.available = available(known.lots, into.balance, known.now_us);
    into.held = held(known.lots, known.now_us);
    for (const due_expiry& each : due(known.lots, known.now_us))
        into.expired_not_posted += each.tokens;
    for (const lot_state& lot : known.lots.lots) {
        const std::int64_t kept = reserved(known.lots, lot, known.now_us);
        if (lot.is_over(known.now_us) && kept == 0)
            continue;
        into.lots.push_back({.lot = lot.lot,
                             .tokens = lot.is_over(known.now_us) ? kept : lot.remaining,
                             .held = kept,
                             .expires_at_us = lot.terms.expires_at_us,
                             .priority = lot.terms.priority,
                             .paid = lot.terms.paid,
                             .payment_intent_id = lot.terms.payment_intent_id,
                             .sequence = lot.sequence});
    }
}

// What was over at a time, though its row is of later or is not posted yet: the balance of then is without
// it.
std::int64_t over_by(pg::connection& connection, const std::string& user_id, std::int64_t at_us) {
    const auto known = read_lots_now(connection, user_id);
    if (!known)
        return 0;
    statement select;
    const std::string at = select.time_after(at_us);
    select.sql = "SELECT coalesce(-sum(t.token_amount), 0)::bigint FROM tokenledger.token_transactions AS t"
                 " WHERE t.user_id = " +
                 select.text(user_id) + " AND t.source = 'expiry' AND t.effective_at < " + at +
                 " AND t.created_at >= " + at;
    std::int64_t over = run(connection, select).number(0, 0);
    for (const due_expiry& each : due(known->lots, std::min(at_us, known->now_us)))
        over += each.tokens;
    return over;
}

std::optional<balance_view> read_balance(const pg::rows& from) {
    if (from.size() == 0)
        return std::nullopt;
    row_reader columns(from, 0);
    balance_view made{.user_id = columns.text(), .sequence = columns.number()};
    made.balance = columns.number_if_any().value_or(0);
    made.created_at_us = columns.number_if_any();
    return made;
}

constexpr std::string_view balance_columns =
    "t.balance_after, (extract(epoch FROM t.created_at) * 1000000)::bigint";

credit_view view_of(const credit& what) {
    return {.user_id = what.user_id,
            .tokens = what.tokens,
            .amount_cents = what.amount_cents,
            .currency = what.currency,
            .catalog = what.catalog,
            .pack = what.pack,
            .quantity = what.quantity,
            .credited_at_us = what.credited_at_us};
}

entitlement_view view_of(const entitlement& what) {
    return {.refunded_cents = what.refunded_cents,
            .disputed_cents = what.disputed_cents,
            .lost_cents = what.lost_cents,
            .taken_tokens = what.taken_tokens,
            .missing_refund_objects = what.missing_refund_objects,
            .unproven_refund = what.unproven_refund,
            .other_currency_refund = what.other_currency_refund,
            .in_dispute = what.in_dispute};
}

// Purchase and refunds through an index each.
std::vector<transaction_view> read_posted(pg::connection& connection, const std::string& user_id,
                                          const std::string& payment) {
    statement posted;
    const std::string of_payment =
        "SELECT " + transaction_columns() +
        " FROM tokenledger.token_transactions AS t WHERE t.user_id = " + posted.text(user_id) +
        " AND t.stripe_payment_intent_id = " + posted.text(payment) + " AND t.transaction_type = ";
    // By sequence, the second column.
    posted.sql = of_payment + "'purchase' UNION ALL " + of_payment + "'refund' ORDER BY 2 LIMIT " +
                 std::to_string(max_payment_rows);
    return read_rows<transaction_view>(run(connection, posted));
}

std::vector<event_view> read_events(pg::connection& connection, const std::string& payment,
                                    std::chrono::days waiting_expires) {
    return read_rows<event_view>(
        lookup(connection,
               "SELECT " + event_columns(waiting_expires) + " FROM " + events_of_payment("$1::text") +
                   " AS e ORDER BY e.position LIMIT " + std::to_string(max_payment_rows),
               payment));
}

} // namespace

std::optional<account_view> find_account(read_session& session, const std::string& user_id) {
    check_texts({user_id});
    return session.run(plan_shape::lookups, [&](pg::connection& connection) -> std::optional<account_view> {
        const pg::rows from = lookup(connection,
                                     "SELECT a.user_id, a.balance, a.last_sequence,"
                                     " (extract(epoch FROM a.last_transaction_at) * 1000000)::bigint,"
                                     " (extract(epoch FROM a.created_at) * 1000000)::bigint"
                                     " FROM tokenledger.token_accounts AS a WHERE a.user_id = $1::text",
                                     user_id);
        if (from.size() == 0)
            return std::nullopt;
        row_reader columns(from, 0);
        account_view made{.user_id = columns.text(),
                          .balance = columns.number(),
                          .available = 0,
                          .last_sequence = columns.number(),
                          .last_transaction_at_us = columns.number_if_any(),
                          .created_at_us = columns.number()};
        made.totals = read_totals(connection, user_id);
        made.disputed_payments = read_disputed(connection, user_id);
        made.limits = read_limits(connection, user_id);
        made.available = made.balance;
        if (const auto known = read_lots_now(connection, user_id))
            show_lots(*known, made);
        return made;
    });
}

std::optional<balance_view> find_balance_at_time(read_session& session, const std::string& user_id,
                                                 std::int64_t at_us) {
    check_texts({user_id});
    statement select;
    const std::string user = select.text(user_id);
    select.sql = "SELECT a.user_id, place.sequence, " + std::string(balance_columns) +
                 " FROM tokenledger.token_accounts AS a CROSS JOIN LATERAL (SELECT " +
                 last_sequence_before(user, select.time_after(at_us)) +
                 " AS sequence) AS place LEFT JOIN tokenledger.token_transactions AS t"
                 " ON t.user_id = a.user_id AND t.sequence = place.sequence WHERE a.user_id = " +
                 user;
    return session.run(plan_shape::lookups, [&](pg::connection& connection) {
        std::optional<balance_view> made = read_balance(run(connection, select));
        if (made)
            made->balance -= over_by(connection, user_id, at_us);
        return made;
    });
}

std::optional<balance_view> find_balance_at_sequence(read_session& session, const std::string& user_id,
                                                     std::int64_t sequence) {
    check_texts({user_id});
    statement select;
    const std::string at = select.number(sequence);
    select.sql = "SELECT a.user_id, " + at + ", " + std::string(balance_columns) +
                 " FROM tokenledger.token_accounts AS a LEFT JOIN tokenledger.token_transactions AS t"
                 " ON t.user_id = a.user_id AND t.sequence = " +
                 at + " WHERE a.user_id = " + select.text(user_id) + " AND " + at +
                 " BETWEEN 0 AND a.last_sequence";
    return session.run(plan_shape::lookups,
                       [&](pg::connection& connection) { return read_balance(run(connection, select)); });
}

std::optional<payment_view> find_payment(read_session& session, const std::string& payment) {
    check_texts({payment});
    return session.run(plan_shape::lookups, [&](pg::connection& connection) -> std::optional<payment_view> {
        payment_map known = read_payments(
            connection, lookup(connection,
                               "SELECT " + std::string(payment_columns) +
                                   " FROM tokenledger.payments WHERE payment_intent_id = $1::text",
                               payment));
        std::optional<payment_view> made(std::in_place);
        made->payment_intent_id = payment;
        made->events = read_events(connection, payment, session.waiting_expires());
        read_event_actions(connection, made->events);
        if (known.empty())
            return made->events.empty() ? std::nullopt : std::move(made);
        payment_state& state = known.begin()->second;
        made->taken_tokens = state.taken_tokens;
        made->lost_cents = state.lost_cents;
        if (state.credit) {
            made->credit = view_of(*state.credit);
            made->entitlement = view_of(entitlement_of(credited_of(*state.credit), state.facts));
            made->entitlement->taken_tokens =
                taken_given_lot(connection, state, payment, made->entitlement->taken_tokens);
            made->transactions = read_posted(connection, state.credit->user_id, payment);
        }
        made->facts = std::move(state.facts);
        return made;
    });
}

std::optional<event_view> find_event(read_session& session, const std::string& event_id) {
    check_texts({event_id});
    return session.run(plan_shape::lookups, [&](pg::connection& connection) -> std::optional<event_view> {
        const pg::rows from = lookup(connection,
                                     "SELECT " + event_columns(session.waiting_expires()) +
                                         " FROM tokenledger.stripe_events AS e WHERE e.event_id = $1::text",
                                     event_id);
        if (from.size() == 0)
            return std::nullopt;
        row_reader columns(from, 0);
        std::vector<event_view> found{read_row<event_view>(columns)};
        read_event_actions(connection, found);
        return std::move(found.front());
    });
}

std::optional<evidence_view> find_evidence(read_session& session, const std::string& event_id) {
    check_texts({event_id});
    return session.run(plan_shape::lookups, [&](pg::connection& connection) -> std::optional<evidence_view> {
        const pg::rows from = lookup(connection,
                                     "SELECT encode(e.evidence, 'hex')"
                                     " FROM tokenledger.stripe_events AS e"
                                     " WHERE e.event_id = $1::text AND e.evidence IS NOT NULL",
                                     event_id);
        if (from.size() == 0)
            return std::nullopt;
        std::optional<evidence> unpacked =
            evidence_reader(connection).unpack(base::from_hex(from.text(0, 0)));
        if (!unpacked)
            return evidence_view{.readable = false};
        return evidence_view{.signature_header = std::move(unpacked->signature_header),
                             .body = std::move(unpacked->body)};
    });
}

} // namespace tokenledger::ledger
