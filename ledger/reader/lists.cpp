// Pages: reading one row more than requested shows whether there are more, unless the bytes end the page
// first.
#include "reader/lists.hpp"

#include "pg/array.hpp"
#include "postgres/reversals.hpp"
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
page_key key_of(const hold_list_row& row) {
    return {.at_us = row.created_at_us, .user_id = row.user_id, .text = row.hold_id};
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

std::string text_of(const std::string& filter) {
    check_texts({filter});
    return filter;
}
std::string text_of(const std::optional<std::int64_t>& filter) {
    return filter ? std::to_string(*filter) : std::string();
}
template <class Enum>
std::string text_of(const std::optional<Enum>& filter) {
    return filter ? std::string(to_string(*filter)) : std::string();
}

// Throws bad_query for a text that the ledger cannot hold.
template <class Query>
list_identity identity_of(const Query& what) {
    using filter_type = decltype(what.filter);
    list_identity made(description<Query>::name, what.page.order);
    for_each_field<filter_type>([&](const auto& filter) {
        if (filter.presence != presence::added)
            made.with(text_of(what.filter.*filter.member));
    });
    made.with(what.filter.period);
    for_each_field<filter_type>([&](const auto& filter) {
        if (const std::string text = text_of(what.filter.*filter.member);
            filter.presence == presence::added && !text.empty())
            made.with(text);
    });
    return made;
}

// The page that `read` gives of the rows of a part of the list.
template <class Query, class Read>
page_of_list<Query> read_page(read_session& session, const Query& what, bool settled, plan_shape shape,
                              Read read) {
    using row = typename description<Query>::row;
    const list_identity list = identity_of(what);
    const auto part = part_of(session, list, what.page, settled);
    if (!part)
        return page_of(std::vector<row>(), list, what.page);
    return page_of(session.run(shape, [&](pg::connection& connection) { return read(connection, *part); }),
                   list, what.page);
}

// The operations behind charged deductions, by user and sequence of the deduction.
using charges = std::map<std::pair<std::string, std::int64_t>, usage_view>;

charges read_charges(pg::connection& connection, const std::vector<transaction_view>& rows) {
    pg::array users, requests;
    bool any = false;
    for (const transaction_view& row : rows) {
        if (row.usage_request_id.empty() || row.type != transaction_type::deduction)
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
        connection.exec("SELECT " + usage_columns() +
                            " FROM unnest($1::text[], $2::text[]) AS asked (user_id, request_id)"
                            " JOIN tokenledger.token_usage AS u USING (user_id, request_id)" +
                            std::string(join_reversals),
                        values);
    for (usage_view& each : read_rows<usage_view>(from)) {
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

page<transaction_view> read(read_session& session, const transactions_query& what) {
    return read_page(session, what, !what.filter.user_id.empty(), shape_of(what.filter.user_id),
                     [&](pg::connection& connection, const stream_part& part) {
                         return read_rows<transaction_view>(
                             run(connection, select_transactions(what.filter, part, false)));
                     });
}

page<purchase_view> read(read_session& session, purchases_query what) {
    what.filter.type = transaction_type::purchase;
    what.filter.actor = std::nullopt;
    return read_page(session, what, !what.filter.user_id.empty(), shape_of(what.filter.user_id),
                     [&](pg::connection& connection, const stream_part& part) {
                         return with_refunds(
                             connection, read_rows<transaction_view>(
                                             run(connection, select_transactions(what.filter, part, false))));
                     });
}

page<usage_view> read(read_session& session, const usage_query& what) {
    return read_page(session, what, false, shape_of(what.filter.user_id),
                     [&](pg::connection& connection, const stream_part& part) {
                         return read_rows<usage_view>(
                             run(connection, select_usage(what.filter, part, false)));
                     });
}

page<activity_view> read(read_session& session, const activity_query& what) {
    const transaction_filter same{.user_id = what.filter.user_id, .period = what.filter.period};
    return read_page(session, what, false, shape_of(what.filter.user_id),
                     [&](pg::connection& connection, const stream_part& part) {
                         auto rows = read_rows<transaction_view>(
                             run(connection, select_transactions(same, part, true)));
                         auto charged = read_charges(connection, rows);
                         auto used = read_rows<usage_view>(
                             run(connection, select_usage(beside(what.filter, part, rows), part, true)));
                         return merged(std::move(rows), std::move(charged), std::move(used), part);
                     });
}

page<event_view> read(read_session& session, const events_query& what) {
    return read_page(session, what, false, plan_shape::lookups,
                     [&](pg::connection& connection, const stream_part& part) {
                         return read_rows<event_view>(
                             run(connection, select_events(what.filter, part, session.waiting_expires())));
                     });
}

page<hold_list_row> read(read_session& session, const holds_query& what) {
    return read_page(session, what, false, shape_of(what.filter.user_id),
                     [&](pg::connection& connection, const stream_part& part) {
                         return read_rows<hold_list_row>(run(connection, select_holds(what.filter, part)));
                     });
}

} // namespace

list_page read_list(read_session& session, const list_query& what) {
    return std::visit([&](const auto& each) -> list_page { return read(session, each); }, what);
}

} // namespace tokenledger::ledger
