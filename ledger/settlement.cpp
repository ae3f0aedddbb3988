// How facts merge, and what they leave of a payment. What Stripe says of the amounts:
// https://docs.stripe.com/refunds and https://docs.stripe.com/api/disputes/object.
#include "ledger/settlement.hpp"

#include "dispute_loss.hpp"

#include <algorithm>
#include <tuple>

namespace tokenledger::ledger {
namespace {

// The larger, the higher rank, the true one.
template <class Value>
void raise(Value& known, const Value& news) {
    known = std::max(known, news);
}

// By id. What one side alone knows is taken as it is, so the order of the two does not matter.
template <class Fact, class Merge>
void merge_each(std::map<std::string, Fact>& known, const std::map<std::string, Fact>& news,
                Merge merge_one) {
    for (const auto& [id, fact] : news) {
        if (const auto [held, added] = known.emplace(id, fact); !added)
            merge_one(held->second, fact);
    }
}

void merge_refund(refund_fact& known, const refund_fact& news) {
    raise(known.amount_cents, news.amount_cents);
    raise(known.currency, news.currency);
    raise(known.status, news.status);
    raise(known.moved_money, news.moved_money);
}

// The greater in one order of all values. The amounts stand crosswise, for the smaller one takes more.
void merge_movement(dispute_movement& known, const dispute_movement& news) {
    const bool has_amount = known.amount_cents != 0;
    const bool brings_amount = news.amount_cents != 0;
    if (std::tie(has_amount, known.takes_money, news.amount_cents, known.currency) <
        std::tie(brings_amount, news.takes_money, known.amount_cents, news.currency))
        known = news;
}

void merge_dispute(dispute_fact& known, const dispute_fact& news) {
    raise(known.amount_cents, news.amount_cents);
    raise(known.currency, news.currency);
    merge_each(known.balance_transactions, news.balance_transactions, merge_movement);
    raise(known.funds_withdrawn, news.funds_withdrawn);
    raise(known.funds_reinstated, news.funds_reinstated);
    raise(known.status, news.status);
    known.signs_only = known.signs_only && news.signs_only;
}

bool is_other(const std::string& currency, const credited& what) {
    return !currency.empty() && currency != what.currency;
}

struct refunds {
    wide total = 0;
    bool missing_objects = false;
    bool unproven = false;
    bool other_currency = false;
};

// A Charge's cumulative figure and the Refund objects speak of the same refunds, so the larger counts. The
// figure drops when a refund fails, which its maximum does not show: the failed ones are taken off it.
refunds refunded(const credited& what, const payment_facts& facts) {
    // Before 2025-03-31.basil what was authorised but never captured is shown as refunded too. No money came
    // back: it is taken off the Charge's figure, and a Refund object without a balance transaction may be it.
    const wide never_captured =
        std::max<wide>(amount(facts.amount_requested_cents) - amount(what.received_cents), 0);
    refunds found;
    wide voided = 0;
    for (const auto& [id, refund] : facts.refunds) {
        // Amounts of two currencies cannot be compared, and there is no rate: an operator looks at it.
        if (is_other(refund.currency, what))
            found.other_currency = found.other_currency || refund.status == refund_status::counting;
        else if (refund.status == refund_status::void_)
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

payment_facts merge(payment_facts known, const payment_facts& news) {
    raise(known.amount_requested_cents, news.amount_requested_cents);
    raise(known.refunded_cumulative_cents, news.refunded_cumulative_cents);
    raise(known.refunded_currency, news.refunded_currency);
    merge_each(known.refunds, news.refunds, merge_refund);
    merge_each(known.disputes, news.disputes, merge_dispute);
    raise(known.canceled, news.canceled);
    raise(known.foreign, news.foreign);
    return known;
}

entitlement settle(const credited& what, const payment_facts& facts) {
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
    if (received > 0) // rounded once, on all that is lost: so the parts of a whole take exactly all
        worth.taken_tokens = static_cast<std::int64_t>(amount(what.tokens) * worth.lost_cents / received);
    return worth;
}

} // namespace tokenledger::ledger
