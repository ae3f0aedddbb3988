// Pages: reading one row more than requested shows whether there are more, unless the bytes end the page
// first.
#include "reader/lists.hpp"

#include "pg/array.hpp"
#include "reader/page_bytes.hpp"
#include "reader/page_cursor.hpp"
#include "reader/rows.hpp"
#include "reader/selects.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace tokenledger::ledger {

namespace {

page_key key_of(const transaction_view& row) {
    return {.at_us = row.created_at_us, .user_id = row.user_id, .kind = 0, .number = row.sequence};
}
page_key key_of(const purchase_view& row) {
    return key_of(row.transaction);
}
page_key key_of(const usage_view& row) {
    return {.at_us = row.created_at_us, .user_id = row.user_id, .kind = 1, .text = row.request_id};
}
page_key key_of(const activity_view& row) {
    return row.transaction ? key_of(*row.transaction) : key_of(*row.usage);
}
page_key key_of(const event_view& row) {
    return {.at_us = row.received_at_us, .text = row.event_id};
}

// The number of rows on a page: as many as requested, or fewer if they are too large together.
template <class Row>
std::size_t rows_that_fit(const std::vector<Row>& rows, std::size_t limit) {
    std::size_t bytes = 0;
    for (std::size_t row = 0; row < rows.size() && row < limit; ++row) {
        bytes += shown_bytes(rows[row]);
        if (bytes > max_page_bytes && row > 0)
            return row;
    }
    return std::min(rows.size(), limit);
}

template <class Row>
page<Row> page_of(std::vector<Row> rows, const list_identity& list, const page_request& request) {
    page<Row> made{.rows = std::move(rows), .more = false};
    const std::size_t fitting = rows_that_fit(made.rows, request.limit);
    made.more = made.rows.size() > fitting;
    made.rows.resize(fitting);
    if (request.order == page_order::newest_first)
        made.next = made.more ? encode_cursor(list, key_of(made.rows.back())) : "";
    else
        made.next = made.rows.empty() ? request.cursor : encode_cursor(list, key_of(made.rows.back()));
    return made;
}

// `settled`: rows of this list become visible in its order, so a walk forward needs no horizon. nullopt: no
// row may be shown yet.
std::optional<stream_part> part_of(read_session& session, const list_identity& list,
                                   const page_request& request, bool settled) {
    stream_part part{
        .order = request.order, .after = decode_request(list, request), .rows = request.limit + 1};
    if (request.order == page_order::newest_first || settled)
        return part;
    part.before_us = session.horizon_us();
    if (!part.before_us)
        return std::nullopt;
    return part;
}

list_identity identity_of(std::string_view list, const transaction_filter& filter, page_order order) {
    check_texts({filter.user_id});
    list_identity made(list, order);
    made.with(filter.user_id)
        .with(filter.type ? to_string(*filter.type) : "")
        .with(filter.source ? to_string(*filter.source) : "")
        .with(filter.period);
    if (filter.actor) // a later filter: a cursor from before it stays valid
        made.with(std::to_string(*filter.actor));
    return made;
}

// The operations behind charged deductions, by user and sequence of the deduction.
using charges = std::map<std::pair<std::string, std::int64_t>, usage_view>;

charges read_charges(pg::connection& connection, const std::vector<transaction_view>& rows) {
    pg::array users, requests;
    bool any = false;
    for (const transaction_view& row : rows) {
        if (row.usage_request_id.empty())
            continue;
        users.add(row.user_id);
        requests.add(row.usage_request_id);
        any = true;
    }
    charges found;
    if (!any)
        return found;
    const std::optional<std::string> values[] = {std::move(users).finish(), std::move(requests).finish()};
    const pg::rows from =
        connection.exec("SELECT " + std::string(usage_columns) +
                            " FROM unnest($1::text[], $2::text[]) AS asked (user_id, request_id)"
                            " JOIN tokenledger.token_usage AS u USING (user_id, request_id)",
                        values);
    for (usage_view& each : read_rows(from, read_usage)) {
        std::pair key{each.user_id, each.deduction_sequence.value_or(0)};
        found.emplace(std::move(key), std::move(each));
    }
    return found;
}

std::vector<purchase_view> with_refunds(pg::connection& connection, std::vector<transaction_view> rows) {
    pg::array payments;
    for (const transaction_view& row : rows)
        payments.add(row.payment_intent_id);
    const std::optional<std::string> values[] = {std::move(payments).finish()};
    const pg::rows from = connection.exec(
        "SELECT p.payment_intent_id, p.taken_tokens, p.lost_cents FROM tokenledger.payments AS p"
        " WHERE p.payment_intent_id = ANY($1::text[])",
        values);
    std::map<std::string_view, std::size_t> known;
    for (std::size_t row = 0; row < from.size(); ++row)
        known.emplace(from.text(row, 0), row);
    std::vector<purchase_view> made;
    for (transaction_view& row : rows) {
        purchase_view& bought = made.emplace_back();
        if (const auto found = known.find(row.payment_intent_id); found != known.end()) {
            bought.refunded_tokens = from.number(found->second, 1);
            bought.refunded_cents = from.number(found->second, 2);
        }
        bought.transaction = std::move(row);
    }
    return made;
}

// Operations beyond the last transaction of a full page are not on it. Without this bound, the search for
// an uncharged one could read all charged ones.
usage_filter beside(const activity_filter& filter, const stream_part& part,
                    const std::vector<transaction_view>& rows) {
    usage_filter made{.user_id = filter.user_id, .period = filter.period};
    if (rows.size() < part.rows)
        return made;
    const std::int64_t last = rows.back().created_at_us;
    if (part.order == page_order::newest_first)
        made.period.from_us = std::max(last, filter.period.from_us.value_or(last));
    else
        made.period.to_us = std::min(last + 1, filter.period.to_us.value_or(last + 1));
    return made;
}

std::vector<activity_view> merged(std::vector<transaction_view> transactions, charges charged,
                                  std::vector<usage_view> operations, const stream_part& part) {
    std::vector<activity_view> one, other, made;
    for (transaction_view& row : transactions) {
        activity_view& entry = one.emplace_back();
        if (const auto found = charged.find({row.user_id, row.sequence}); found != charged.end())
            entry.usage = std::move(found->second);
        entry.transaction = std::move(row);
    }
    for (usage_view& row : operations)
        other.emplace_back().usage = std::move(row);
    std::merge(std::make_move_iterator(one.begin()), std::make_move_iterator(one.end()),
               std::make_move_iterator(other.begin()), std::make_move_iterator(other.end()),
               std::back_inserter(made), [&](const activity_view& left, const activity_view& right) {
                   return part.order == page_order::newest_first ? key_of(left) > key_of(right)
                                                                 : key_of(left) < key_of(right);
               });
    if (made.size() > part.rows)
        made.resize(part.rows);
    return made;
}

plan_shape shape_of(const std::string& user_id) {
    return user_id.empty() ? plan_shape::lookups : plan_shape::sorted;
}

} // namespace

page<transaction_view> transactions_page(read_session& session, const transaction_filter& filter,
                                         const page_request& request) {
    const list_identity list = identity_of("transactions", filter, request.order);
    const auto part = part_of(session, list, request, !filter.user_id.empty());
    if (!part)
        return page_of(std::vector<transaction_view>(), list, request);
    const statement select = select_transactions(filter, *part, false);
    return page_of(session.run(shape_of(filter.user_id),
                               [&](pg::connection& connection) {
                                   return read_rows(run(connection, select), read_transaction);
                               }),
                   list, request);
}

page<purchase_view> purchases_page(read_session& session, const transaction_filter& filter,
                                   const page_request& request) {
    transaction_filter bought = filter;
    bought.type = transaction_type::purchase;
    const list_identity list = identity_of("purchases", bought, request.order);
    const auto part = part_of(session, list, request, !filter.user_id.empty());
    if (!part)
        return page_of(std::vector<purchase_view>(), list, request);
    const statement select = select_transactions(bought, *part, false);
    return page_of(session.run(shape_of(filter.user_id),
                               [&](pg::connection& connection) {
                                   return with_refunds(connection,
                                                       read_rows(run(connection, select), read_transaction));
                               }),
                   list, request);
}

page<usage_view> usage_page(read_session& session, const usage_filter& filter, const page_request& request) {
    check_texts({filter.user_id, filter.action_type, filter.model_used});
    list_identity list("usage", request.order);
    list.with(filter.user_id).with(filter.action_type).with(filter.model_used).with(filter.period);
    const auto part = part_of(session, list, request, false);
    if (!part)
        return page_of(std::vector<usage_view>(), list, request);
    const statement select = select_usage(filter, *part, false);
    return page_of(session.run(shape_of(filter.user_id),
                               [&](pg::connection& connection) {
                                   return read_rows(run(connection, select), read_usage);
                               }),
                   list, request);
}

page<activity_view> activity_page(read_session& session, const activity_filter& filter,
                                  const page_request& request) {
    check_texts({filter.user_id});
    list_identity list("activity", request.order);
    list.with(filter.user_id).with(filter.period);
    const auto part = part_of(session, list, request, false);
    if (!part)
        return page_of(std::vector<activity_view>(), list, request);
    const statement transactions =
        select_transactions({.user_id = filter.user_id, .period = filter.period}, *part, true);
    return page_of(
        session.run(shape_of(filter.user_id),
                    [&](pg::connection& connection) {
                        auto rows = read_rows(run(connection, transactions), read_transaction);
                        auto charged = read_charges(connection, rows);
                        auto used =
                            read_rows(run(connection, select_usage(beside(filter, *part, rows), *part, true)),
                                      read_usage);
                        return merged(std::move(rows), std::move(charged), std::move(used), *part);
                    }),
        list, request);
}

page<event_view> events_page(read_session& session, const event_filter& filter, const page_request& request) {
    check_texts({filter.result, filter.reason, filter.type, filter.payment_intent_id});
    list_identity list("events", request.order);
    list.with(filter.result)
        .with(filter.reason)
        .with(filter.type)
        .with(filter.payment_intent_id)
        .with(filter.period);
    const auto part = part_of(session, list, request, false);
    if (!part)
        return page_of(std::vector<event_view>(), list, request);
    const statement select = select_events(filter, *part, session.waiting_expires());
    return page_of(session.run(plan_shape::lookups,
                               [&](pg::connection& connection) {
                                   return read_rows(run(connection, select), read_event);
                               }),
                   list, request);
}

} // namespace tokenledger::ledger
