// Builds a payment fact by fact.
#pragma once

#include "amounts.hpp"
#include "core/entitlement.hpp"
#include "payment_facts.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace tokenledger::ledger::fixtures {

using test::greatest;

// One payment and its facts.
struct paid {
    credited what{.tokens = 1000, .received_cents = 900, .currency = "usd"};
    payment_facts facts;

    paid& requested(std::int64_t cents) { return with({.amount_requested_cents = cents}); }
    paid& charge_shows(std::int64_t cents) { return with({.refunded_cumulative_cents = cents}); }
    paid& refund(const std::string& id, std::int64_t cents, refund_status status = refund_status::counting,
                 bool moved_money = true) {
        return with(test::refund_of(id, cents, status, moved_money));
    }
    paid& dispute(const std::string& id, dispute_fact fact) {
        return with(test::dispute_of(id, std::move(fact)));
    }
    paid& with(const payment_facts& news) {
        facts = merge(facts, news);
        return *this;
    }
    [[nodiscard]] entitlement now() const { return entitlement_of(what, facts); }
    [[nodiscard]] std::int64_t taken() const { return now().taken_tokens; }
};

using test::disputed;
using test::moved;
using test::reinstated;
using test::with_status;
using test::withdrawn;

} // namespace tokenledger::ledger::fixtures
