// Merges two tables in one order: finds rows that only one has, and columns that differ.
#include "rebuild/parts.hpp"

#include "pg/cursor.hpp"

#include <charconv>
#include <vector>

namespace tokenledger::ledger {

namespace {

struct column {
    std::string_view name;
    bool kept = false; // the clock and effect of the first run: an earlier version did not store them
};

struct table {
    std::string_view name;
    std::vector<std::string_view> key; // text by bytes, but for "sequence" and "lot"
    std::vector<column> columns;       // beside the key
    std::string_view where;            // which rows can be compared
};

// Left out everywhere: position, which has gaps; evidence, which is the replay's input; due_at, which also a
// command that posted nothing may have moved.
const std::vector<table>& tables() {
    static const std::vector<table> all = {
        {"token_accounts",
         {"user_id"},
         {{"balance"}, {"last_sequence"}, {"last_transaction_at", true}},
         "last_sequence > 0"},
        {"token_transactions",
         {"user_id", "sequence"},
         {{"transaction_type"},
          {"source"},
          {"token_amount"},
          {"balance_before"},
          {"balance_after"},
          {"amount_paid_cents"},
          {"currency"},
          {"stripe_payment_intent_id"},
          {"stripe_event_id"},
          {"pack"},
          {"quantity"},
          {"reason"},
          {"reference"},
          {"idempotency_key"},
          {"actor"},
          {"counterparty_user_id"},
          {"usage_request_id"},
          {"metadata::jsonb"}, // rows of an earlier version do not have the text that was sent
          {"created_at", true},
          {"effective_at", true}},
         "true"},
        {"token_lots",
         {"user_id", "lot"},
         {{"sequence"},
          {"tokens"},
          {"expires_at", true},
          {"priority"},
          {"paid"},
          {"stripe_payment_intent_id"},
          {"remaining_tokens"},
          {"refunded_tokens"},
          {"expired_tokens"}},
         "true"},
        {"token_lot_movements", {"user_id", "sequence", "lot"}, {{"tokens"}}, "true"},
        {"token_holds",
         {"user_id", "hold_id"},
         {{"tokens"},
          {"created_at", true},
          {"expires_at", true},
          {"reserved_lots"},
          {"reserved_tokens"},
          {"action_type"},
          {"model_used"},
          {"member"},
          {"actor"},
          {"ended"},
          {"ended_at", true}},
         "true"},
        // A row without a value is only the lock of a payment whose events changed nothing.
        {"payments",
         {"payment_intent_id"},
         {{"user_id"},
          {"tokens"},
          {"amount_cents"},
          {"currency"},
          {"catalog"},
          {"pack"},
          {"quantity"},
          {"credited_at", true},
          {"amount_requested_cents"},
          {"refunded_cumulative_cents"},
          {"refunded_currency"},
          {"canceled"},
          {"not_ours AND user_id IS NULL"},
          {"taken_tokens"},
          {"lost_cents"}},
         "user_id IS NOT NULL OR amount_requested_cents > 0 OR refunded_cumulative_cents > 0 OR canceled OR "
         "not_ours"},
        {"payment_refunds",
         {"payment_intent_id", "refund_id"},
         {{"amount_cents"}, {"currency"}, {"failed"}, {"moved_money"}},
         "true"},
        {"payment_disputes",
         {"payment_intent_id", "dispute_id"},
         {{"amount_cents"},
          {"currency"},
          {"funds_withdrawn"},
          {"funds_reinstated"},
          {"status"},
          {"signs_only"}},
         "true"},
        {"payment_dispute_transactions",
         {"payment_intent_id", "dispute_id", "balance_transaction_id"},
         {{"takes_money"}, {"amount_cents"}, {"currency"}},
         "true"},
        {"stripe_events",
         {"event_id"},
         {{"event_type"},
          {"result"},
          {"reason"},
          {"payment_intent_id"},
          {"endpoint"},
          {"account"},
          {"api_version"},
          {"livemode"},
          {"stripe_created_at"},
          {"received_at", true},
          {"effect", true}},
         "effect IS NOT NULL"},
        {"event_actions",
         {"idempotency_key"},
         {{"event_id"},
          {"action"},
          {"actor"},
          {"reason"},
          {"was"},
          {"was_because"},
          {"became"},
          {"became_because"},
          {"created_at", true}},
         "true"},
        {"idempotency_keys",
         {"scope", "key"},
         {{"command_hash"},
          {"actor"},
          {"command"},
          {"posted_user_ids"},
          {"posted_sequences"},
          {"uncovered_tokens"},
          {"created_at", true}},
         "true"},
        {"member_limits", {"user_id", "member", "per"}, {{"tokens"}, {"actor"}, {"set_at", true}}, "true"},
        {"token_usage",
         {"user_id", "request_id"},
         {{"action_type"},
          {"model_used"},
          {"tokens_used"},
          {"input_tokens"},
          {"output_tokens"},
          {"cost_estimate"},
          {"charged_tokens"},
          {"deduction_sequence"},
          {"actor"},
          {"cached_input_tokens"},
          {"reasoning_tokens"},
          {"member"},
          {"occurred_at"},
          {"uncovered_tokens"},
          {"metadata"},
          {"created_at", true}},
         "true"}};
    return all;
}

const table balances{"token_accounts", {"user_id"}, {{"balance"}}, "last_sequence > 0"};

std::string list(const table& what, std::string_view suffix) {
    std::string names;
    for (const std::string_view each : what.key)
        names.append(names.empty() ? "" : ", ").append(each).append(suffix);
    return names;
}

std::string select(const table& what, bool kept, std::string_view where) {
    std::string sql = "SELECT " + list(what, "::text");
    for (const column& each : what.columns)
        sql.append(", (").append(each.kept && !kept ? "NULL" : each.name).append(")::text");
    return sql.append(" FROM tokenledger.")
               .append(what.name)
               .append(" WHERE ")
               .append(where)
               .append(" ORDER BY ") +
           list(what, "");
}

class comparison {
  public:
    comparison(const table& what, pg::cursor found, pg::cursor expected, const difference_fn& differs)
        : what_(what),
          found_(std::move(found)),
          expected_(std::move(expected)),
          differs_(differs) {}

    std::int64_t run() {
        std::int64_t rows = 0;
        bool more_found = found_.next();
        bool more_expected = expected_.next();
        for (; more_found || more_expected; ++rows) {
            const int order = !more_found ? 1 : !more_expected ? -1 : order_of_keys();
            if (order < 0)
                report(found_, "", "nothing", "a row");
            else if (order > 0)
                report(expected_, "", "a row", "nothing");
            else
                compare_columns();
            if (order <= 0)
                more_found = found_.next();
            if (order >= 0)
                more_expected = expected_.next();
        }
        found_.close();
        expected_.close();
        return rows;
    }

  private:
    // As the database sorts them: text by bytes, numbers by value.
    int order_of_keys() const {
        for (std::size_t i = 0; i < what_.key.size(); ++i) {
            int order = 0;
            if (what_.key[i] == "sequence" || what_.key[i] == "lot") {
                const std::int64_t one = found_.number(i);
                const std::int64_t other = expected_.number(i);
                order = one < other ? -1 : one > other ? 1 : 0;
            } else {
                order = found_.text(i).compare(expected_.text(i));
            }
            if (order != 0)
                return order;
        }
        return 0;
    }

    void compare_columns() {
        for (std::size_t i = 0; i < what_.columns.size(); ++i) {
            const std::size_t at = what_.key.size() + i;
            if (found_.get(at) != expected_.get(at))
                report(found_, what_.columns[i].name, expected_.get(at).value_or("null"),
                       found_.get(at).value_or("null"));
        }
    }

    void report(const pg::cursor& row, std::string_view which, std::string_view expected,
                std::string_view found) {
        std::string key;
        for (std::size_t i = 0; i < what_.key.size(); ++i)
            key.append(key.empty() ? "" : " ").append(row.text(i));
        differs_({.table = std::string(what_.name),
                  .key = std::move(key),
                  .column = std::string(which),
                  .expected = std::string(expected),
                  .found = std::string(found)});
    }

    const table& what_;
    pg::cursor found_;
    pg::cursor expected_;
    const difference_fn& differs_;
};

// Archived operations are rebuilt, but there are no rows to compare them with.
std::string archived_before(pg::connection& from) {
    const pg::rows last = from.exec("SELECT max(before)::text FROM tokenledger.usage_archives");
    return std::string(last.get(0, 0).value_or(""));
}

} // namespace

void compare_all(pg::connection& from, pg::connection& into, bool balances_only, bool kept_all,
                 rebuild_totals& totals, const difference_fn& differs) {
    const auto compare = [&](const table& what, const std::string& where) {
        comparison each(what, pg::cursor(from, "found", select(what, kept_all, where)),
                        pg::cursor(into, "expected", select(what, kept_all, where)), differs);
        totals.rows += each.run();
    };
    if (balances_only)
        return compare(balances, std::string(balances.where));
    const std::string archived = archived_before(from);
    for (const table& each : tables()) {
        if (each.name == "stripe_events" && !kept_all)
            compare(each, "evidence IS NOT NULL");
        else if (each.name == "token_usage" && !archived.empty())
            compare(each, "created_at >= " + from.quote(archived));
        else
            compare(each, std::string(each.where));
    }
}

} // namespace tokenledger::ledger
