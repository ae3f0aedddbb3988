// Sums over a period: exact, in the database, and as text.
#include "reader/reports.hpp"

#include "ledger/command.hpp"
#include "postgres/names.hpp"
#include "postgres/reversals.hpp"
#include "reader/page_cursor.hpp"
#include "reader/rows.hpp"
#include "reader/selects.hpp"

namespace tokenledger::ledger {

namespace {

std::string day_of(statement& to, const report_shape& shape, std::string_view time) {
    if (shape.span == report_span::whole)
        return "''";
    return "to_char(" + std::string(time) + " AT TIME ZONE " + to.text(shape.time_zone) + ", 'YYYY-MM-DD')";
}

// AT TIME ZONE accepts more than names: it reads "nowhere+3" as a POSIX rule, without an error.
void check_time_zone(pg::connection& connection, const std::string& name) {
    statement select;
    select.sql = "SELECT 1 FROM pg_catalog.pg_timezone_names WHERE name = " + select.text(name);
    if (run(connection, select).size() == 0)
        throw bad_query(query_fault::bad_time_zone, "there is no time zone " + name);
}

std::string in_period(statement& to, const period& within, const std::string& time) {
    std::string sql;
    if (within.from_us)
        sql += " AND " + time + " >= " + to.time(*within.from_us);
    if (within.to_us)
        sql += " AND " + time + " < " + to.time(*within.to_us);
    return sql;
}

template <class Read>
auto report(read_session& session, const report_shape& shape, const statement& select, Read read) {
    auto rows = session.run(plan_shape::sums, [&](pg::connection& connection) {
        if (shape.time_zone != "UTC")
            check_time_zone(connection, shape.time_zone);
        return read_rows(run(connection, select), read);
    });
    if (rows.size() > max_report_rows)
        throw bad_query(query_fault::too_large, "the report has more than " +
                                                    std::to_string(max_report_rows) +
                                                    " lines: ask for a shorter period");
    return rows;
}

// Refunds, and purchases that an operator assigned, have their pack on the payment.
constexpr std::string_view pack_of =
    "CASE WHEN t.pack IS NULL AND t.stripe_payment_intent_id IS NOT NULL"
    " THEN (SELECT p.pack FROM tokenledger.payments AS p"
    " WHERE p.payment_intent_id = t.stripe_payment_intent_id) ELSE t.pack END";

constexpr std::string_view time_of_occurrence = "coalesce(u.occurred_at, u.created_at)";
// From the check of a usage to the time in its row; a batch is cut off long before.
constexpr std::chrono::hours usage_settling_time{1};

// The limit is one more than allowed, to detect a report that is too large.
std::string grouped_by(std::string_view columns) {
    return " GROUP BY " + std::string(columns) + " ORDER BY " + std::string(columns) + " LIMIT " +
           std::to_string(max_report_rows + 1);
}

// A usage occurred at most max_usage_age before it was reported: that bounds the rows to read.
std::string occurred_in_period(statement& to, const period& within) {
    using std::chrono::microseconds;
    period reported = within;
    if (reported.from_us)
        *reported.from_us -= microseconds(max_usage_lead).count();
    if (reported.to_us)
        *reported.to_us += microseconds(max_usage_age + usage_settling_time).count();
    return in_period(to, reported, "u.created_at") + in_period(to, within, std::string(time_of_occurrence));
}

} // namespace

std::vector<usage_report_row> report_usage(read_session& session, const usage_filter& filter,
                                           const report_shape& shape) {
    check_texts({filter.user_id, filter.action_type, filter.model_used, filter.member, shape.time_zone});
    statement select;
    const bool by_occurrence = shape.time == usage_time::occurred;
    std::string where = by_occurrence ? occurred_in_period(select, filter.period)
                                      : in_period(select, filter.period, "u.created_at");
    const auto equal = [&](std::string_view column, const std::string& value) {
        if (!value.empty())
            where += " AND " + std::string(column) + " = " + select.text(value);
    };
    equal("u.user_id", filter.user_id);
    equal("u.action_type", filter.action_type);
    equal("u.model_used", filter.model_used);
    equal("u.member", filter.member);
    const bool by_action = shape.by == usage_group::action;
    const std::string day = day_of(select, shape, by_occurrence ? time_of_occurrence : "u.created_at");
    select.sql =
        "SELECT " + day +
        (by_action ? ", u.action_type, coalesce(u.model_used, '')" : ", u.user_id, coalesce(u.member, '')") +
        ", count(*), coalesce(sum(u.tokens_used), 0),"
        " coalesce(sum(u.input_tokens), 0), coalesce(sum(u.output_tokens), 0),"
        " coalesce(sum(u.cost_estimate), 0), coalesce(sum(u.charged_tokens), 0),"
        " coalesce(sum(u.cached_input_tokens), 0), coalesce(sum(u.reasoning_tokens), 0),"
        " coalesce(sum(u.uncovered_tokens), 0), coalesce(sum(back.token_amount), 0)"
        " FROM tokenledger.token_usage AS u" +
        std::string(join_reversals) + " WHERE true" + where + grouped_by("1, 2, 3");
    return report(session, shape, select, [by_action](row_reader& from) {
        const std::string date = from.text();
        const std::string first = from.text();
        const std::string second = from.text();
        return usage_report_row{.day = date,
                                .action_type = by_action ? first : "",
                                .model_used = by_action ? second : "",
                                .user_id = by_action ? "" : first,
                                .member = by_action ? "" : second,
                                .count = from.number(),
                                .tokens_used = from.text(),
                                .input_tokens = from.text(),
                                .output_tokens = from.text(),
                                .cost_estimate = from.text(),
                                .charged_tokens = from.text(),
                                .cached_input_tokens = from.text(),
                                .reasoning_tokens = from.text(),
                                .uncovered_tokens = from.text(),
                                .reversed_tokens = from.text()};
    });
}

std::vector<transaction_report_row>
report_transactions(read_session& session, const transaction_filter& filter, const report_shape& shape) {
    check_texts({filter.user_id, shape.time_zone});
    statement select;
    std::string where;
    if (filter.user_id.empty()) {
        where = in_period(select, filter.period, "t.created_at");
    } else {
        const std::string user = select.text(filter.user_id);
        where = " AND t.user_id = " + user;
        if (filter.period.from_us)
            where += " AND t.sequence > " + last_sequence_before(user, select.time(*filter.period.from_us));
        if (filter.period.to_us)
            where += " AND t.sequence <= " + last_sequence_before(user, select.time(*filter.period.to_us));
    }
    if (filter.type)
        where += " AND t.transaction_type = '" + std::string(to_string(*filter.type)) + "'";
    if (filter.source)
        where += " AND t.source = '" + std::string(to_string(*filter.source)) + "'";
    select.sql = "SELECT " + day_of(select, shape, "t.created_at") +
                 ", t.transaction_type, t.source, coalesce(" + std::string(pack_of) +
                 ", ''), coalesce(t.currency, ''), count(*), sum(t.token_amount),"
                 " sum(t.amount_paid_cents) FROM tokenledger.token_transactions AS t WHERE true" +
                 where + grouped_by("1, 2, 3, 4, 5");
    return report(session, shape, select, [](row_reader& from) {
        return transaction_report_row{.day = from.text(),
                                      .type = type_of(from.text()),
                                      .source = source_of(from.text()),
                                      .pack = from.text(),
                                      .currency = from.text(),
                                      .count = from.number(),
                                      .tokens = from.text(),
                                      .amount_paid_cents = from.text()};
    });
}

} // namespace tokenledger::ledger
