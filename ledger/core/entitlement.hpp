// What a payment is worth now: from facts to tokens. Pure integers, 128 bits in products.
#pragma once

#include "ledger/facts.hpp"

#include "core/snapshot.hpp"

#include <cstdint>
#include <string>

namespace tokenledger::ledger {

// What was paid and what it bought, fixed by the first credit.
struct credited {
    std::int64_t tokens = 0;         // > 0
    std::int64_t received_cents = 0; // > 0; else there is nothing to lose
    std::string currency{};          // of received_cents
};

struct entitlement {
    std::int64_t refunded_cents = 0; // 0..received
    std::int64_t disputed_cents = 0; // 0..received
    std::int64_t lost_cents = 0;     // min(received, refunded + disputed)
    std::int64_t taken_tokens = 0;   // floor(tokens * lost / received); exactly all when lost == received
    // A Charge shows more refunded than the Refund objects that have arrived explain. Until they arrive, a
    // refund that failed may still be counted.
    bool missing_refund_objects = false;
    // Partial capture: a refund may only release what was authorised and never captured. Until a balance
    // transaction or the charge shows that money moved, it does not count.
    bool unproven_refund = false;
    // A refund, or what a Charge shows of refunds, is in another currency than the payment: it is not
    // counted.
    bool other_currency_refund = false;
    // Some dispute is not decided yet.
    bool in_dispute = false;

    bool operator==(const entitlement&) const = default;
};

// For amounts of any size. A negative amount, which webhook/ and admin/ refuse, counts as zero.
[[nodiscard]] entitlement entitlement_of(const credited& what, const payment_facts& facts);

// The tokens that a loss of so many cents takes.
[[nodiscard]] std::int64_t tokens_for(const credited& what, std::int64_t cents);

// The part of a stored credit that entitlement_of() needs.
[[nodiscard]] credited credited_of(const credit& what);

} // namespace tokenledger::ledger
