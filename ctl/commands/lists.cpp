// history, purchases, activity, holds, usage-report.
#include "commands/commands.hpp"
#include "commands/outcome.hpp"
#include "commands/values.hpp"
#include "screen/cells.hpp"
#include "screen/lots.hpp"
#include "screen/text.hpp"
#include "screen/who.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

constexpr std::int64_t rows_for_a_person = 20;

// Requests the page of a list.
answer page_of(const context& in, std::string_view list, const list_options& what) {
    request_path where = request_path::of_list(list);
    where.parameter("user_id", what.user).parameter("type", what.type).parameter("source", what.source);
    where.parameter("state", what.state);
    where.parameter("actor", what.actor >= 0 ? std::to_string(what.actor) : "");
    where.parameter("from", what.from).parameter("to", what.to).parameter("cursor", what.cursor);
    where.parameter("limit", std::to_string(what.limit > 0 ? what.limit : rows_for_a_person));
    where.parameter("order", what.oldest_first ? "oldest_first" : "");
    return get(in, where);
}

// Prints the rows as a table, and the cursor of the next page.
int print_page(const context& in, const answer& got, const std::vector<column>& columns,
               row (*row_of)(json_value)) {
    if (!got.ok())
        return got.exit_code;
    if (in.common.json)
        return print_json(got);
    std::vector<row> rows;
    for (auto each = got.root().member("rows").first(); each; each = each.next())
        rows.push_back(row_of(each));
    if (rows.empty()) {
        std::cout << "no rows\n";
        return exit_done;
    }
    std::cout << table(columns, rows, in.at.screen);
    print_more(in, got);
    return exit_done;
}

// The reason of a row, of an expiry its time, or an id that it refers to.
cell details_of(json_value each) {
    cell made{.text = text_of(each.member("reason"))};
    if (const std::string end = time_of(each.member("effective_at")); made.text.empty() && !end.empty())
        made.text = "expired on " + end;
    for (const char* name : {"reference", "stripe_payment_intent_id", "usage_request_id"}) {
        if (made.text.empty())
            made = id_cell(each.member(name));
    }
    if (const std::string other = text_of(each.member("counterparty_user_id")); !other.empty()) {
        const bool gives = each.member("token_amount").integer().value_or(0) < 0;
        made.text = (gives ? "to " : "from ") + other + (made.text.empty() ? "" : ": " + made.text);
        made.whole = true;
    }
    return made;
}

row transaction_row(json_value each) {
    return {time_cell(each.member("created_at")),
            id_cell(each.member("user_id")),
            {.text = text_of(each.member("type"))},
            {.text = text_of(each.member("source"))},
            signed_cell(each.member("token_amount")),
            balance_cell(each.member("balance_after")),
            details_of(each)};
}

cell actor_cell(json_value each) {
    const auto actor = each.member("actor").integer();
    return {.text = actor ? who(*actor) : std::string()};
}

// With its lots and the actor, if the row has them.
row history_row(json_value each) {
    row made = transaction_row(each);
    made.insert(made.end() - 1, {lots_cell(each), actor_cell(each)});
    return made;
}

row purchase_row(json_value each) {
    const std::string currency(each.member("currency").string().value_or(""));
    const auto quantity = each.member("quantity").integer().value_or(1);
    const auto paid = each.member("amount_paid_cents").integer();
    const bool refunded = each.member("refunded_cents").integer().value_or(0) != 0 ||
                          each.member("refunded_tokens").integer().value_or(0) != 0;
    return {time_cell(each.member("created_at")),
            id_cell(each.member("user_id")),
            {.text = text_of(each.member("pack")) + (quantity > 1 ? " x" + std::to_string(quantity) : "")},
            {.text = number_of(each.member("token_amount"))},
            {.text = paid ? money(*paid, currency) : std::string()},
            {.text = refunded ? number_of(each.member("refunded_tokens")) : std::string(), .how = tone::bad},
            id_cell(each.member("stripe_payment_intent_id"))};
}

// "chat on m, ada"
std::string call_of(json_value each) {
    std::string made = text_of(each.member("action_type"));
    if (const std::string model = text_of(each.member("model_used")); !model.empty())
        made += std::string(made.empty() ? "on " : " on ") + model;
    if (const std::string member = text_of(each.member("member")); !member.empty())
        made += (made.empty() ? "" : ", ") + member;
    return made;
}

row activity_row(json_value each) {
    if (const json_value usage = each.member("usage")) {
        const std::string charged = number_of(usage.member("charged_tokens"));
        return {time_cell(usage.member("created_at")),
                id_cell(usage.member("user_id")),
                {.text = "usage", .how = tone::notice},
                {.text = charged == "0" ? "" : "-" + charged, .how = tone::faint},
                {},
                {.text = call_of(usage) + ": " + number_of(usage.member("tokens_used")) + " used"}};
    }
    row made = transaction_row(each.member("transaction"));
    made.erase(made.begin() + 3);
    return made;
}

row hold_row(json_value each) {
    const bool is_open = each.member("state").string() == "open";
    return {time_cell(each.member("created_at")),
            id_cell(each.member("user_id")),
            id_cell(each.member("hold_id")),
            {.text = text_of(each.member("state")), .how = is_open ? tone::notice : tone::faint},
            {.text = number_of(each.member("tokens"))},
            time_cell(each.member("expires_at")),
            time_cell(each.member("ended_at")),
            actor_cell(each),
            {.text = call_of(each)}};
}

row usage_report_row(json_value each) {
    return {{.text = text_of(each.member("day")), .how = tone::faint},
            {.text = text_of(each.member("action_type"))},
            {.text = text_of(each.member("model_used"))},
            {.text = text_of(each.member("user_id"))},
            {.text = text_of(each.member("member"))},
            {.text = number_of(each.member("count"))},
            {.text = number_of(each.member("tokens_used"))},
            {.text = number_of(each.member("input_tokens"))},
            {.text = number_of(each.member("output_tokens"))},
            {.text = number_of(each.member("cost_estimate"))},
            {.text = number_of(each.member("charged_tokens"))},
            {.text = number_of(each.member("uncovered_tokens"))},
            {.text = number_of(each.member("reversed_tokens"))}};
}

} // namespace

int history(const context& in, const list_options& what) {
    return print_page(in, page_of(in, "transactions", what),
                      {{.title = "time (UTC)"},
                       {.title = "user", .shrinks = true, .spare = !what.user.empty()},
                       {.title = "type"},
                       {.title = "source", .optional = true, .spare = true},
                       {.title = "tokens", .right = true},
                       {.title = "balance", .right = true},
                       {.title = "lots", .optional = true},
                       {.title = "who", .optional = true},
                       {.title = "about", .shrinks = true, .optional = true}},
                      history_row);
}

int purchases(const context& in, const list_options& what) {
    return print_page(in, page_of(in, "purchases", what),
                      {{.title = "time (UTC)"},
                       {.title = "user", .shrinks = true, .spare = !what.user.empty()},
                       {.title = "pack", .shrinks = true},
                       {.title = "tokens", .right = true},
                       {.title = "paid", .right = true},
                       {.title = "taken back", .right = true, .optional = true},
                       {.title = "payment", .shrinks = true}},
                      purchase_row);
}

int activity(const context& in, const list_options& what) {
    return print_page(in, page_of(in, "activity", what),
                      {{.title = "time (UTC)"},
                       {.title = "user", .shrinks = true, .spare = !what.user.empty()},
                       {.title = "what"},
                       {.title = "tokens", .right = true},
                       {.title = "balance", .right = true},
                       {.title = "about", .shrinks = true, .optional = true}},
                      activity_row);
}

int list_holds(const context& in, const list_options& what) {
    return print_page(in, page_of(in, "holds", what),
                      {{.title = "time (UTC)"},
                       {.title = "user", .shrinks = true, .spare = !what.user.empty()},
                       {.title = "hold", .shrinks = true},
                       {.title = "state"},
                       {.title = "tokens", .right = true},
                       {.title = "open until (UTC)", .optional = true},
                       {.title = "ended (UTC)", .optional = true},
                       {.title = "who", .optional = true},
                       {.title = "about", .shrinks = true, .optional = true}},
                      hold_row);
}

int usage_report(const context& in, const list_options& what) {
    request_path where(admin::call::usage_report);
    where.parameter("user_id", what.user).parameter("action_type", what.action);
    where.parameter("model_used", what.model).parameter("from", what.from).parameter("to", what.to);
    where.parameter("member", what.member).parameter("span", what.per_day ? "day" : "");
    where.parameter("group_by", what.by_member ? "member" : "");
    where.parameter("time", what.by_occurrence ? "occurred" : "");
    where.parameter("time_zone", what.per_day ? what.time_zone : "");
    const answer got = get(in, where);
    if (got.ok() && !got.root().member("rows").first() && asks_for_unknown_usage(in, what))
        return exit_refused;
    return print_page(in, got,
                      {{.title = "day (" + what.time_zone + ")", .optional = true},
                       {.title = "action", .shrinks = true, .optional = true},
                       {.title = "model", .shrinks = true, .optional = true},
                       {.title = "user", .shrinks = true, .optional = true},
                       {.title = "member", .shrinks = true, .optional = true},
                       {.title = "calls", .right = true},
                       {.title = "tokens", .right = true},
                       {.title = "input", .right = true, .optional = true},
                       {.title = "output", .right = true, .optional = true},
                       {.title = "cost (cents)", .right = true, .optional = true},
                       {.title = "charged", .right = true, .optional = true},
                       {.title = "uncovered", .right = true, .optional = true},
                       {.title = "reversed", .right = true, .optional = true}},
                      usage_report_row);
}

} // namespace tokenledger::ctl
