// balance, history, purchases, usage-report, activity, holds, payment; events and what is done about them.
#include "command_line/command_line.hpp"
#include "command_line/one_of.hpp"
#include "commands/commands.hpp"
#include "commands/values.hpp"

#include "ledger/names.hpp"
#include "ledger/outcome.hpp"

#include <memory>

namespace tokenledger::ctl {

namespace {

using list = std::shared_ptr<list_options>;

void add_pages(CLI::App& to, list_options& what) {
    add_days(to, what);
    add_number(to, "--limit", what.limit, 1, "Rows to show, 1 to 1000; 20 unless given");
    to.add_option("--cursor", what.cursor,
                  "Continue after the previous page, with the cursor that it printed");
    to.add_flag("--oldest-first", what.oldest_first, "List the oldest rows first");
}

void add_type_and_source(CLI::App& to, list_options& what) {
    to.add_option("--type", what.type, "Only transactions of this type")
        ->check(one_of(ledger::transaction_type_names()));
    to.add_option("--source", what.source, "Only transactions from this source")
        ->check(one_of(ledger::source_names()));
}

void add_balance(command_line& to) {
    const auto what = std::make_shared<balance_options>();
    auto* sub =
        to.add("balance", "Show an account: balance, what is held, what expires when, payments in dispute",
               "  tokenledgerctl balance user_1\n"
               "  tokenledgerctl balance user_1 --at 2026-01-31\n"
               "  tokenledgerctl balance user_1 --at 17        # after its 17th transaction",
               [what](const context& in) { return balance(in, *what); });
    sub->add_option("user", what->user, "User id of the account")->required();
    sub->add_option(
        "--at", what->at,
        "The balance at the start of a day (UTC), at a time, or after a transaction's sequence number");
}

void add_lists(command_line& to) {
    const list rows = std::make_shared<list_options>();
    auto* sub = to.add("history", "List the transactions of a user, or of all",
                       "  tokenledgerctl history user_1\n"
                       "  tokenledgerctl history --type refund --from 2026-01-01 --limit 100\n"
                       "  tokenledgerctl history --actor 1000",
                       [rows](const context& in) { return history(in, *rows); });
    sub->add_option("user", rows->user, "User id; all users unless given");
    add_type_and_source(*sub, *rows);
    add_number(*sub, "--actor", rows->actor, 0, "Only transactions requested by this uid");
    add_pages(*sub, *rows);

    const list bought = std::make_shared<list_options>();
    sub = to.add("purchases", "List purchases with the tokens taken back by refunds and disputes",
                 "  tokenledgerctl purchases user_1\n"
                 "  tokenledgerctl purchases --from 2026-01-01 --oldest-first",
                 [bought](const context& in) { return purchases(in, *bought); });
    sub->add_option("user", bought->user, "User id; all users unless given");
    add_pages(*sub, *bought);

    const list sums = std::make_shared<list_options>();
    sub = to.add("usage-report", "Add up usage by action and model, or by member",
                 "  tokenledgerctl usage-report\n"
                 "  tokenledgerctl usage-report user_1 --from 2026-01-01 --per-day\n"
                 "  tokenledgerctl usage-report team_1 --by-member",
                 [sums](const context& in) { return usage_report(in, *sums); });
    sub->add_option("user", sums->user, "User id; all users unless given");
    sub->add_option("--action", sums->action, "Only this kind of operation");
    sub->add_option("--model", sums->model, "Only this model");
    sub->add_option("--member", sums->member, "Only this member of an account");
    sub->add_flag("--per-day", sums->per_day, "One row per day");
    sub->add_flag("--by-member", sums->by_member, "One row per account and member");
    sub->add_flag("--by-occurrence", sums->by_occurrence,
                  "Count by when calls occurred, not by when they were reported");
    add_days(*sub, *sums);

    const list all = std::make_shared<list_options>();
    sub = to.add("activity", "List transactions and usage together, in order of time",
                 "  tokenledgerctl activity user_1\n"
                 "  tokenledgerctl activity --limit 100",
                 [all](const context& in) { return activity(in, *all); });
    sub->add_option("user", all->user, "User id; all users unless given");
    add_pages(*sub, *all);

    const list held = std::make_shared<list_options>();
    sub = to.add("holds", "List holds with their state",
                 "  tokenledgerctl holds user_1\n"
                 "  tokenledgerctl holds --state open --limit 100",
                 [held](const context& in) { return list_holds(in, *held); });
    sub->add_option("user", held->user, "User id; all users unless given");
    sub->add_option("--state", held->state, "Only holds in this state")
        ->check(one_of(ledger::names_of<ledger::hold_state>()));
    add_pages(*sub, *held);
}

void add_payment(command_line& to) {
    const auto what = std::make_shared<payment_options>();
    auto* sub =
        to.add("payment", "Explain a payment: Stripe's events, tokens credited and taken back, and why",
               "  tokenledgerctl payment pi_3Nxyz\n"
               "  tokenledgerctl payment pi_3Nxyz --prove",
               [what](const context& in) { return payment(in, *what); });
    sub->add_option("payment", what->id, "Id of the PaymentIntent, pi_...")->required();
    sub->add_flag("--prove", what->prove,
                  "Check the signatures of its stored events and the arithmetic; exit 1 on a mismatch");
}

using event_command = int (*)(const context&, const event_options&);

CLI::App* add_event(command_line& to, CLI::App* within, const std::string& name,
                    const std::string& description, const std::string& examples, event_command action,
                    const std::shared_ptr<event_options>& what) {
    auto* sub = to.add(
        name, description, examples, [what, action](const context& in) { return action(in, *what); }, within);
    sub->add_option("event", what->id, "Id of the event, evt_...")->required();
    return sub;
}

} // namespace

void add_reads(command_line& to) {
    add_balance(to);
    add_lists(to);
    add_payment(to);
}

void add_events(command_line& to) {
    const list what = std::make_shared<list_options>();
    auto* events = to.add("events", "List events by their result; show, retry, dismiss or assign one",
                          "  tokenledgerctl events --result parked\n"
                          "  tokenledgerctl events --payment pi_3Nxyz\n"
                          "  tokenledgerctl events retry evt_1Nxyz",
                          [what](const context& in) { return list_events(in, *what); });
    events->add_option("--result", what->result, "Only events with this result")
        ->check(one_of(ledger::event_result_names()));
    events->add_option("--reason", what->reason, "Only events with this reason")
        ->check(one_of(ledger::reason_names()));
    auto* type =
        events->add_option("--type", what->type, "Only events of this Stripe type, such as charge.refunded");
    const auto types = handled_event_types();
    to.offered[type] = {types.begin(), types.end()};
    events->add_option("--payment", what->payment, "Only events of this PaymentIntent");
    add_pages(*events, *what);
    events->require_subcommand(0, 1);

    const auto shown = std::make_shared<event_options>();
    auto* sub = add_event(to, events, "show", "Show an event",
                          "  tokenledgerctl events show evt_1Nxyz\n"
                          "  tokenledgerctl events show evt_1Nxyz --body > event.json",
                          show_event, shown);
    sub->add_flag("--body", shown->body, "Print the body alone, byte for byte");

    const auto retried = std::make_shared<event_options>();
    sub = add_event(to, events, "retry", "Apply a parked event again, after its cause was fixed",
                    "  tokenledgerctl events retry evt_1Nxyz", retry_event, retried);
    add_key(*sub, retried->key);

    const auto dismissed = std::make_shared<event_options>();
    sub = add_event(to, events, "dismiss", "Remove an event from the queue without applying it",
                    "  tokenledgerctl events dismiss evt_1Nxyz --reason 'a test of ours'", dismiss_event,
                    dismissed);
    sub->add_option("--reason", dismissed->reason, "The reason, as free text")->required();
    add_key(*sub, dismissed->key);

    const auto assigned = std::make_shared<event_options>();
    sub = add_event(
        to, events, "assign", "Credit a parked payment to a user, with tokens or a pack that you name",
        "  tokenledgerctl events assign evt_1Nxyz --user user_1 --pack starter --reason 'told by mail'\n"
        "  tokenledgerctl events assign evt_1Nxyz --user user_1 --tokens 5000",
        assign_event, assigned);
    sub->add_option("--user", assigned->user, "User id of the buyer")->required();
    auto* tokens =
        add_number(*sub, "--tokens", assigned->tokens, 1, "Tokens to credit for the whole payment");
    auto* pack =
        sub->add_option("--pack", assigned->pack, "Instead of --tokens: a pack of the endpoint's catalogue");
    pack->excludes(tokens);
    add_number(*sub, "--quantity", assigned->quantity, 1, "Number of packs; 1 unless given")->needs(pack);
    sub->add_option("--reason", assigned->reason, "The reason, as free text");
    add_key(*sub, assigned->key);
}

} // namespace tokenledger::ctl
