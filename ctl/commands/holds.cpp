// hold, capture, release, extend: their options and actions.
#include "commands/call_options.hpp"
#include "commands/outcome.hpp"
#include "commands/posting.hpp"
#include "screen/cells.hpp"
#include "screen/text.hpp"

#include <memory>

namespace tokenledger::ctl {

namespace {

// What capture, release and extend are told first.
template <ledger::on_hold Operation>
void add_user_and_hold(CLI::App& to, Operation& what) {
    to.add_option("user", what.user_id, "User id of the account")->required();
    to.add_option("hold", what.hold_id, "Id of the hold")->required();
}

// ---- hold ----

int hold(const context& in, ledger::hold what) {
    what.hold_id = key_of(what.hold_id);
    return print_outcome(in, send(in, what, what.hold_id),
                         "held " + grouped(what.tokens) + " tokens of " + visible(what.user_id));
}

void add_hold(command_line& to) {
    const auto what = std::make_shared<ledger::hold>();
    auto* sub =
        to.add("hold", "Set tokens aside for an AI call whose cost is known afterwards",
               "  tokenledgerctl hold user_1 500\n"
               "  tokenledgerctl hold user_1 500 --key req_1 --timeout-seconds 3600\n"
               "  tokenledgerctl hold team_1 500 --action chat_conversation --model a-model --member ada",
               [what](const context& in) { return hold(in, *what); });
    sub->add_option("user", what->user_id, "User id of the account")->required();
    add_number(*sub, "tokens", what->tokens, 1, "Tokens to hold; so many must be available")->required();
    add_number(*sub, "--timeout-seconds", what->timeout_seconds, 1,
               "Seconds until the hold ends by itself, 1 to 86400; 900 unless given");
    sub->add_option("--action", what->action_type, "Kind of operation: chat_conversation, image, ...");
    sub->add_option("--model", what->model_used, "Name of the model");
    sub->add_option("--member", what->member, "Who of a shared account makes the call");
    add_key(*sub, what->hold_id,
            "The id of the hold, which is its idempotency key; a random one unless given");
}

// ---- capture ----

int capture(const context& in, const ledger::capture& what) {
    const answer got = send(in, what, {});
    return print_outcome(in, got,
                         "captured hold " + visible(what.hold_id) + " of " + visible(what.user_id) +
                             charged_words(what.tokens, got));
}

void add_capture(command_line& to) {
    const auto what = std::make_shared<ledger::capture>();
    auto* sub =
        to.add("capture", "End a hold with what the AI call did cost, and record the call",
               "  tokenledgerctl capture user_1 req_1 321\n"
               "  tokenledgerctl capture user_1 req_1 321 --action chat_conversation --model a-model\n"
               "  tokenledgerctl capture user_1 req_1 0 --tokens-used 40",
               [what](const context& in) { return capture(in, *what); });
    add_user_and_hold(*sub, *what);
    add_number(*sub, "tokens", what->tokens, 0,
               "Tokens to deduct from the account; more than were held, if they are available")
        ->required();
    sub->add_flag("--allow-negative", what->allow_negative,
                  "Deduct all of them, even if the balance goes below zero");
    add_number(*sub, "--tokens-used", what->tokens_used, 0,
               "Tokens that the model used; those to deduct unless given");
    add_call(*sub, *what);
    sub->add_option("--action", what->action_type, "Kind of operation; the hold's unless given");
    sub->add_option("--model", what->model_used, "Name of the model; the hold's unless given");
    sub->add_option("--member", what->member,
                    "Who of a shared account made the call; the hold's unless given");
}

// ---- release ----

void add_release(command_line& to) {
    const auto what = std::make_shared<ledger::release>();
    auto* sub = to.add("release", "End a hold without a charge", "  tokenledgerctl release user_1 req_1",
                       [what](const context& in) {
                           return print_outcome(in, send(in, *what, {}),
                                                "released hold " + visible(what->hold_id) + " of " +
                                                    visible(what->user_id));
                       });
    add_user_and_hold(*sub, *what);
}

// ---- extend ----

struct extend_options {
    ledger::extension what{};
    std::string key{};
};

void add_extend(command_line& to) {
    const auto made = std::make_shared<extend_options>();
    ledger::extension& what = made->what;
    auto* sub = to.add("extend", "Keep a hold open for longer, or change how much it holds",
                       "  tokenledgerctl extend user_1 req_1 --timeout-seconds 900\n"
                       "  tokenledgerctl extend user_1 req_1 --timeout-seconds 900 --tokens 800",
                       [made](const context& in) {
                           return print_outcome(in, send(in, made->what, made->key),
                                                "extended hold " + visible(made->what.hold_id) + " of " +
                                                    visible(made->what.user_id));
                       });
    add_user_and_hold(*sub, what);
    add_number(*sub, "--timeout-seconds", what.timeout_seconds, 1,
               "Seconds from now until the hold ends by itself, 1 to 86400")
        ->required();
    add_number(*sub, "--tokens", what.tokens, 1, "Tokens to hold in all; as many as before unless given");
    add_key(*sub, made->key);
}

} // namespace

void add_hold_writes(command_line& to) {
    add_hold(to);
    add_capture(to);
    add_release(to);
    add_extend(to);
}

} // namespace tokenledger::ctl
