// The planner's rules for events.
#pragma once

#include "core/batch_ledger.hpp"

namespace tokenledger::ledger {

// An event and the payment that it names.
struct event_name {
    const std::string& id;
    const std::string& payment; // empty: none
    const std::optional<event_origin>& origin;
    bool by_operator = false; // an operator may equate the account without a name with a named one
};

// The data of an operator who assigns a payment to a user.
struct assignment {
    const std::string& reason;
    const std::string& idempotency_key;
    std::int64_t actor = 0;
};

// Credits a payment that has no credit yet and settles what waited for it. `by` is null if the catalogue
// decided. Preconditions: the payment is there, and has_room for the tokens.
outcome credit_payment(batch_ledger& work, const event_name& event, const purchase& bought,
                       const assignment* by);

// Why an operator should look at `update` of a credited payment: it has a refund that is not counted,
// because it is in another currency or may only release an uncaptured amount. none: it has no such refund.
[[nodiscard]] reason doubt_about(const payment_state& payment, const payment_update& update);

// Why the event cannot belong to this payment: its mode or its account is another one. none: it can.
[[nodiscard]] reason origin_mismatch(const event_name& event, const payment_state& payment);

// Would decide_effect apply the event, or let it wait, with something new?
[[nodiscard]] bool would_move(batch_ledger& work, const event_name& event, const stripe_effect& effect);

// Posts, merges and releases in `work`; returns the event's outcome.
[[nodiscard]] outcome decide_effect(batch_ledger& work, const event_name& event, const stripe_effect& effect);

} // namespace tokenledger::ledger
