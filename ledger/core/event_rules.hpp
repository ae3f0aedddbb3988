// The planner's part for events.
#pragma once

#include "core/batch_ledger.hpp"

namespace tokenledger::ledger {

// An event and the payment that it is about.
struct event_name {
    const std::string& id;
    const std::string& payment; // empty: none
    const std::optional<event_origin>& origin;
    bool by_operator = false; // who may say that an account without a name is one with a name
};

// An operator who completes a payment.
struct assignment {
    const std::string& reason;
    const std::string& idempotency_key;
    std::int64_t actor = 0;
};

// Credits a payment that is not credited yet and settles what waited for it. `by` is null where the catalogue
// decided. Preconditions: the payment is there, and has_room for the tokens.
outcome credit_payment(batch_ledger& work, const event_name& event, const purchase& bought,
                       const assignment* by);

// Why an operator should look at what `update` tells of a credited payment: of a refund that is not counted,
// since it is in another currency or may only release what was never captured. none: of no such refund.
[[nodiscard]] reason doubt_about(const payment_state& payment, const payment_update& update);

// Why the event cannot be of this payment: it is of the other mode, or of another account. none: it can.
[[nodiscard]] reason origin_mismatch(const event_name& event, const payment_state& payment);

// Would decide_effect apply the event, or let it wait, with something new?
[[nodiscard]] bool would_move(batch_ledger& work, const event_name& event, const stripe_effect& effect);

// Posts, merges and releases in `work`; what became of the event.
[[nodiscard]] outcome decide_effect(batch_ledger& work, const event_name& event, const stripe_effect& effect);

} // namespace tokenledger::ledger
