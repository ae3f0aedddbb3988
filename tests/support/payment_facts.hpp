// Facts about a payment's refunds and disputes, for tests.
#pragma once

#include "ledger/facts.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

inline ledger::payment_facts refund_of(const std::string& id, std::int64_t cents,
                                       ledger::refund_status status = ledger::refund_status::counting,
                                       bool moved_money = true) {
    ledger::payment_facts facts;
    facts.refunds[id] = {.amount_cents = cents, .status = status, .moved_money = moved_money};
    return facts;
}
inline ledger::payment_facts dispute_of(const std::string& id, ledger::dispute_fact fact) {
    ledger::payment_facts facts;
    facts.disputes[id] = std::move(fact);
    return facts;
}

inline ledger::dispute_fact disputed(std::int64_t cents) {
    ledger::dispute_fact fact;
    fact.amount_cents = cents;
    return fact;
}
inline ledger::dispute_fact withdrawn(std::int64_t cents) {
    ledger::dispute_fact fact = disputed(cents);
    fact.funds_withdrawn = true;
    return fact;
}
inline ledger::dispute_fact reinstated(std::int64_t cents) {
    ledger::dispute_fact fact = disputed(cents);
    fact.funds_reinstated = true;
    return fact;
}
inline ledger::dispute_fact with_status(std::int64_t cents, ledger::dispute_status status) {
    ledger::dispute_fact fact = disputed(cents);
    fact.status = status;
    return fact;
}
// With balance transactions txn_1, txn_2, ... of these amounts.
inline ledger::dispute_fact moved(std::int64_t cents, const std::vector<std::int64_t>& amounts,
                                  const std::string& currency = "usd") {
    ledger::dispute_fact fact = disputed(cents);
    for (const std::int64_t each : amounts)
        fact.balance_transactions["txn_" + std::to_string(fact.balance_transactions.size() + 1)] =
            ledger::movement_of(each, currency);
    return fact;
}
inline ledger::dispute_fact moved(std::int64_t cents, ledger::dispute_status status,
                                  const std::vector<std::int64_t>& amounts,
                                  const std::string& currency = "usd") {
    ledger::dispute_fact fact = moved(cents, amounts, currency);
    fact.status = status;
    return fact;
}

} // namespace tokenledger::test
