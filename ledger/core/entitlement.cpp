// How much of a payment the facts leave. What Stripe documents of the amounts:
// https://docs.stripe.com/refunds and https://docs.stripe.com/api/disputes/object.
#include "core/entitlement.hpp"

#include "core/dispute_loss.hpp"

#include <algorithm>

namespace tokenledger::ledger {
namespace {

bool is_other(const std::string& currency, const credited& what) {
    return !currency.empty() && currency != what.currency;
}

struct refunds {
    wide total = 0;
    bool missing_objects = false;
    bool unproven = false;
    bool other_currency = false;
};

// A Charge's cumulative amount and the Refund objects describe the same refunds, so the larger counts. The
// amount drops when a refund fails, but its stored maximum does not: failed refunds are subtracted.
refunds refunded(const credited& what, const payment_facts& facts) {
    // Before 2025-03-31.basil the uncaptured part of an authorisation is shown as refunded too. No money came
    // back: the Charge's amount is reduced by it, and a Refund without a balance transaction may be that.
    const wide never_captured =
        std::max<wide>(amount(facts.amount_requested_cents) - amount(what.received_cents), 0);
    refunds found;
    wide voided = 0;
    for (const auto& [id, refund] : facts.refunds) {
        // Amounts of two currencies cannot be compared, and there is no rate: an operator decides.
        if (is_other(refund.currency, what))
            found.other_currency = found.other_currency || refund.status == refund_status::counting;
        else if (refund.status == refund_status::voided)
            voided += amount(refund.amount_cents);
        else if (never_captured > 0 && !refund.moved_money)
            found.unproven = true;
        else
            found.total += amount(refund.amount_cents);
    }
    wide cumulative = amount(facts.refunded_cumulative_cents);
    if (cumulative > 0 && is_other(facts.refunded_currency, what)) {
        found.other_currency = true;
        cumulative = 0;
    }
    const wide shown = std::max<wide>(cumulative - never_captured, 0) - voided;
    found.missing_objects = shown > found.total;
    found.total = std::max(found.total, shown);
    return found;
}

} // namespace

credited credited_of(const credit& what) {
    return {.tokens = what.tokens, .received_cents = what.amount_cents, .currency = what.currency};
}

entitlement entitlement_of(const credited& what, const payment_facts& facts) {
    const wide received = amount(what.received_cents);
    const auto at_most_received = [&](wide cents) {
        return static_cast<std::int64_t>(std::min(cents, received));
    };
    entitlement worth;
    const refunds back = refunded(what, facts);
    worth.refunded_cents = at_most_received(back.total);
    worth.missing_refund_objects = back.missing_objects;
    worth.unproven_refund = back.unproven;
    worth.other_currency_refund = back.other_currency;
    wide disputed = 0;
    for (const auto& [id, dispute] : facts.disputes) {
        worth.in_dispute = worth.in_dispute || dispute.status == dispute_status::undecided;
        disputed += lost_by(dispute, what);
    }
    worth.disputed_cents = at_most_received(disputed);
    worth.lost_cents = at_most_received(wide{worth.refunded_cents} + worth.disputed_cents);
    worth.taken_tokens = tokens_for(what, worth.lost_cents);
    return worth;
}

// Rounded once, on the whole loss: partial losses add up to exactly all tokens.
std::int64_t tokens_for(const credited& what, std::int64_t cents) {
    const wide received = amount(what.received_cents);
    if (received == 0)
        return 0;
    return static_cast<std::int64_t>(amount(what.tokens) * std::min(amount(cents), received) / received);
}

} // namespace tokenledger::ledger
