// payment and events: what came from Stripe, and the operator's queue.
#include "client/random_key.hpp"
#include "commands/commands.hpp"
#include "commands/outcome.hpp"
#include "commands/values.hpp"
#include "screen/advice.hpp"
#include "screen/cells.hpp"
#include "screen/explain.hpp"
#include "screen/lots.hpp"
#include "screen/text.hpp"
#include "screen/who.hpp"

#include "json/writer.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

constexpr std::int64_t events_for_a_person = 20;

std::vector<column> event_columns(bool with_payment) {
    std::vector<column> columns{{.title = "received (UTC)"},
                                {.title = "event", .shrinks = true},
                                {.title = "type", .shrinks = true},
                                {.title = "result"},
                                {.title = "reason", .shrinks = true, .optional = true}};
    if (with_payment)
        columns.push_back({.title = "payment", .shrinks = true, .optional = true});
    return columns;
}

row event_row(json_value each, bool with_payment) {
    row cells{time_cell(each.member("received_at")),
              id_cell(each.member("event_id")),
              {.text = text_of(each.member("type"))},
              result_cell(each.member("result")),
              {.text = text_of(each.member("reason"))}};
    if (with_payment)
        cells.push_back(id_cell(each.member("stripe_payment_intent_id")));
    return cells;
}

std::string rows_of_payment(json_value of, const view& how) {
    std::vector<row> rows;
    for (auto each = of.member("transactions").first(); each; each = each.next())
        rows.push_back({time_cell(each.member("created_at")),
                        id_cell(each.member("user_id")),
                        {.text = text_of(each.member("type"))},
                        signed_cell(each.member("token_amount")),
                        balance_cell(each.member("balance_after")),
                        lots_cell(each),
                        id_cell(each.member("stripe_event_id"))});
    if (rows.empty())
        return {};
    return "\n" + table({{.title = "posted (UTC)"},
                         {.title = "user", .shrinks = true},
                         {.title = "type"},
                         {.title = "tokens", .right = true},
                         {.title = "balance", .right = true},
                         {.title = "lots", .optional = true},
                         {.title = "event", .shrinks = true, .optional = true}},
                        rows, how);
}

std::string events_of(json_value of, bool with_payment, const view& how) {
    std::vector<row> rows;
    for (auto each = of.first(); each; each = each.next())
        rows.push_back(event_row(each, with_payment));
    return rows.empty() ? std::string() : table(event_columns(with_payment), rows, how);
}

// What operators did about the events of a payment.
std::string deeds_of(json_value payment, const view& how) {
    std::string out;
    for (auto each = payment.member("events").first(); each; each = each.next()) {
        for (const std::string& deed : what_was_done(each, who))
            out += "  Event " + text_of(each.member("event_id")) + ": " + deed + "\n";
    }
    return out.empty() ? out : painted("What operators did", tone::strong, how.colour) + "\n" + out;
}

int act(const context& in, const event_options& on, admin::call what, const std::string& body) {
    const answer got = post(in, {.path = request_path(what, on.id).text(),
                                 .body = body,
                                 .key = on.key.empty() ? random_key() : on.key});
    if (!got.ok())
        return got.exit_code;
    const std::string reason = text_of(got.root().member("reason"));
    return print_outcome(in, got,
                         visible(on.id) + " is now " + text_of(got.root().member("result")) +
                             (reason.empty() ? "" : " (" + reason + ")"));
}

int explain_payment(const context& in, const std::string& id) {
    const answer got = get(in, request_path(admin::call::payment, id));
    if (!got.ok())
        return got.exit_code;
    if (in.common.json)
        return print_json(got);
    std::cout << explained(got.root(), in.at.screen) << deeds_of(got.root(), in.at.screen)
              << rows_of_payment(got.root(), in.at.screen);
    const std::string events = events_of(got.root().member("events"), false, in.at.screen);
    std::cout << (events.empty() ? "" : "\n") << events;
    return exit_done;
}

// The proof uses the stored bytes and facts, not the results derived from them.
int prove_payment(const context& in, const std::string& id) {
    const answer got = get(in, request_path(admin::call::prove, id));
    if (!got.ok())
        return got.exit_code;
    const bool is_wrong = got.root().member("result").string() == "mismatch";
    if (in.common.json) {
        print_json(got);
        return is_wrong ? exit_refused : exit_done;
    }
    const auto judged = [](json_value value) {
        const std::string text = text_of(value);
        return cell{.text = text,
                    .how = text == "verified"   ? tone::good
                           : text == "mismatch" ? tone::bad
                                                : tone::notice};
    };
    std::cout << pairs(
        {{text_of(got.root().member("stripe_payment_intent_id")), judged(got.root().member("result"))}},
        in.at.screen);
    std::vector<row> rows;
    for (auto each = got.root().member("events").first(); each; each = each.next())
        rows.push_back({id_cell(each.member("event_id")),
                        judged(each.member("result")),
                        {.text = text_of(each.member("detail"))}});
    if (!rows.empty())
        std::cout << table({{.title = "event", .shrinks = true},
                            {.title = "result"},
                            {.title = "detail", .shrinks = true, .optional = true}},
                           rows, in.at.screen);
    for (auto each = got.root().member("faults").first(); each; each = each.next())
        std::cout << painted("fault", tone::bad, in.at.screen.colour) << ": " << text_of(each) << '\n';
    return is_wrong ? exit_refused : exit_done;
}

} // namespace

int payment(const context& in, const payment_options& what) {
    return what.prove ? prove_payment(in, what.id) : explain_payment(in, what.id);
}

int list_events(const context& in, const list_options& what) {
    request_path where = request_path::of_list("events");
    where.parameter("result", what.result).parameter("reason", what.reason);
    where.parameter("type", what.type).parameter("stripe_payment_intent_id", what.payment);
    where.parameter("from", what.from).parameter("to", what.to).parameter("cursor", what.cursor);
    where.parameter("limit", std::to_string(what.limit > 0 ? what.limit : events_for_a_person));
    where.parameter("order", what.oldest_first ? "oldest_first" : "");
    const answer got = get(in, where);
    if (!got.ok())
        return got.exit_code;
    if (!got.root().member("rows").first() && asks_for_unknown_event_type(in, what))
        return exit_refused;
    if (in.common.json)
        return print_json(got);
    const std::string shown = events_of(got.root().member("rows"), true, in.at.screen);
    std::cout << (shown.empty() ? "no events\n" : shown);
    print_more(in, got);
    return exit_done;
}

int show_event(const context& in, const event_options& what) {
    const answer got = get(in, request_path(admin::call::event, what.id));
    if (!got.ok())
        return got.exit_code;
    if (in.common.json)
        return print_json(got);
    const json_value event = got.root();
    const json_value evidence = event.member("evidence");
    if (what.body) { // the exact bytes, for a file: nothing else is printed, and nothing is escaped
        const auto body = evidence.member("body").string();
        if (!body) {
            complain(in, "the bytes of this event are not kept, or this socket does not permit operate");
            return exit_refused;
        }
        std::cout << *body;
        return exit_done;
    }
    std::vector<std::pair<std::string, cell>> lines;
    for (auto each = event.first(); each; each = each.next()) {
        const std::string name = visible(each.name());
        if (name == "evidence" || name == "actions")
            continue;
        cell value{.text = text_of(each)};
        if (name == "result")
            value = result_cell(each);
        else if (const auto truth = each.boolean())
            value.text = *truth ? "yes" : "no";
        else if (each.kind() == json_kind::number)
            value.text = number_of(each);
        else if (each.kind() == json_kind::object || each.kind() == json_kind::array)
            value.text = in_words(each);
        lines.emplace_back(name, value);
    }
    if (const auto body = evidence.member("body").string())
        lines.emplace_back("body", cell{.text = grouped(static_cast<std::int64_t>(body->size())) +
                                                " bytes; --body prints them"});
    std::cout << pairs(lines, in.at.screen);
    for (const std::string& deed : what_was_done(event, who))
        std::cout << deed << '\n';
    if (const std::string next = what_is_next(event); !next.empty())
        std::cout << painted(next, tone::notice, in.at.screen.colour) << '\n';
    return exit_done;
}

int retry_event(const context& in, const event_options& what) {
    return act(in, what, admin::call::retry, {});
}

int dismiss_event(const context& in, const event_options& what) {
    json_writer body;
    body.begin_object().member("reason", what.reason).end_object();
    return act(in, what, admin::call::dismiss, body.text());
}

int assign_event(const context& in, const event_options& what) {
    if (what.pack.empty() && what.tokens == 0) {
        complain(in, complaint{.type = "usage",
                               .title = "--tokens or --pack is required: what the whole payment is worth"});
        return exit_usage;
    }
    json_writer body;
    body.begin_object().member("user_id", what.user);
    if (what.pack.empty())
        body.member("tokens", what.tokens);
    else
        body.member("pack", what.pack);
    if (what.quantity > 0)
        body.member("quantity", what.quantity);
    body.member_if("reason", what.reason).end_object();
    return act(in, what, admin::call::assign, body.text());
}

} // namespace tokenledger::ctl
