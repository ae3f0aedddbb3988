// Builds a payment fact by fact, and the facts of disputes.
#pragma once

#include "core/entitlement.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::ledger::fixtures {

inline constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// One payment and its facts.
struct paid {
    credited what{.tokens = 1000, .received_cents = 900, .currency = "usd"};
    payment_facts facts;

    paid& requested(std::int64_t cents) { return with({.amount_requested_cents = cents}); }
    paid& charge_shows(std::int64_t cents) { return with({.refunded_cumulative_cents = cents}); }
    paid& refund(const std::string& id, std::int64_t cents, refund_status status = refund_status::counting,
                 bool moved_money = true) {
        payment_facts news;
        news.refunds[id] = {.amount_cents = cents, .status = status, .moved_money = moved_money};
        return with(news);
    }
    paid& dispute(const std::string& id, dispute_fact fact) {
        payment_facts news;
        news.disputes[id] = std::move(fact);
        return with(news);
    }
    paid& with(const payment_facts& news) {
        facts = merge(facts, news);
        return *this;
    }
    [[nodiscard]] entitlement now() const { return entitlement_of(what, facts); }
    [[nodiscard]] std::int64_t taken() const { return now().taken_tokens; }
};

inline dispute_fact disputed(std::int64_t cents) {
    dispute_fact fact;
    fact.amount_cents = cents;
    return fact;
}
inline dispute_fact withdrawn(std::int64_t cents) {
    dispute_fact fact = disputed(cents);
    fact.funds_withdrawn = true;
    return fact;
}
inline dispute_fact reinstated(std::int64_t cents) {
    dispute_fact fact = disputed(cents);
    fact.funds_reinstated = true;
    return fact;
}
inline dispute_fact with_status(std::int64_t cents, dispute_status status) {
    dispute_fact fact = disputed(cents);
    fact.status = status;
    return fact;
}
// In usd, unless a test says otherwise: txn_1, txn_2, ...
inline dispute_fact moved(std::int64_t cents, const std::vector<std::int64_t>& amounts,
                          const std::string& currency = "usd") {
    dispute_fact fact = disputed(cents);
    for (const std::int64_t each : amounts)
        fact.balance_transactions["txn_" + std::to_string(fact.balance_transactions.size() + 1)] =
            movement_of(each, currency);
    return fact;
}
inline dispute_fact moved(std::int64_t cents, dispute_status status, const std::vector<std::int64_t>& amounts,
                          const std::string& currency = "usd") {
    dispute_fact fact = moved(cents, amounts, currency);
    fact.status = status;
    return fact;
}

} // namespace tokenledger::ledger::fixtures
