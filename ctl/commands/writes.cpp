// grant, deduct, transfer, usage, reverse: their options and actions. Large amounts are confirmed at the
// terminal.
#include "client/random_key.hpp"
#include "command_line/command_line.hpp"
#include "command_line/one_of.hpp"
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

void add_reason(CLI::App& to, std::string& reason) {
    to.add_option("--reason", reason, "The reason, as free text");
}

std::string key_of(const std::string& given) {
    return given.empty() ? random_key() : given;
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

void write_value(json_writer& out, const std::string& value, ledger::field_kind kind) {
    if (kind == ledger::field_kind::object)
        out.raw(value);
    else
        out.string(value);
}
void write_value(json_writer& out, std::int64_t value, ledger::field_kind) {
    out.integer(value);
}
void write_value(json_writer& out, const std::optional<std::int64_t>& value, ledger::field_kind kind) {
    if (kind == ledger::field_kind::time)
        out.string(base::time_text(value.value_or(0)));
    else
        out.integer(value.value_or(0));
}
void write_value(json_writer& out, bool value, ledger::field_kind) {
    out.boolean(value);
}
template <class Enum>
requires std::is_enum_v<Enum>
void write_value(json_writer& out, Enum value, ledger::field_kind) {
    out.string(to_string(value));
}

// The body of the operation's request; optional fields with their default are left out.
template <ledger::has_fields Operation>
std::string body_of(const Operation& what) {
    json_writer out;
    out.begin_object();
    ledger::for_each_field<Operation>([&](const auto& field) {
        const auto& value = what.*field.member;
        if (field.presence == ledger::presence::in_path)
            return;
        if (field.presence == ledger::presence::required || value != Operation{}.*field.member)
            write_value(out.key(field.name), value, field.kind);
    });
    return out.end_object().text();
}

template <class Operation>
std::string path_of(const Operation& what) {
    std::string_view parameter;
    ledger::for_each_field<Operation>([&](const auto& field) {
        if constexpr (std::is_convertible_v<decltype(what.*field.member), std::string_view>) {
            if (field.presence == ledger::presence::in_path)
                parameter = what.*field.member;
        }
    });
    return request_path::of_operation(ledger::description<Operation>::name, parameter).text();
}

template <class Operation>
answer send(const context& in, const Operation& what, const std::string& key) {
    return post(in, {.path = path_of(what), .body = body_of(what), .key = key_of(key)});
}

// The operation has its key among its fields. `key`: to print; empty: the command line has it.
template <class Operation>
answer send_with_own_key(const context& in, const Operation& what, const std::string& key) {
    return post(in, {.path = path_of(what), .body = body_of(what), .key = key, .key_is_in_body = true});
}

// ---- grant ----

struct grant_options : write_options<ledger::grant> {
    std::string source{};
};

int grant(const context& in, const grant_options& options) {
    ledger::grant what = options.what;
    if (options.how.dry_run)
        return preview(in, {{.user = what.user_id, .tokens = what.tokens, .may_be_new = !what.existing}});
    const std::string words = grouped(what.tokens) + " tokens to " + visible(what.user_id);
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

// ---- usage ----

struct usage_options {
    ledger::usage what{};
    std::int64_t input_tokens = -1; // -1: not given
    std::int64_t output_tokens = -1;
    std::int64_t cached_input_tokens = -1;
    std::int64_t reasoning_tokens = -1;
    std::string occurred_at{};
    std::string overrun{};
};

std::optional<std::int64_t> if_given(std::int64_t number) {
    return number < 0 ? std::nullopt : std::optional(number);
}

int report_usage(const context& in, const usage_options& options) {
    ledger::usage what = options.what;
    what.request_id = key_of(what.request_id);
    what.input_tokens = if_given(options.input_tokens);
    what.output_tokens = if_given(options.output_tokens);
    what.cached_input_tokens = if_given(options.cached_input_tokens);
    what.reasoning_tokens = if_given(options.reasoning_tokens);
    what.occurred_at_us = base::parse_time(options.occurred_at);
    what.overrun = ledger::value_of<ledger::overrun>(options.overrun).value_or(ledger::overrun::refuse);
    const answer got = send_with_own_key(in, what, what.request_id);
    const std::int64_t uncovered = got.ok() ? got.root().member("uncovered").integer().value_or(0) : 0;
    std::string done = "recorded " + grouped(what.tokens_used) + " tokens used by " + visible(what.user_id);
    done += what.charge > uncovered ? ", charged " + grouped(what.charge - uncovered) : ", nothing charged";
    if (uncovered > 0)
        done += ", " + grouped(uncovered) + " uncovered";
    return print_outcome(in, got, done);
}

std::string is_time(const std::string& text) {
    return base::parse_time(text) ? std::string() : "not a time such as 2026-11-22T18:30:00Z: " + text;
}

void add_usage(command_line& to) {
    const auto made = std::make_shared<usage_options>();
    ledger::usage& what = made->what;
    auto* sub = to.add("usage", "Report what one AI call consumed, and charge it",
                       "  tokenledgerctl usage user_1 chat_conversation 321 --model a-model --charge 321\n"
                       "  tokenledgerctl usage user_1 image 1 --cost 0.0125 --key req_1\n"
                       "  tokenledgerctl usage team_1 chat 900 --charge 900 --member ada --overrun to_zero",
                       [made](const context& in) { return report_usage(in, *made); });
    sub->add_option("user", what.user_id, "User id of the account")->required();
    sub->add_option("action", what.action_type, "Kind of operation: chat_conversation, image, ...")
        ->required();
    add_number(*sub, "tokens", what.tokens_used, 0, "Tokens used")->required();
    add_number(*sub, "--input", made->input_tokens, 0, "Input tokens among them");
    add_number(*sub, "--output", made->output_tokens, 0, "Output tokens among them");
    sub->add_option("--model", what.model_used, "Name of the model");
    sub->add_option("--cost", what.cost_estimate, "Your cost, in decimal cents");
    add_number(*sub, "--charge", what.charge, 0, "Tokens to deduct from the account");
    sub->add_option("--overrun", made->overrun,
                    "If the charge is higher than the balance: " +
                        base::alternatives(ledger::names_of<ledger::overrun>()) + "; refuse unless given")
        ->check(one_of(ledger::names_of<ledger::overrun>()));
    add_number(*sub, "--cached-input", made->cached_input_tokens, 0, "Cached tokens among the input tokens");
    add_number(*sub, "--reasoning", made->reasoning_tokens, 0, "Reasoning tokens among the output tokens");
    sub->add_option("--member", what.member, "Who of a shared account made the call");
    sub->add_option("--occurred-at", made->occurred_at,
                    "When the call was made: a time of RFC 3339 of the last 30 days; now unless given")
        ->check(is_time);
    sub->add_option("--metadata", what.metadata, "A JSON object to store with the usage");
    add_key(*sub, what.request_id);
}

// ---- reverse ----

struct reverse_options {
    ledger::reversal what{};
    std::int64_t tokens = 0; // 0: not given
};

int reverse(const context& in, const reverse_options& options) {
    ledger::reversal what = options.what;
    if (options.tokens > 0)
        what.tokens = options.tokens;
    const answer got = send_with_own_key(in, what, {});
    const json_value posted = got.root().member("transactions").first();
    return print_outcome(in, got,
                         "gave back " + number_of(posted.member("token_amount")) + " tokens to " +
                             visible(what.user_id));
}

void add_reverse(command_line& to) {
    const auto made = std::make_shared<reverse_options>();
    auto* sub = to.add("reverse", "Give back what a failed AI call was charged",
                       "  tokenledgerctl reverse user_1 req_1 --reason 'the stream broke off'\n"
                       "  tokenledgerctl reverse user_1 req_1 --tokens 200",
                       [made](const context& in) { return reverse(in, *made); });
    sub->add_option("user", made->what.user_id, "User id of the account that was charged")->required();
    sub->add_option("request", made->what.request_id, "Request id of the usage. It is reversed once")
        ->required();
    add_number(*sub, "--tokens", made->tokens, 1, "Tokens to give back; all that were charged unless given");
    add_reason(*sub, made->what.reason);
}

} // namespace

void add_writes(command_line& to) {
    add_grant(to);
    add_deduct(to);
    add_transfer(to);
    add_usage(to);
    add_reverse(to);
}

} // namespace tokenledger::ctl
