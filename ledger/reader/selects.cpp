// Each stream scans one index from the end of the last page. Rows of one microsecond, which the index does
// not sort, are sorted by the rest of the key during the scan.
#include "reader/selects.hpp"

#include "postgres/reversals.hpp"
#include "reader/rows.hpp"

#include <algorithm>
#include <string_view>

namespace tokenledger::ledger {

namespace {

// The condition that the key in `row` lies beyond `key`; `time` stands apart for the index.
std::string beyond(statement& to, const stream_part& part, std::string_view time, const std::string& row) {
    const page_key& key = *part.after;
    const bool newest = part.order == page_order::newest_first;
    const std::string at = to.time(key.at_us);
    return " AND " + std::string(time) + (newest ? " <= " : " >= ") + at + " AND " + row +
           (newest ? " < (" : " > (") + at + ", " + to.text(key.user_id) + ", " + to.number(key.kind) + ", " +
           to.number(key.number) + ", " + to.text(key.text) + ")";
}

std::string in_period(statement& to, const period& within, const stream_part& part, const std::string& time) {
    std::string sql;
    if (within.from_us)
        sql += " AND " + time + " >= " + to.time(*within.from_us);
    if (within.to_us)
        sql += " AND " + time + " < " + to.time(*within.to_us);
    if (part.before_us)
        sql += " AND " + time + " < " + to.time(*part.before_us);
    return sql;
}

std::string sorted(const stream_part& part, std::initializer_list<std::string_view> columns) {
    std::string sql;
    for (const std::string_view column : columns) {
        sql += sql.empty() ? " ORDER BY " : ", ";
        sql += column;
        sql += part.order == page_order::newest_first ? " DESC" : "";
    }
    return sql + " LIMIT " + std::to_string(part.rows);
}

std::string equal(statement& to, std::string_view column, std::string_view value) {
    return value.empty() ? "" : " AND " + std::string(column) + " = " + to.text(value);
}

// True if the filter admits no purchase and no charge of a usage: the rows of the index
// token_transactions_seldom. The constraint token_transactions_type_source ensures it.
bool is_seldom(const transaction_filter& filter) {
    return std::ranges::none_of(transaction_kinds(), [&](const transaction_kind& kind) {
        return filter.type.value_or(kind.type) == kind.type &&
               filter.source.value_or(kind.source) == kind.source &&
               (kind.type == transaction_type::purchase ||
                (kind.type == transaction_type::deduction && kind.source == source::usage));
    });
}

// One user's rows are found by sequence, whatever the list's order: it is the same order.
std::string of_user(statement& to, const transaction_filter& filter, const stream_part& part, bool merged) {
    const std::string user = to.text(filter.user_id);
    std::string sql = " AND t.user_id = " + user;
    if (filter.period.from_us)
        sql += " AND t.sequence > " + last_sequence_before(user, to.time(*filter.period.from_us));
    if (filter.period.to_us)
        sql += " AND t.sequence <= " + last_sequence_before(user, to.time(*filter.period.to_us));
    if (!part.after)
        return sql;
    const bool newest = part.order == page_order::newest_first;
    if (!merged)
        return sql + " AND t.sequence " + (newest ? "< " : "> ") + to.number(part.after->number);
    const std::int64_t at = part.after->at_us;
    return sql + " AND t.sequence " + (newest ? "<= " : "> ") +
           last_sequence_before(user, newest ? to.time_after(at) : to.time(at));
}

} // namespace

std::string last_sequence_before(const std::string& user_id, const std::string& time) {
    // Row `low` is before the time, or 0; row `high` is not, or is past the end.
    return "(WITH RECURSIVE search (low, high) AS (SELECT 0::bigint, coalesce((SELECT a.last_sequence"
           " FROM tokenledger.token_accounts AS a WHERE a.user_id = " +
           user_id + "), 0) + 1 UNION ALL SELECT CASE WHEN m.created_at < " + time +
           " THEN m.sequence ELSE s.low END, CASE WHEN m.created_at < " + time +
           " THEN s.high ELSE m.sequence END FROM search AS s JOIN tokenledger.token_transactions AS m"
           " ON m.user_id = " +
           user_id + " AND m.sequence = (s.low + s.high) / 2 WHERE s.high - s.low > 1)" +
           " SELECT max(low) FROM search)";
}

statement select_transactions(const transaction_filter& filter, const stream_part& part, bool merged) {
    statement made;
    std::string where;
    if (filter.user_id.empty()) {
        where = in_period(made, filter.period, part, "t.created_at");
    } else {
        where = of_user(made, filter, part, merged);
        where += in_period(made, {}, part, "t.created_at");
    }
    if (filter.type)
        where += " AND t.transaction_type = '" + std::string(to_string(*filter.type)) + "'";
    if (filter.source)
        where += " AND t.source = '" + std::string(to_string(*filter.source)) + "'";
    if (filter.actor)
        where += " AND t.actor = " + made.number(*filter.actor);
    if (is_seldom(filter))
        where += " AND t.transaction_type <> 'purchase'"
                 " AND (t.source <> 'usage' OR t.transaction_type = 'refund')";
    if (part.after && (merged || filter.user_id.empty()))
        where +=
            beyond(made, part, "t.created_at", "(t.created_at, t.user_id, 0::bigint, t.sequence, ''::text)");
    made.sql =
        "SELECT " + transaction_columns() + " FROM tokenledger.token_transactions AS t WHERE true" + where;
    made.sql += filter.user_id.empty() ? sorted(part, {"t.created_at", "t.user_id", "t.sequence"})
                                       : sorted(part, {"t.sequence"});
    return made;
}

statement select_usage(const usage_filter& filter, const stream_part& part, bool uncharged) {
    statement made;
    std::string where =
        equal(made, "u.user_id", filter.user_id) + in_period(made, filter.period, part, "u.created_at") +
        equal(made, "u.action_type", filter.action_type) + equal(made, "u.model_used", filter.model_used) +
        equal(made, "u.member", filter.member);
    if (uncharged)
        where += " AND u.deduction_sequence IS NULL";
    if (part.after)
        where += beyond(made, part, "u.created_at",
                        "(u.created_at, u.user_id, 1::bigint, 0::bigint, u.request_id)");
    made.sql = "SELECT " + usage_columns() + " FROM tokenledger.token_usage AS u" +
               std::string(join_reversals) + " WHERE true" + where;
    made.sql += sorted(part, {"u.created_at", "u.user_id", "u.request_id"});
    return made;
}

statement select_holds(const hold_filter& filter, const stream_part& part) {
    statement made;
    std::string where = equal(made, "h.user_id", filter.user_id) +
                        equal(made, state_of_hold(), filter.state) +
                        in_period(made, filter.period, part, "h.created_at");
    if (part.after)
        where +=
            beyond(made, part, "h.created_at", "(h.created_at, h.user_id, 0::bigint, 0::bigint, h.hold_id)");
    made.sql = "SELECT " + hold_columns() + " FROM tokenledger.token_holds AS h WHERE true" + where +
               sorted(part, {"h.created_at", "h.user_id", "h.hold_id"});
    return made;
}

std::string events_of_payment(const std::string& payment) {
    return "(SELECT * FROM tokenledger.stripe_events AS named WHERE named.payment_intent_id = " + payment +
           " AND (named.event_type <> 'payment_intent.succeeded' OR named.result <> 'applied')"
           " UNION ALL SELECT credits.* FROM tokenledger.payments AS p"
           " JOIN tokenledger.token_transactions AS bought ON bought.user_id = p.user_id"
           " AND bought.stripe_payment_intent_id = p.payment_intent_id AND bought.transaction_type = "
           "'purchase'"
           " JOIN tokenledger.stripe_events AS credits ON credits.event_id = bought.stripe_event_id"
           " WHERE p.payment_intent_id = " +
           payment + " AND credits.event_type = 'payment_intent.succeeded' AND credits.result = 'applied')";
}

// An expired event is stored as waiting.
std::string of_result(statement& made, const std::string& result, std::chrono::days waiting_expires) {
    if (result == "expired")
        return " AND e.result = 'waiting' AND " + is_expired(waiting_expires);
    const std::string same = equal(made, "e.result", result);
    return result == "waiting" ? same + " AND NOT " + is_expired(waiting_expires) : same;
}

statement select_events(const event_filter& filter, const stream_part& part,
                        std::chrono::days waiting_expires) {
    statement made;
    const std::string from = filter.payment_intent_id.empty()
                                 ? "tokenledger.stripe_events"
                                 : events_of_payment(made.text(filter.payment_intent_id));
    std::string where = of_result(made, filter.result, waiting_expires) +
                        equal(made, "e.reason", filter.reason) + equal(made, "e.event_type", filter.type) +
                        in_period(made, filter.period, part, "e.received_at");
    if (part.after)
        where += beyond(made, part, "e.received_at",
                        "(e.received_at, ''::text, 0::bigint, 0::bigint, e.event_id)");
    made.sql = "SELECT " + event_columns(waiting_expires) + " FROM " + from + " AS e WHERE true" + where +
               sorted(part, {"e.received_at", "e.event_id"});
    return made;
}

} // namespace tokenledger::ledger
