// Operators' actions on events, for tests: arguments for the fields that matter, defaults for the rest.
#pragma once

#include "commands.hpp"
#include "request_commands.hpp"

#include "ledger/command.hpp"

#include <string>
#include <utility>

namespace tokenledger::test {

// unknown_pack: the catalogue lacks the pack. buys: the same event after the catalogue has it.
inline ledger::stripe_command buys(const std::string& event, const std::string& payment = "pi_1",
                                   const bought& what = {.amount_cents = 900}) {
    return purchase_command(event, payment, what);
}
inline ledger::stripe_command unknown_pack(const std::string& event, const std::string& payment = "pi_1") {
    return buys(event, payment, {.amount_cents = 900, .refused = ledger::reason::unknown_pack});
}
inline ledger::stripe_command other_mode(const std::string& event, const std::string& payment = "pi_1") {
    return parked_command(event, ledger::reason::livemode_mismatch, payment);
}

// `today` is the command that would deliver the event today; its effect is today's translation.
inline ledger::operation retrying(const ledger::stripe_command& today) {
    ledger::retry_event made;
    made.event_id = today.event.id;
    made.payment_intent_id = today.event.payment_intent_id;
    made.effect = today.effect;
    return made;
}

inline ledger::operation dismissing(std::string event, std::string payment,
                                    std::string reason = "not worth it") {
    ledger::dismiss_event made;
    made.event_id = std::move(event);
    made.payment_intent_id = std::move(payment);
    made.reason = std::move(reason);
    return made;
}

struct assigned {
    std::string user = "alice";
    std::int64_t tokens = 1000;
    std::int64_t amount_cents = 900;
    std::string currency = "usd";
};

inline ledger::operation assigning(std::string event, std::string payment, const assigned& with = {}) {
    ledger::assign_event made;
    made.event_id = std::move(event);
    made.user_id = with.user;
    made.tokens = with.tokens;
    made.reason = "they wrote to us";
    made.payment_intent_id = std::move(payment);
    made.amount_cents = with.amount_cents;
    made.currency = with.currency;
    return made;
}

} // namespace tokenledger::test
