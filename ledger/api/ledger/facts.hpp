// What Stripe has said about one payment, as facts that merge: in any order, any number of times, split over
// any number of events, they end in the same value. What they are worth is core/entitlement.hpp.
// Merging is commutative, associative and idempotent: see merge().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tokenledger::ledger {

// By rank: a later one replaces an earlier one. A refund can fail after it succeeded, never the reverse.
enum class refund_status : std::uint8_t {
    counting, // pending, requires_action, succeeded
    voided,   // failed, canceled: the money stayed, or came back
};
[[nodiscard]] std::string_view to_string(refund_status value) noexcept;

// One Refund object, by its id.
struct refund_fact {
    std::int64_t amount_cents = 0; // minor units of its currency, >= 0; merging keeps the larger
    refund_status status = refund_status::counting;
    // It has a balance transaction: money moved. A refund that only releases an uncaptured amount has no
    // balance transaction.
    bool moved_money = false;
    // ISO 4217, lower case; empty: not given, so the payment's. A refund's currency does not change;
    // merging keeps the larger text. Stripe documents that it is the charge's: a refund in another currency
    // is not counted, and an operator looks at it.
    std::string currency{};

    bool operator==(const refund_fact&) const = default;
};

// By rank.
enum class dispute_status : std::uint8_t {
    undecided, // needs_response, under_review and their warning_ and appeal_ twins: takes nothing by itself
    closed,    // over without a chargeback: an inquiry that was closed, a dispute that was prevented
    lost,
    won, // above lost: a customer can withdraw, or an appeal win, what was lost; a bank's "won" is final
};
[[nodiscard]] std::string_view to_string(dispute_status value) noexcept;

// One balance transaction of a dispute, by its id. One that moved nothing is left out.
struct dispute_movement {
    bool takes_money = false; // its amount is negative
    // Minor units of `currency`, without fees; negative: money was taken. 0: unknown, because an earlier
    // version kept only the sign.
    std::int64_t amount_cents = 0;
    // ISO 4217, lower case: of the balance, which need not be the payment's. Empty: not given.
    std::string currency{};

    bool operator==(const dispute_movement&) const = default;
};

[[nodiscard]] inline dispute_movement movement_of(std::int64_t amount_cents, std::string currency) {
    return {.takes_money = amount_cents < 0, .amount_cents = amount_cents, .currency = std::move(currency)};
}

// One Dispute object, by its id.
struct dispute_fact {
    std::int64_t amount_cents = 0; // merging keeps the larger
    // ISO 4217, lower case; empty: not given, so the payment's. entitlement_of() compares it with the
    // payment's, because a dispute may arrive before its payment. A dispute's currency does not change;
    // merging keeps the larger text.
    std::string currency{};
    // By id. A balance transaction never changes. So that merging is defined for any two values, a known
    // amount wins over a sign alone, then the one that takes more wins.
    std::map<std::string, dispute_movement> balance_transactions{};
    bool funds_withdrawn = false;  // an event of that type was seen
    bool funds_reinstated = false; // likewise
    dispute_status status = dispute_status::undecided;
    // True if every event about this dispute was read by a version that counted only the signs of its
    // balance transactions: the dispute is then worth what that version computed. Merging keeps false.
    bool signs_only = false;

    bool operator==(const dispute_fact&) const = default;
};

struct payment_facts {
    // The amount asked for, if a payment_intent.succeeded gave it; above the amount received, the payment
    // was captured in part.
    std::int64_t amount_requested_cents = 0;
    std::int64_t refunded_cumulative_cents = 0; // the largest amount_refunded that a Charge has shown
    std::string refunded_currency{};            // that Charge's, as of a refund
    std::map<std::string, refund_fact> refunds{};
    std::map<std::string, dispute_fact> disputes{};
    bool canceled = false; // payment_intent.canceled: it will never be credited
    bool not_ours = false; // its metadata was seen, and it is not ours; a credit overrides this

    bool operator==(const payment_facts&) const = default;
    [[nodiscard]] bool empty() const { return *this == payment_facts{}; }
};

// The least upper bound of the two.
[[nodiscard]] payment_facts merge(payment_facts known, const payment_facts& news);

} // namespace tokenledger::ledger
