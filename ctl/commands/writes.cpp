// grant, deduct, transfer: their options and actions. Large amounts are confirmed at the terminal.
#include "client/random_key.hpp"
#include "command_line/command_line.hpp"
#include "command_line/one_of.hpp"
#include "commands/outcome.hpp"
#include "commands/posting.hpp"
#include "commands/preview.hpp"
#include "screen/cells.hpp"
#include "screen/text.hpp"

#include "admin/route.hpp"
#include "base/nearest.hpp"
#include "base/time.hpp"
#include "ledger/command.hpp"
#include "ledger/names.hpp"
#include "json/writer.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>

namespace tokenledger::ctl {

namespace {

// ---- What grant, deduct and transfer share. ----

// The key, confirmation and dry run of a write.
struct care {
    std::string key{};
    bool yes = false;
    bool dry_run = false;
    std::int64_t confirm_above = default_confirm_above;
};

template <class Operation>
struct write_options {
    Operation what{};
    care how{};
};

std::int64_t confirm_above() {
    const std::string told = environment_or("TOKENLEDGER_CONFIRM_ABOVE", "");
    if (told.empty())
        return default_confirm_above;
    const auto limit = whole_number(told);
    if (!limit)
        throw std::runtime_error("TOKENLEDGER_CONFIRM_ABOVE is not a number of tokens: " + told);
    return *limit;
}

void add_care(CLI::App& to, care& what) {
    add_key(to, what.key);
    to.add_flag("--yes,-y", what.yes, "Do not ask for confirmation");
    to.add_flag("--dry-run", what.dry_run, "Show the balance that would result; write nothing");
    add_number(to, "--confirm-above", what.confirm_above, 0,
               "At a terminal, ask for confirmation above this many tokens (or TOKENLEDGER_CONFIRM_ABOVE)")
        ->default_str(std::to_string(what.confirm_above));
}

template <class Operation>
std::shared_ptr<write_options<Operation>> new_write() {
    auto made = std::make_shared<write_options<Operation>>();
    made->how.confirm_above = confirm_above();
    return made;
}

void add_tokens(CLI::App& to, std::int64_t& tokens) {
    add_number(to, "tokens", tokens, 1, "Number of tokens")->required();
}

// Asks for confirmation at a terminal if the amount is large. False: declined.
bool is_wanted(const context& in, const care& how, std::int64_t tokens, const std::string& question) {
    if (how.yes || tokens <= how.confirm_above || !in.at.in || !in.at.out)
        return true;
    if (confirmed(question))
        return true;
    complain(in, "nothing was done");
    return false;
}

// ---- grant ----

struct grant_options : write_options<ledger::grant> {
    std::string source{};
    end_options end{};
};

int grant(const context& in, const grant_options& options) {
    ledger::grant what = options.what;
    what.expires_at_us = options.end.us;
    if (options.how.dry_run)
        return preview(in, {{.user = what.user_id, .tokens = what.tokens, .may_be_new = !what.existing}});
    std::string words = grouped(what.tokens) + " tokens to " + visible(what.user_id);
    if (what.expires_at_us)
        words += ", which expire on " + short_time(base::time_text(*what.expires_at_us)) + " UTC";
    if (!is_wanted(in, options.how, what.tokens, "Grant " + words + "?"))
        return exit_refused;
    if (const json_tree metadata(what.metadata);
        !what.metadata.empty() && metadata.root().kind() != json_kind::object) {
        complain(in, complaint{.type = "usage", .title = "--metadata is not a JSON object"});
        return exit_usage;
    }
    if (const auto source = ledger::value_of<ledger::grant_source>(options.source))
        what.source = *source;
    const answer got = send(in, what, options.how.key);
    const bool is_new = got.root().member("transactions").first().member("sequence").integer() == 1;
    return print_outcome(in, got, "granted " + words + (is_new ? ", a new account" : ""));
}

void add_grant(command_line& to) {
    const auto made = std::make_shared<grant_options>();
    made->how.confirm_above = confirm_above();
    ledger::grant& what = made->what;
    auto* sub = to.add("grant", "Add tokens to an account; creates the account if it does not exist",
                       "  tokenledgerctl grant user_1 5000 --reason 'sorry for the outage'\n"
                       "  tokenledgerctl grant user_1 100000 --source subscription --reference in_1Nxyz\n"
                       "  tokenledgerctl grant user_1 5000 --expires 90d --priority 10\n"
                       "  tokenledgerctl grant user_1 5000 --expires 2027-01-31 --time-zone Europe/Berlin\n"
                       "  tokenledgerctl grant user_1 5000 --existing\n"
                       "  tokenledgerctl grant user_1 5000 --dry-run",
                       [made](const context& in) { return grant(in, *made); });
    sub->add_option("user", what.user_id, "User id of the account")->required();
    add_tokens(*sub, what.tokens);
    add_reason(*sub, what.reason);
    sub->add_option("--source", made->source,
                    base::alternatives(ledger::grant_source_names()) + "; admin unless given")
        ->check(one_of(ledger::grant_source_names()));
    sub->add_option(
        "--reference", what.reference,
        "Id of the invoice or subscription that is granted for. Each reference is granted once per source; "
        "every source but admin requires one");
    sub->add_option("--metadata", what.metadata, "A JSON object to store with the transaction");
    sub->add_flag("--existing", what.existing, "Refuse if the account does not exist");
    add_expires(*sub, made->end);
    add_number(*sub, "--priority", what.priority, 0,
               "0 to 100: tokens of a lower one are used first; 50 unless given");
    add_care(*sub, made->how);
}

// ---- deduct ----

int deduct(const context& in, const write_options<ledger::deduction>& options) {
    const ledger::deduction& what = options.what;
    if (options.how.dry_run)
        return preview(
            in, {{.user = what.user_id, .tokens = -what.tokens, .may_go_below_zero = what.allow_negative}});
    const std::string words = grouped(what.tokens) + " tokens from " + visible(what.user_id);
    if (!is_wanted(in, options.how, what.tokens, "Deduct " + words + "?"))
        return exit_refused;
    return print_outcome(in, send(in, what, options.how.key), "deducted " + words);
}

void add_deduct(command_line& to) {
    const auto made = new_write<ledger::deduction>();
    ledger::deduction& what = made->what;
    auto* sub = to.add("deduct", "Take tokens from an account",
                       "  tokenledgerctl deduct user_1 500 --reason 'granted twice'\n"
                       "  tokenledgerctl deduct user_1 500 --allow-negative --yes",
                       [made](const context& in) { return deduct(in, *made); });
    sub->add_option("user", what.user_id, "User id of the account")->required();
    add_tokens(*sub, what.tokens);
    add_reason(*sub, what.reason);
    sub->add_flag("--allow-negative", what.allow_negative, "Allow the balance to go below zero");
    add_care(*sub, made->how);
}

// ---- transfer ----

int transfer(const context& in, const write_options<ledger::transfer>& options) {
    const ledger::transfer& what = options.what;
    if (options.how.dry_run && what.from == what.to) {
        complain(in, "this would be refused: sender and receiver are the same account");
        return exit_refused;
    }
    if (options.how.dry_run)
        return preview(
            in, {{.user = what.from, .tokens = -what.tokens}, {.user = what.to, .tokens = what.tokens}});
    const std::string words =
        grouped(what.tokens) + " tokens from " + visible(what.from) + " to " + visible(what.to);
    if (!is_wanted(in, options.how, what.tokens, "Transfer " + words + "?"))
        return exit_refused;
    return print_outcome(in, send(in, what, options.how.key), "transferred " + words);
}

void add_transfer(command_line& to) {
    const auto made = new_write<ledger::transfer>();
    ledger::transfer& what = made->what;
    auto* sub = to.add("transfer", "Move tokens from one account to another",
                       "  tokenledgerctl transfer user_1 user_2 500 --reason 'same person'",
                       [made](const context& in) { return transfer(in, *made); });
    sub->add_option("from", what.from, "User id of the account to take from")->required();
    sub->add_option("to", what.to, "User id of the account to add to; it must exist")->required();
    add_tokens(*sub, what.tokens);
    add_reason(*sub, what.reason);
    add_care(*sub, made->how);
}

} // namespace

void add_writes(command_line& to) {
    add_grant(to);
    add_deduct(to);
    add_transfer(to);
}

} // namespace tokenledger::ctl
