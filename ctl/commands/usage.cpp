// usage, reverse, limit: their options and actions.
#include "command_line/one_of.hpp"
#include "commands/call_options.hpp"
#include "commands/outcome.hpp"
#include "commands/posting.hpp"
#include "screen/cells.hpp"
#include "screen/text.hpp"

#include "base/nearest.hpp"

#include <memory>

namespace tokenledger::ctl {

namespace {

// ---- usage ----

struct usage_options {
    ledger::usage what{};
    std::string overrun{};
};

int report_usage(const context& in, const usage_options& options) {
    ledger::usage what = options.what;
    what.request_id = key_of(what.request_id);
    what.overrun = ledger::value_of<ledger::overrun>(options.overrun).value_or(ledger::overrun::refuse);
    const answer got = send(in, what, what.request_id);
    const std::string done =
        "recorded " + grouped(what.tokens_used) + " tokens used by " + visible(what.user_id);
    return print_outcome(in, got, done + charged_words(what.charge, got));
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
    add_number(*sub, "--charge", what.charge, 0, "Tokens to deduct from the account");
    sub->add_option("--overrun", made->overrun,
                    "If the charge is higher than what is available: " +
                        base::alternatives(ledger::names_of<ledger::overrun>()) + "; refuse unless given")
        ->check(one_of(ledger::names_of<ledger::overrun>()));
    add_call(*sub, what);
    sub->add_option("--model", what.model_used, "Name of the model");
    sub->add_option("--member", what.member, "Who of a shared account made the call");
    add_key(*sub, what.request_id);
}

// ---- reverse ----

int reverse(const context& in, const ledger::reversal& what) {
    const answer got = send(in, what, {});
    const json_value posted = got.root().member("transactions").first();
    return print_outcome(in, got,
                         "gave back " + number_of(posted.member("token_amount")) + " tokens to " +
                             visible(what.user_id));
}

void add_reverse(command_line& to) {
    const auto what = std::make_shared<ledger::reversal>();
    auto* sub = to.add("reverse", "Give back what a failed AI call was charged",
                       "  tokenledgerctl reverse user_1 req_1 --reason 'the stream broke off'\n"
                       "  tokenledgerctl reverse user_1 req_1 --tokens 200",
                       [what](const context& in) { return reverse(in, *what); });
    sub->add_option("user", what->user_id, "User id of the account that was charged")->required();
    sub->add_option("request", what->request_id,
                    "Request id of the usage, or id of the hold that was captured. It is reversed once")
        ->required();
    add_number(*sub, "--tokens", what->tokens, 1, "Tokens to give back; all that were charged unless given");
    add_reason(*sub, what->reason);
}

// ---- limit ----

struct limit_options {
    ledger::member_limit what{};
    std::string per{};
    bool none = false;
    std::string key{};
};

int limit(const context& in, const limit_options& options) {
    if (!options.what.tokens && !options.none) {
        complain(in, complaint{.type = "usage", .title = "--tokens or --none is required"});
        return exit_usage;
    }
    ledger::member_limit what = options.what;
    what.per = ledger::value_of<ledger::limit_window>(options.per).value_or(ledger::limit_window::day);
    const std::string whom = what.member == ledger::every_member ? "each member" : visible(what.member);
    const std::string time = " per " + std::string(to_string(what.per));
    return print_outcome(in, send(in, what, options.key),
                         whom + " of " + visible(what.user_id) +
                             (!what.tokens ? " has no limit" + time
                                           : " may be charged " + grouped(*what.tokens) + " tokens" + time));
}

void add_limit(command_line& to) {
    const auto made = std::make_shared<limit_options>();
    auto* sub = to.add("limit", "Limit what a member of a shared account may be charged",
                       "  tokenledgerctl limit team_1 ada --tokens 5000 --per day\n"
                       "  tokenledgerctl limit team_1 '*' --tokens 100000 --per month\n"
                       "  tokenledgerctl limit team_1 ada --none --per day",
                       [made](const context& in) { return limit(in, *made); });
    sub->add_option("user", made->what.user_id, "User id of the account")->required();
    sub->add_option("member", made->what.member,
                    "Whom to limit; *: each member without a limit of their own for the same time")
        ->required();
    auto* tokens = add_number(*sub, "--tokens", made->what.tokens, 0, "Tokens that may be charged; 0: none");
    auto* none = sub->add_flag("--none", made->none, "Take the limit away");
    tokens->excludes(none);
    sub->add_option("--per", made->per, "day or month of UTC, or 24h: the last 24 hours; day unless given")
        ->check(one_of(ledger::names_of<ledger::limit_window>()));
    add_key(*sub, made->key);
}

} // namespace

void add_usage_writes(command_line& to) {
    add_usage(to);
    add_reverse(to);
    add_limit(to);
}

} // namespace tokenledger::ctl
