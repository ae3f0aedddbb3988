// Commands for tests, each with what matters named and the rest filled in.
#pragma once

#include "ledger/command.hpp"

#include <string>

namespace tokenledger::test {

inline ledger::stripe_event make_event(std::string id, std::string payment_intent) {
    ledger::stripe_event event;
    event.id = std::move(id);
    event.type = "payment_intent.succeeded";
    event.endpoint = "/stripe/webhook";
    event.payment_intent_id = std::move(payment_intent);
    event.livemode = true;
    event.created = 1'700'000'000;
    event.signature_header = "t=1700000000,v1=" + std::string(64, 'a');
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

inline ledger::stripe_command ignored_command(std::string event_id) {
    return {.event = make_event(std::move(event_id), ""), .effect = ledger::ignore_event{}};
}

inline ledger::stripe_command parked_command(std::string event_id, ledger::reason why) {
    return {.event = make_event(std::move(event_id), ""), .effect = ledger::park_event{why}};
}

} // namespace tokenledger::test
