// Replies to writes, and problems as JSON.
#include "admin/reply.hpp"

#include "reply/json.hpp"

#include "base/text.hpp"
#include "ledger/command.hpp"

#include <utility>

namespace tokenledger::admin {

namespace {

problem_type type_of(ledger::refusal why) {
    switch (why) {
    case ledger::refusal::insufficient_balance:
        return problem_type::insufficient_balance;
    case ledger::refusal::unknown_account:
        return problem_type::unknown_account;
    case ledger::refusal::same_account:
        return problem_type::same_account;
    case ledger::refusal::key_reused:
        return problem_type::key_reused;
    case ledger::refusal::reference_used:
        return problem_type::reference_used;
    case ledger::refusal::balance_overflow:
        return problem_type::balance_overflow;
    case ledger::refusal::unknown_event:
        return problem_type::unknown_event;
    case ledger::refusal::event_settled:
        return problem_type::event_settled;
    case ledger::refusal::event_waiting:
        return problem_type::event_waiting;
    case ledger::refusal::still_parked:
        return problem_type::still_parked;
    case ledger::refusal::not_assignable:
        return problem_type::not_assignable;
    case ledger::refusal::payment_has_owner:
        return problem_type::payment_has_owner;
    case ledger::refusal::unknown_pack:
        return problem_type::unknown_pack;
    case ledger::refusal::time_out_of_range:
        return problem_type::time_out_of_range;
    case ledger::refusal::unknown_usage:
        return problem_type::unknown_usage;
    case ledger::refusal::exceeds_charge:
        return problem_type::exceeds_charge;
    case ledger::refusal::member_limit:
        return problem_type::member_limit;
    case ledger::refusal::expiry_in_past:
        return problem_type::expiry_in_past;
    case ledger::refusal::unknown_hold:
        return problem_type::unknown_hold;
    case ledger::refusal::hold_captured:
        return problem_type::hold_captured;
    case ledger::refusal::hold_released:
        return problem_type::hold_released;
    case ledger::refusal::hold_expired:
        return problem_type::hold_expired;
    case ledger::refusal::too_many_holds:
        return problem_type::too_many_holds;
    case ledger::refusal::nothing_due: // of the ledger's own commands
    case ledger::refusal::none:
        break;
    }
    return problem_type::internal_error;
}

constexpr std::string_view nothing_done = " Nothing was done, and the Idempotency-Key can be used again.";

std::string advice_for(ledger::refusal why) {
    switch (why) {
    case ledger::refusal::insufficient_balance:
        return "Fewer tokens are available than were requested: the balance, less what is held and what has "
               "expired. Request fewer, grant tokens first, or send allow_negative with a deduction, "
               "`overrun` with a usage." +
               std::string(nothing_done);
    case ledger::refusal::unknown_account:
        return "No account with this user id exists. Check the spelling; a grant without `existing` "
               "creates the account." +
               std::string(nothing_done);
    case ledger::refusal::same_account:
        return "A transfer needs two different accounts.";
    case ledger::refusal::key_reused:
        return "This Idempotency-Key or request_id was used for another command. Send a new one, or "
               "repeat the first command unchanged.";
    case ledger::refusal::reference_used:
        return "A grant with this source and reference was made under another Idempotency-Key. If this "
               "is the same grant, it is done already; otherwise send a reference of its own.";
    case ledger::refusal::balance_overflow:
        return "A balance must stay between -9223372036854775808 and 9223372036854775807. Move fewer "
               "tokens.";
    case ledger::refusal::event_settled:
        return "The event is neither parked nor waiting, so there is nothing to do.";
    case ledger::refusal::event_waiting:
        return "The event is applied by itself when its purchase arrives, so a retry has no effect. "
               "Check whether the purchase is parked, or dismiss this event.";
    case ledger::refusal::still_parked:
        return "The event would be parked again: see `reason`. Fix the cause, reload the daemon, then "
               "retry." +
               std::string(nothing_done);
    case ledger::refusal::not_assignable:
        return "Only a parked payment_intent.succeeded that has an amount and a currency, and that "
               "belongs to the mode of this endpoint and to the account of its payment, can be "
               "assigned. Dismiss the event instead, or fix the configuration and retry it.";
    case ledger::refusal::payment_has_owner:
        return "The payment was credited to a user before, which cannot be changed: GET /v1/payments "
               "shows to whom. Transfer tokens, or dismiss the event.";
    case ledger::refusal::unknown_pack:
        return "The catalogue of the event's endpoint has no pack of this name, or the daemon has not "
               "reloaded it. Check the spelling, or send `tokens`." +
               std::string(nothing_done);
    case ledger::refusal::time_out_of_range:
        return "`occurred_at` must be at most " + std::to_string(ledger::max_usage_age.count()) +
               " days ago, and not in the future by the clock of the database. Leave it out for the time of "
               "the report." +
               std::string(nothing_done);
    case ledger::refusal::unknown_usage:
        return "This account has no usage of this request_id, or it was archived. Check user_id and "
               "request_id: GET /v1/usage lists them." +
               std::string(nothing_done);
    case ledger::refusal::exceeds_charge:
        return "At most what the usage was charged can be given back: charged_tokens in GET /v1/usage. Leave "
               "`tokens` out to give back all of it." +
               std::string(nothing_done);
    case ledger::refusal::expiry_in_past:
        return "`expires_at` must be in the future by the clock of the database. Leave it out for tokens "
               "that "
               "never expire." +
               std::string(nothing_done);
    case ledger::refusal::unknown_hold:
        return "This account has no hold of this hold_id. Check user_id and hold_id: GET /v1/holds lists "
               "them." +
               std::string(nothing_done);
    case ledger::refusal::hold_captured:
        return "The hold has ended with a capture, and its charge is in the ledger. To give back what was "
               "charged, reverse the usage whose request_id is the hold_id.";
    case ledger::refusal::hold_released:
        return "The hold has ended without a charge. Report what the call consumed with POST /v1/usage.";
    case ledger::refusal::hold_expired:
        return "The hold has timed out, and its tokens are available again. Make another one; a capture of "
               "this "
               "one still charges what is available.";
    case ledger::refusal::too_many_holds:
        return "An account has at most " + std::to_string(ledger::max_open_holds) +
               " open holds. Capture or release some: those of calls that were given up stay open until they "
               "time out." +
               std::string(nothing_done);
    case ledger::refusal::nothing_due:   // of the ledger's own commands
    case ledger::refusal::member_limit:  // has a detail of its own
    case ledger::refusal::unknown_event: // likewise
    case ledger::refusal::none:
        break;
    }
    return "The ledger gave no reason.";
}

std::string time_of(ledger::limit_window per) {
    switch (per) {
    case ledger::limit_window::day:
        return "this day of UTC";
    case ledger::limit_window::month:
        return "this month of UTC";
    case ledger::limit_window::rolling:
        break;
    }
    return "24 hours";
}

void describe(const ledger::limit_reached& limit, problem& into) {
    into.detail = "Of the " + std::to_string(limit.tokens) + " tokens that this member may be charged in " +
                  time_of(limit.per) + ", " + std::to_string(limit.left) +
                  " are left. Charge fewer, or raise the limit with PUT /v1/accounts/{user_id}/limits." +
                  std::string(nothing_done);
    into.member = limit.member;
    into.left = limit.left;
}

reply applied(const ledger::outcome& outcome) {
    json_writer out;
    write(out, outcome);
    return {.body = out.text(),
            .replayed = outcome.replayed,
            .result = outcome.replayed ? std::string_view("replayed") : ledger::to_string(outcome.result)};
}

} // namespace

reply reply_for(const problem& what) {
    const problem_kind& kind = kind_of(what.type);
    json_writer out;
    out.begin_object().member("type", kind.slug).member("title", kind.title);
    out.member("status", static_cast<std::int64_t>(kind.status)).member_if("detail", what.detail);
    if (what.item)
        out.member("item", static_cast<std::int64_t>(*what.item));
    // A name that the request sent may not be UTF-8: an escaped lone surrogate.
    if (base::is_storable_text(what.field))
        out.member_if("field", what.field);
    out.member_if("nearest", what.nearest).member_if("reason", what.reason).member_if("member", what.member);
    if (what.left)
        out.member("left", *what.left);
    out.end_object();
    return {.status = kind.status,
            .body = out.text(),
            .content_type = "application/problem+json",
            .allow = what.allow,
            .retry_after = kind.status == 503,
            .result = kind.slug};
}

reply reply_for(const ledger::completion& completed, bool batch) {
    if (const auto* why = std::get_if<ledger::unavailable>(&completed)) {
        if (*why == ledger::unavailable::broken)
            return reply_for(problem{.type = problem_type::internal_error,
                                     .detail = "The database refused the rows of this command." +
                                               std::string(nothing_done) +
                                               " The log of tokenledgerd has "
                                               "the details."});
        if (*why == ledger::unavailable::outdated)
            return unavailable_reply(
                "A newer version of tokenledgerd has taken over the ledger, and this one may no "
                "longer write to it.");
        return unavailable_reply(*why == ledger::unavailable::stopping
                                     ? "The ledger is shutting down."
                                     : "The database did not confirm the command in time.");
    }
    const auto& outcome = std::get<ledger::outcome>(completed);
    if (outcome.result != ledger::result::refused)
        return applied(outcome);
    problem refused{.type = type_of(outcome.refusal)};
    refused.detail = advice_for(outcome.refusal);
    if (refused.type == problem_type::unknown_event)
        refused = unknown_event();
    if (outcome.limit)
        describe(*outcome.limit, refused);
    refused.reason = ledger::to_string(outcome.reason);
    if (batch)
        refused.item = outcome.item;
    return reply_for(refused);
}

reply unavailable_reply(std::string_view why) {
    return reply_for(
        problem{.type = problem_type::unavailable,
                .detail = std::string(why) +
                          " Send the same request again; a write, with its key, takes effect once."});
}

} // namespace tokenledger::admin
