// What a payment is worth now: from facts to tokens. Pure integers, 128 bits in products.
#pragma once

#include "ledger/facts.hpp"

#include <cstdint>

namespace tokenledger::ledger {

// What was paid and what it bought, fixed by the first credit.
struct credited {
    std::int64_t tokens = 0;         // > 0
    std::int64_t received_cents = 0; // > 0
};

struct entitlement {
    std::int64_t refunded_cents = 0; // 0..received
    std::int64_t disputed_cents = 0; // 0..received
    std::int64_t lost_cents = 0;     // min(received, refunded + disputed)
    std::int64_t taken_tokens = 0;   // floor(tokens * lost / received); exactly all when lost == received
    // A Charge shows more refunded than the Refund objects that have arrived explain.
    bool missing_refund_objects = false;
    // A partly captured payment has a refund that nothing proves to be more than the release of what was never captured.
    bool unproven_refund = false;
    bool in_dispute = false; // some dispute holds funds now, or is undecided

    bool operator==(const entitlement&) const = default;
};

[[nodiscard]] entitlement settle(const credited& what, const payment_facts& facts);

} // namespace tokenledger::ledger
