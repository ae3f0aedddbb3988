// The entitlement of a payment from the list of its facts: the rules of docs/webhook.md one after the other,
// with integers of any size and without the program's own arithmetic.
#pragma once

#include "core/entitlement.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

using any_size = boost::multiprecision::cpp_int;

struct naive_refund {
    std::int64_t amount = 0;
    std::string currency;
    bool failed = false;
    bool moved = false;

    bool operator==(const naive_refund&) const = default;
};

struct naive_dispute {
    std::int64_t amount = 0;
    std::string currency;
    std::map<std::string, std::pair<std::int64_t, std::string>> moved; // amount and currency by id
    bool withdrawn = false;
    bool reinstated = false;
    std::set<ledger::dispute_status> statuses;

    bool operator==(const naive_dispute&) const = default;
};

struct naive_facts {
    std::int64_t requested = 0;
    std::int64_t shown = 0;
    std::string shown_currency;
    std::map<std::string, naive_refund> refunds;
    std::map<std::string, naive_dispute> disputes;
    bool canceled = false;
    bool not_ours = false;

    bool operator==(const naive_facts&) const = default;
};

// Precondition: all facts about a balance transaction agree and state its amount.
inline naive_facts told_by(const std::vector<ledger::payment_facts>& said) {
    const auto larger = [](auto& of, const auto& other) { of = of < other ? other : of; };
    naive_facts all;
    for (const ledger::payment_facts& each : said) {
        larger(all.requested, each.amount_requested_cents);
        larger(all.shown, each.refunded_cumulative_cents);
        larger(all.shown_currency, each.refunded_currency);
        all.canceled = all.canceled || each.canceled;
        all.not_ours = all.not_ours || each.not_ours;
        for (const auto& [id, told] : each.refunds) {
            naive_refund& of = all.refunds[id];
            larger(of.amount, told.amount_cents);
            larger(of.currency, told.currency);
            of.failed = of.failed || told.status == ledger::refund_status::voided;
            of.moved = of.moved || told.moved_money;
        }
        for (const auto& [id, told] : each.disputes) {
            naive_dispute& of = all.disputes[id];
            larger(of.amount, told.amount_cents);
            larger(of.currency, told.currency);
            for (const auto& [transaction, moved] : told.balance_transactions)
                of.moved[transaction] = {moved.amount_cents, moved.currency};
            of.withdrawn = of.withdrawn || told.funds_withdrawn;
            of.reinstated = of.reinstated || told.funds_reinstated;
            // An undecided status adds nothing.
            if (told.status != ledger::dispute_status::undecided)
                of.statuses.insert(told.status);
        }
    }
    // Only the highest status counts.
    for (auto& [id, of] : all.disputes) {
        if (!of.statuses.empty())
            of.statuses = {*of.statuses.rbegin()};
    }
    return all;
}

class naive_settlement {
  public:
    naive_settlement(naive_facts facts, std::int64_t tokens, std::int64_t received, std::string currency)
        : facts_(std::move(facts)),
          tokens_(tokens),
          received_(received),
          currency_(std::move(currency)) {}

    [[nodiscard]] ledger::entitlement worth() const {
        ledger::entitlement made;
        const any_size refunded = what_went_back(made);
        any_size disputed = 0;
        for (const auto& [id, each] : facts_.disputes) {
            disputed += what_it_takes(each);
            made.in_dispute = made.in_dispute || each.statuses.empty();
        }
        made.refunded_cents = capped(refunded);
        made.disputed_cents = capped(disputed);
        made.lost_cents = capped(any_size(made.refunded_cents) + made.disputed_cents);
        if (received_ > 0)
            made.taken_tokens = static_cast<std::int64_t>(any_size(tokens_) * made.lost_cents / received_);
        return made;
    }

  private:
    [[nodiscard]] std::int64_t capped(const any_size& cents) const {
        return static_cast<std::int64_t>(std::min<any_size>(cents, received_));
    }
    [[nodiscard]] bool is_own(const std::string& currency) const {
        return currency.empty() || currency == currency_;
    }

    any_size what_went_back(ledger::entitlement& made) const {
        const any_size released = std::max<any_size>(any_size(facts_.requested) - received_, 0);
        any_size by_objects = 0;
        any_size failed = 0;
        for (const auto& [id, each] : facts_.refunds) {
            if (!is_own(each.currency))
                made.other_currency_refund = made.other_currency_refund || !each.failed;
            else if (each.failed)
                failed += each.amount;
            else if (released > 0 && !each.moved)
                made.unproven_refund = true;
            else
                by_objects += each.amount;
        }
        any_size by_charge = 0;
        if (is_own(facts_.shown_currency))
            by_charge = std::max<any_size>(any_size(facts_.shown) - released, 0) - failed;
        else
            made.other_currency_refund = made.other_currency_refund || facts_.shown > 0;
        by_charge = std::max<any_size>(by_charge, 0);
        made.missing_refund_objects = by_charge > by_objects;
        return std::max(by_charge, by_objects);
    }

    [[nodiscard]] any_size what_it_takes(const naive_dispute& of) const {
        using ledger::dispute_status;
        const bool lost = of.statuses.contains(dispute_status::lost);
        if (!of.statuses.empty() && !lost)
            return 0; // won, or closed without a chargeback
        if (!of.moved.empty())
            return by_movements(of);
        if (lost || (of.withdrawn && !of.reinstated))
            return is_own(of.currency) ? of.amount : received_;
        return 0;
    }

    [[nodiscard]] any_size by_movements(const naive_dispute& of) const {
        std::map<std::string, any_size> out;
        std::map<std::string, any_size> back;
        for (const auto& [id, moved] : of.moved) {
            const auto& [amount, currency] = moved;
            (amount < 0 ? out : back)[currency] += amount < 0 ? -any_size(amount) : any_size(amount);
        }
        any_size disputed = is_own(of.currency) ? of.amount : received_;
        if (!is_own(of.currency) && out.contains(currency_))
            disputed = out[currency_];
        any_size most = std::max<any_size>(out[currency_] - back[currency_], 0);
        for (const auto& [currency, taken] : out) {
            if (taken == 0)
                continue;
            const any_size gone = std::max<any_size>(taken - back[currency], 0);
            most = std::max<any_size>(most, (disputed * gone + taken - 1) / taken);
        }
        return most;
    }

    naive_facts facts_;
    std::int64_t tokens_;
    std::int64_t received_;
    std::string currency_;
};

} // namespace tokenledger::test
