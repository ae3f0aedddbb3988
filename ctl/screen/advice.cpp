// A sentence for each reason; docs/webhook.md has the same for people who read.
#include "screen/advice.hpp"

#include "screen/text.hpp"

#include "ledger/outcome.hpp"

#include <array>

namespace tokenledger::ctl {

namespace {

using ledger::reason;

std::string text_of(const json_value& value) {
    return visible(value.string().value_or(""));
}

// "parked for unknown_pack"
std::string state_of(const std::string& result, const std::string& because) {
    return result + (because.empty() ? "" : " for " + because);
}

std::string command(const std::string& words) {
    return "tokenledgerctl " + words;
}

struct event_words {
    std::string id;
    std::string payment; // empty: none is known

    [[nodiscard]] std::string retry() const { return command("events retry " + id); }
    [[nodiscard]] std::string dismiss() const { return command("events dismiss " + id + " --reason WHY"); }
    [[nodiscard]] std::string assign() const {
        return command("events assign " + id + " --user USER --pack PACK") + " (or --tokens N)";
    }
    [[nodiscard]] std::string explain() const {
        return command(payment.empty() ? "events show " + id + " --body" : "payment " + payment);
    }
};

// No default: a new reason does not compile until it says what to do.
std::string advice_for(reason why, const event_words& event) {
    switch (why) {
    case reason::unknown_pack:
        return "the catalogue of its endpoint has no such pack. Add it and reload the daemon, then " +
               event.retry() + "; or say what was bought: " + event.assign() + ".";
    case reason::amount_mismatch:
        return "the amount is not what the pack costs, or not what was credited before. Compare it with "
               "Stripe's dashboard; if it is right, mend price, minimum or maximum of the pack, reload the "
               "daemon, then " +
               event.retry() + "; or decide what it bought: " + event.assign() + ".";
    case reason::zero_amount:
        return "nothing was paid. If tokens are due all the same, grant them: " +
               command("grant USER N --reason WHY") + "; then " + event.dismiss() + ".";
    case reason::currency_mismatch:
        return "the pack has no price in this currency, or the payment was credited in another one. Add the "
               "price and reload the daemon, then " +
               event.retry() + "; or decide what it bought: " + event.assign() + ".";
    case reason::bad_metadata:
        return "its metadata names no usable user, pack or quantity, and stays as it is. Find out who "
               "bought, "
               "then " +
               event.assign() + "; and mend how the shop fills the metadata.";
    case reason::bad_payload:
        return "it lacks what a payment, refund or dispute must say, or says it twice. Look at it: " +
               command("events show " + event.id + " --body") +
               "; and at the API version of the endpoint. What it told can be done by grant or deduct; "
               "then " +
               event.dismiss() + ".";
    case reason::owner_mismatch:
        return "the payment was credited to another user before, and that stays: " + event.explain() +
               " shows to whom. If it is the wrong one, transfer the tokens; then " + event.dismiss() + ".";
    case reason::partial_capture_refund:
        return "the payment was captured in part, and this refund may only release what never was. Look at "
               "it "
               "in Stripe's dashboard. If money went back and the event that shows it has come, " +
               event.retry() + "; if none did, " + event.dismiss() + ".";
    case reason::livemode_mismatch:
        return "it is a live event at an endpoint for tests: somebody paid. Mend `livemode` of the endpoint, "
               "or "
               "where Stripe's endpoint points, reload the daemon, then " +
               event.retry() + ". It cannot be assigned.";
    case reason::account_mismatch:
        return "it is of an account that its endpoint is not for. If it should be, add the account to "
               "`accounts` of the endpoint and reload the daemon, then " +
               event.retry() + "; else " + event.dismiss() + ".";
    case reason::store_refused:
        return "the database refused it, for example a balance past 64 bits: the log of the daemon says "
               "what. "
               "Mend that, then " +
               event.retry() + ".";
    case reason::none:
        break;
    }
    return "mend the cause, then " + event.retry() + "; or " + event.dismiss() + ".";
}

reason reason_of(const std::string& slug) {
    constexpr std::array all{
        reason::unknown_pack,      reason::amount_mismatch,        reason::zero_amount,
        reason::currency_mismatch, reason::bad_metadata,           reason::bad_payload,
        reason::owner_mismatch,    reason::partial_capture_refund, reason::livemode_mismatch,
        reason::account_mismatch,  reason::store_refused};
    for (const reason each : all) {
        if (ledger::to_string(each) == slug)
            return each;
    }
    return reason::none;
}

std::string deed(const std::string& action) {
    if (action == "assign")
        return "Assigned";
    if (action == "dismiss")
        return "Dismissed";
    return action == "retry" ? "Tried again" : action;
}

} // namespace

std::vector<std::string> what_was_done(const json_value& event, const name_fn& name) {
    std::vector<std::string> told;
    for (auto each = event.member("actions").first(); each; each = each.next()) {
        const std::string why = text_of(each.member("reason"));
        const std::string became = text_of(each.member("became"));
        std::string line = deed(text_of(each.member("action"))) + " by " +
                           name(each.member("actor").integer().value_or(0)) + " on " +
                           short_time(each.member("created_at").string().value_or("")) + " UTC" +
                           (why.empty() ? "" : ": " + why) + ". It was " +
                           state_of(text_of(each.member("was")), text_of(each.member("was_because")));
        if (became != "dismissed")
            line += ", and became " + state_of(became, text_of(each.member("became_because")));
        told.push_back(line + ".");
    }
    return told;
}

std::string what_is_next(const json_value& event) {
    const std::string result = text_of(event.member("result"));
    const event_words words{.id = text_of(event.member("event_id")),
                            .payment = text_of(event.member("stripe_payment_intent_id"))};
    if (result == "parked") {
        const std::string why = text_of(event.member("reason"));
        return "Event " + words.id + " is " + state_of("parked", why) + ": " +
               advice_for(reason_of(why), words);
    }
    if (result == "waiting")
        return "Event " + words.id +
               " waits for its purchase to be credited, and is settled with it. Is the "
               "purchase parked? " +
               command("events --payment " + words.payment) + ".";
    if (result == "expired")
        return "Event " + words.id +
               " has waited past its time; it is settled if the purchase still comes. If "
               "it never will: " +
               words.dismiss() + ".";
    return {};
}

} // namespace tokenledger::ctl
