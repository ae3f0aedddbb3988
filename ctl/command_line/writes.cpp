// grant, deduct, transfer, usage.
#include "command_line/command_line.hpp"
#include "command_line/one_of.hpp"
#include "commands/commands.hpp"

#include "base/nearest.hpp"
#include "ledger/names.hpp"

#include <memory>
#include <stdexcept>

namespace tokenledger::ctl {

namespace {

std::int64_t confirm_above() {
    const std::string told = environment_or("TOKENLEDGER_CONFIRM_ABOVE", "");
    if (told.empty())
        return default_confirm_above;
    const auto limit = whole_number(told);
    if (!limit)
        throw std::runtime_error("TOKENLEDGER_CONFIRM_ABOVE is not a number of tokens: " + told);
    return *limit;
}

void add_care(CLI::App& to, write_options& what) {
    add_key(to, what.key);
    to.add_flag("--yes,-y", what.yes, "Do not ask for confirmation");
    to.add_flag("--dry-run", what.dry_run, "Show the balance that would result; write nothing");
    add_number(to, "--confirm-above", what.confirm_above, 0,
               "At a terminal, ask for confirmation above this many tokens (or TOKENLEDGER_CONFIRM_ABOVE)")
        ->default_str(std::to_string(what.confirm_above));
}

std::shared_ptr<write_options> new_write() {
    auto made = std::make_shared<write_options>();
    made->confirm_above = confirm_above();
    return made;
}

void add_tokens(CLI::App& to, write_options& what, const char* help) {
    add_number(to, "tokens", what.tokens, 1, help)->required();
}

void add_grant(command_line& to) {
    const auto what = new_write();
    auto* sub = to.add("grant", "Add tokens to an account; creates the account if it does not exist",
                       "  tokenledgerctl grant user_1 5000 --reason 'sorry for the outage'\n"
                       "  tokenledgerctl grant user_1 100000 --source subscription --reference in_1Nxyz\n"
                       "  tokenledgerctl grant user_1 5000 --existing\n"
                       "  tokenledgerctl grant user_1 5000 --dry-run",
                       [what](const context& in) { return grant(in, *what); });
    sub->add_option("user", what->user, "User id of the account")->required();
    add_tokens(*sub, *what, "Number of tokens");
    sub->add_option("--reason", what->reason, "The reason, as free text");
    sub->add_option("--source", what->source,
                    base::alternatives(ledger::grant_source_names()) + "; admin unless given")
        ->check(one_of(ledger::grant_source_names()));
    sub->add_option(
        "--reference", what->reference,
        "Id of the invoice or subscription. Each reference is granted once per source; subscription and "
        "trial require it");
    sub->add_option("--metadata", what->metadata, "A JSON object to store with the transaction");
    sub->add_flag("--existing", what->existing, "Refuse if the account does not exist");
    add_care(*sub, *what);
}

void add_deduct(command_line& to) {
    const auto what = new_write();
    auto* sub = to.add("deduct", "Take tokens from an account",
                       "  tokenledgerctl deduct user_1 500 --reason 'granted twice'\n"
                       "  tokenledgerctl deduct user_1 500 --allow-negative --yes",
                       [what](const context& in) { return deduct(in, *what); });
    sub->add_option("user", what->user, "User id of the account")->required();
    add_tokens(*sub, *what, "Number of tokens");
    sub->add_option("--reason", what->reason, "The reason, as free text");
    sub->add_flag("--allow-negative", what->allow_negative, "Allow the balance to go below zero");
    add_care(*sub, *what);
}

void add_transfer(command_line& to) {
    const auto what = new_write();
    auto* sub = to.add("transfer", "Move tokens from one account to another",
                       "  tokenledgerctl transfer user_1 user_2 500 --reason 'same person'",
                       [what](const context& in) { return transfer(in, *what); });
    sub->add_option("from", what->user, "User id of the account to take from")->required();
    sub->add_option("to", what->to, "User id of the account to add to; it must exist")->required();
    add_tokens(*sub, *what, "Number of tokens");
    sub->add_option("--reason", what->reason, "The reason, as free text");
    add_care(*sub, *what);
}

void add_usage(command_line& to) {
    const auto what = std::make_shared<usage_options>();
    auto* sub = to.add("usage", "Report what one AI call consumed, and charge it",
                       "  tokenledgerctl usage user_1 chat_conversation 321 --model a-model --charge 321\n"
                       "  tokenledgerctl usage user_1 image 1 --cost 0.0125 --key req_1",
                       [what](const context& in) { return report_usage(in, *what); });
    sub->add_option("user", what->user, "User id of the account")->required();
    sub->add_option("action", what->action, "Kind of operation: chat_conversation, image, ...")->required();
    add_number(*sub, "tokens", what->tokens, 0, "Tokens used")->required();
    add_number(*sub, "--input", what->input_tokens, 0, "Input tokens among them");
    add_number(*sub, "--output", what->output_tokens, 0, "Output tokens among them");
    sub->add_option("--model", what->model, "Name of the model");
    sub->add_option("--cost", what->cost, "Your cost, in decimal cents");
    add_number(*sub, "--charge", what->charge, 0, "Tokens to deduct from the account");
    add_key(*sub, what->key);
}

} // namespace

void add_writes(command_line& to) {
    add_grant(to);
    add_deduct(to);
    add_transfer(to);
    add_usage(to);
}

} // namespace tokenledger::ctl
