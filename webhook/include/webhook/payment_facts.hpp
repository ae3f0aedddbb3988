// What an event says of a payment after it was made: refunds and disputes. In the shapes of
// every API version: references as ids, expanded or null; refunds embedded or not; balance transactions in
// either place. Shapes: https://docs.stripe.com/api/charges/object, .../refunds/object, .../disputes/object
#pragma once

#include "ledger/facts.hpp"
#include "webhook/catalog.hpp"
#include "webhook/event.hpp"

#include <optional>
#include <string>

namespace tokenledger::webhook {

struct settlement_news {
    // False (bad_payload): something that is read is of a wrong type, there twice, no identifier, or no exact
    // amount of 0 or more. Then there are no facts; what else could be read is still here.
    bool usable = true;
    // Empty and usable: the object names no payment intent, so nothing else of it was read. Not ours to
    // handle.
    std::string payment_intent_id{};
    ledger::payment_facts facts{};
    // A Charge carries the payment's metadata, and is ours if that has the pack key. nullopt: no metadata; or
    // a Refund or a Dispute, whose metadata is its own. `facts.not_ours` says the same as `false`.
    std::optional<bool> ours{};
    // The object's; empty if it has none. A Dispute's is in its fact too: only there may it be another one
    // than the payment's.
    std::string currency{};
};

// Not usable for a type whose meaning is not refund_or_dispute.
[[nodiscard]] settlement_news read_settlement(const event& what, const catalog& prices);

} // namespace tokenledger::webhook
