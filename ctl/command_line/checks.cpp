// verify, status, report, export, send.
#include "command_line/command_line.hpp"
#include "command_line/one_of.hpp"
#include "commands/commands.hpp"
#include "commands/values.hpp"

#include "base/nearest.hpp"
#include "ledger/lists.hpp"
#include "ledger/names.hpp"

#include <memory>

namespace tokenledger::ctl {

namespace {

void add_checks(command_line& to) {
    to.add("verify", "Recompute every balance and chain from the rows; exit 1 if anything differs",
           "  tokenledgerctl verify\n"
           "  tokenledgerctl verify --json",
           [](const context& in) { return verify(in); });
    to.add("status", "Show the state of the daemon; exit 1 if it is not ready",
           "  tokenledgerctl status\n"
           "  tokenledgerctl status --json",
           [](const context& in) { return status(in); });
}

void add_filter(CLI::App& to, list_options& what) {
    to.add_option("--user", what.user, "Only this user");
    add_days(to, what);
}

void add_report(command_line& to) {
    const auto what = std::make_shared<report_options>();
    auto* sub = to.add("report", "Show purchases, grants, refunds and usage as bar charts",
                       "  tokenledgerctl report --from 2026-01-01\n"
                       "  tokenledgerctl report --by pack --by model\n"
                       "  tokenledgerctl report --by revenue --from 2026-01-01\n"
                       "  tokenledgerctl report --user user_1",
                       [what](const context& in) { return report(in, *what); });
    sub->add_option(
           "--by", what->by,
           "Only this section; may be repeated. revenue (money by day and pack) is shown only if named here")
        ->check(one_of({"purchase", "grant", "refund", "usage", "type", "pack", "currency", "action", "model",
                        "revenue"}));
    add_filter(*sub, what->filter);
}

std::vector<std::string> words_of(std::span<const std::string_view> first,
                                  std::span<const std::string_view> then) {
    std::vector<std::string> all(first.begin(), first.end());
    all.insert(all.end(), then.begin(), then.end());
    return all;
}

void add_export(command_line& to) {
    const auto what = std::make_shared<export_options>();
    auto* sub = to.add("export", "Write a whole list as CSV or JSON Lines, the oldest row first",
                       "  tokenledgerctl export transactions > transactions.csv\n"
                       "  tokenledgerctl export purchases --spreadsheet --output purchases.csv\n"
                       "  tokenledgerctl export usage --format jsonl --from 2026-01-01 --output usage.jsonl",
                       [what](const context& in) { return export_list(in, *what); });
    sub->add_option("list", what->list, base::alternatives(ledger::list_names()))
        ->required()
        ->check(one_of(ledger::list_names()));
    sub->add_option("--format", what->format, "csv (the default) or jsonl")->check(one_of({"csv", "jsonl"}));
    sub->add_option("--output", what->file,
                    "The file to write, which must not exist yet; standard output unless given");
    sub->add_flag(
        "--spreadsheet", what->spreadsheet,
        "CSV for a spreadsheet: a byte-order mark, and an apostrophe before text that would be a formula");
    add_filter(*sub, what->filter);
    auto* type = sub->add_option("--type", what->filter.type,
                                 "Only transactions of this type, or events of this Stripe type");
    to.offered[type] = words_of(ledger::transaction_type_names(), handled_event_types());
    sub->add_option("--source", what->filter.source, "Only transactions from this source")
        ->check(one_of(ledger::source_names()));
    sub->add_option("--action", what->filter.action, "Only usage of this kind of operation");
    sub->add_option("--model", what->filter.model, "Only usage of this model");
    sub->add_option("--member", what->filter.member, "Only usage of this member of an account");
    sub->add_option("--state", what->filter.state, "Only holds in this state")
        ->check(one_of(ledger::names_of<ledger::hold_state>()));
    sub->add_option("--result", what->filter.result, "Only events with this result")
        ->check(one_of(ledger::event_result_names()));
    add_number(*sub, "--limit", what->filter.limit, 1, "Rows per request, 1 to 1000");
    sub->add_option("--cursor", what->filter.cursor, "Continue an interrupted export; appends to --output");
}

void add_send(command_line& to) {
    const auto what = std::make_shared<send_options>();
    auto* sub = to.add("send", "Sign an event file as Stripe does and post it to a webhook",
                       "  tokenledgerctl send event.json --secret-file secret --url "
                       "http://127.0.0.1:8787/stripe/webhook",
                       [what](const context& in) { return send_event(in, *what); });
    sub->add_option("file", what->file, "File with the body, sent byte for byte")->required();
    sub->add_option("--secret-file", what->secret_file, "File that contains the whsec_... secret")
        ->required();
    sub->add_option("--url", what->url, "http://host:port/path")->required();
    add_number(*sub, "--timestamp", what->timestamp, 1,
               "Timestamp to sign, in seconds since the epoch; now unless given");
}

} // namespace

void add_operations(command_line& to) {
    add_checks(to);
    add_report(to);
    add_export(to);
    add_send(to);
}

} // namespace tokenledger::ctl
