// How facts merge, and what they leave of a payment. What Stripe says of the amounts:
// https://docs.stripe.com/refunds and https://docs.stripe.com/api/disputes/object.
#include "ledger/settlement.hpp"

#include <algorithm>

namespace tokenledger::ledger {
namespace {

// A sum of any number of int64 fits: there are never 2^64 of them.
__extension__ using wide = __int128;

wide amount(std::int64_t cents) {
    return std::max<std::int64_t>(cents, 0);
}

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
    raise(known.status, news.status);
    raise(known.moved_money, news.moved_money);
}

void merge_dispute(dispute_fact& known, const dispute_fact& news) {
    raise(known.amount_cents, news.amount_cents);
    raise(known.currency, news.currency);
    merge_each(known.balance_transactions, news.balance_transactions, raise<bool>);
    raise(known.funds_withdrawn, news.funds_withdrawn);
    raise(known.funds_reinstated, news.funds_reinstated);
    raise(known.status, news.status);
}

struct refunds {
    wide total = 0;
    bool missing_objects = false;
    bool unproven = false;
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
        if (refund.status == refund_status::void_)
            voided += amount(refund.amount_cents);
        else if (never_captured > 0 && !refund.moved_money)
            found.unproven = true;
        else
            found.total += amount(refund.amount_cents);
    }
    const wide shown = std::max<wide>(amount(facts.refunded_cumulative_cents) - never_captured, 0) - voided;
    found.missing_objects = shown > found.total;
    found.total = std::max(found.total, shown);
    return found;
}

enum class funds : std::uint8_t { untold, taken, not_taken };

// The closest to the money decides: its movements, else the events about them, else the verdict.
funds funds_of(const dispute_fact& dispute) {
    const auto told = [](bool taken) { return taken ? funds::taken : funds::not_taken; };
    if (const auto& moved = dispute.balance_transactions; !moved.empty()) {
        const auto taking =
            std::count_if(moved.begin(), moved.end(), [](const auto& each) { return each.second; });
        return told(taking > std::ssize(moved) - taking);
    }
    if (dispute.funds_withdrawn || dispute.funds_reinstated)
        return told(!dispute.funds_reinstated);
    return dispute.status == dispute_status::undecided ? funds::untold
                                                       : told(dispute.status == dispute_status::lost);
}

} // namespace

payment_facts merge(payment_facts known, const payment_facts& news) {
    raise(known.amount_requested_cents, news.amount_requested_cents);
    raise(known.refunded_cumulative_cents, news.refunded_cumulative_cents);
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
    wide disputed = 0;
    for (const auto& [id, dispute] : facts.disputes) {
        const funds held = funds_of(dispute);
        worth.in_dispute = worth.in_dispute || held != funds::not_taken;
        if (held != funds::taken)
            continue;
        // Amounts of two currencies cannot be compared, so such a dispute is of the whole payment.
        const bool comparable = dispute.currency.empty() || dispute.currency == what.currency;
        disputed += comparable ? amount(dispute.amount_cents) : received;
    }
    worth.disputed_cents = at_most_received(disputed);
    worth.lost_cents = at_most_received(wide{worth.refunded_cents} + worth.disputed_cents);
    if (received > 0) // rounded once, on all that is lost: so the parts of a whole take exactly all
        worth.taken_tokens = static_cast<std::int64_t>(amount(what.tokens) * worth.lost_cents / received);
    return worth;
}

} // namespace tokenledger::ledger
