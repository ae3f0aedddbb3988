// Commands for tests: arguments for the fields that matter, defaults for the rest.
#pragma once

#include "ledger/command.hpp"

#include <string>
#include <utility>

namespace tokenledger::test {

inline ledger::stripe_event make_event(std::string id, std::string payment_intent) {
    ledger::stripe_event event;
    event.id = std::move(id);
    event.type = "payment_intent.succeeded";
    event.endpoint = "/stripe/webhook";
    event.api_version = "2025-03-31.basil";
    event.payment_intent_id = std::move(payment_intent);
    event.livemode = true;
    event.created = 1'700'000'000;
    event.signature_header = "t=1,v1=2";
    event.body = "{\"id\":\"" + event.id + "\"}";
    return event;
}

struct bought {
    std::string user = "alice";
    std::int64_t tokens = 1000;
    std::int64_t amount_cents = 999;
    std::string currency = "usd";
    ledger::reason refused = ledger::reason::none;
};

inline ledger::stripe_command purchase_command(std::string event_id, std::string payment_intent,
                                               const bought& what = {}) {
    return {.event = make_event(std::move(event_id), std::move(payment_intent)),
            .effect = ledger::purchase{.user_id = what.user,
                                       .catalog = "",
                                       .pack = "starter",
                                       .quantity = 1,
                                       .tokens = what.refused == ledger::reason::none ? what.tokens : 0,
                                       .amount_cents = what.amount_cents,
                                       .currency = what.currency,
                                       .refused = what.refused}};
}

inline ledger::stripe_command purchase_by(std::string event_id, std::string payment_intent, std::string user,
                                          std::int64_t tokens = 100) {
    return purchase_command(std::move(event_id), std::move(payment_intent),
                            {.user = std::move(user), .tokens = tokens});
}

inline ledger::stripe_command ignored_command(std::string event_id, std::string payment_intent = "") {
    return {.event = make_event(std::move(event_id), std::move(payment_intent)),
            .effect = ledger::ignore_event{}};
}

inline ledger::stripe_command parked_command(std::string event_id, ledger::reason why,
                                             std::string payment_intent = "") {
    return {.event = make_event(std::move(event_id), std::move(payment_intent)),
            .effect = ledger::park_event{why}};
}

// An event of a dispute if the facts have one, else of a refund.
inline ledger::stripe_command update_command(std::string event_id, std::string payment_intent,
                                             ledger::payment_facts facts) {
    ledger::stripe_command made{.event = make_event(std::move(event_id), std::move(payment_intent)),
                                .effect = {}};
    made.event.type = facts.disputes.empty() ? "refund.created" : "charge.dispute.created";
    made.effect = ledger::payment_update{.facts = std::move(facts)};
    return made;
}

// The end of a payment that will never be credited: canceled or not ours.
inline ledger::stripe_command end_command(std::string event_id, std::string payment_intent,
                                          const ledger::payment_facts& why) {
    return {.event = make_event(std::move(event_id), std::move(payment_intent)),
            .effect = ledger::payment_update{.facts = why, .moves_tokens = false}};
}

} // namespace tokenledger::test
