// By the money that moved, else by the dispute's status. What Stripe documents of the amounts:
// https://docs.stripe.com/api/disputes/object. Why: docs/decisions/0025-disputes-go-by-amount.md.
#include "core/dispute_loss.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <string_view>

namespace tokenledger::ledger {

namespace {

// Both >= 0. Within one currency they are netted.
struct movements {
    wide taken = 0;
    wide returned = 0;

    [[nodiscard]] wide lost() const { return std::max<wide>(taken - returned, 0); }
};

std::map<std::string_view, movements> by_currency(const dispute_fact& dispute) {
    std::map<std::string_view, movements> sums;
    for (const auto& [id, moved] : dispute.balance_transactions) {
        movements& sum = sums[moved.currency];
        (moved.amount_cents < 0 ? sum.taken : sum.returned) +=
            moved.amount_cents < 0 ? -wide{moved.amount_cents} : wide{moved.amount_cents};
    }
    return sums;
}

// whole * part / of, rounded up. The product may not fit, so this divides bit by bit, from the highest.
// Invariant: the product of the bits so far is share * of + rest. Preconditions: 0 <= part <= of, 0 < of <
// 2^125, 0 <= whole < 2^63.
wide share_of(wide whole, wide part, wide of) {
    wide share = 0;
    wide rest = 0;
    for (int bit = 62; bit >= 0; --bit) {
        share *= 2;
        rest = 2 * rest + ((whole >> bit) % 2) * part;
        for (; rest >= of; rest -= of)
            ++share;
    }
    return share + (rest > 0 ? 1 : 0);
}

// Is the disputed amount in the payment's currency? Otherwise the two cannot be compared.
bool is_comparable(const dispute_fact& dispute, const credited& what) {
    return dispute.currency.empty() || dispute.currency == what.currency;
}

wide all_of(const dispute_fact& dispute, const credited& what) {
    return is_comparable(dispute, what) ? amount(dispute.amount_cents) : amount(what.received_cents);
}

// The balance may be in another currency than the dispute, so its movements give the part of the disputed
// amount that was lost. Currencies are not netted against each other: money that left in one of them is
// lost until it comes back in the same.
wide lost_by_movements(const dispute_fact& dispute, const credited& what) {
    const auto sums = by_currency(dispute);
    const auto own = sums.find(what.currency);
    wide disputed = all_of(dispute, what);
    if (own != sums.end() && own->second.taken > 0 && !is_comparable(dispute, what))
        disputed = std::min<wide>(own->second.taken, std::numeric_limits<std::int64_t>::max());
    wide lost = own != sums.end() ? own->second.lost() : 0; // at least: this part needs no ratio
    for (const auto& [currency, moved] : sums) {
        if (moved.taken > 0)
            lost = std::max(lost, share_of(disputed, moved.lost(), moved.taken));
    }
    return lost;
}

bool more_take_than_give(const dispute_fact& dispute) {
    std::ptrdiff_t taking = 0;
    for (const auto& [id, moved] : dispute.balance_transactions)
        taking += moved.takes_money ? 1 : -1;
    return taking > 0;
}

bool knows_amounts(const dispute_fact& dispute) {
    const auto& moved = dispute.balance_transactions;
    return std::all_of(moved.begin(), moved.end(),
                       [](const auto& each) { return each.second.amount_cents != 0; });
}

// The value of a dispute by the versions before 20261129110000_keep_dispute_amounts. Rows depend on it, so
// it still holds for disputes without newer facts; `tokenledgerd migrate` reads their stored bytes again.
bool took_funds_by_signs(const dispute_fact& dispute) {
    if (!dispute.balance_transactions.empty())
        return more_take_than_give(dispute);
    if (dispute.funds_withdrawn || dispute.funds_reinstated)
        return !dispute.funds_reinstated;
    return dispute.status == dispute_status::lost;
}

bool takes_all(const dispute_fact& dispute) {
    if (dispute.status == dispute_status::lost)
        return true; // whatever was reinstated: the amount is unknown
    if (!dispute.balance_transactions.empty())
        return more_take_than_give(dispute); // for some of them only the sign is known
    return dispute.funds_withdrawn && !dispute.funds_reinstated;
}

} // namespace

wide lost_by(const dispute_fact& dispute, const credited& what) {
    if (dispute.signs_only)
        return took_funds_by_signs(dispute) ? all_of(dispute, what) : 0;
    if (dispute.status == dispute_status::won || dispute.status == dispute_status::closed)
        return 0;
    if (!dispute.balance_transactions.empty() && knows_amounts(dispute))
        return lost_by_movements(dispute, what);
    return takes_all(dispute) ? all_of(dispute, what) : 0;
}

} // namespace tokenledger::ledger
