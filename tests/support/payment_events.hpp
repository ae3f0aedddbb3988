// Stripe's events about one payment as plain structs, and the facts in each of them.
#pragma once

#include "ledger/facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tokenledger::test {

// Stripe's objects, by Stripe's names, with the fields that matter. Amounts in minor units.
struct intent_object {
    std::int64_t amount = 0;
    std::int64_t amount_received = 0;
};

struct refund_object {
    std::string id;
    std::int64_t amount = 0;
    std::string status;
    std::string balance_transaction; // empty: null
    std::string currency{};          // empty: absent
};

struct charge_object {
    std::int64_t amount = 0;
    std::int64_t amount_captured = 0;
    std::int64_t amount_refunded = 0;                  // cumulative
    std::optional<std::vector<refund_object>> refunds; // refunds.data, if the API version embeds it
    std::string currency{};                            // empty: absent
};

struct balance_transaction_object {
    std::string id;
    std::int64_t amount = 0; // negative: money taken
    std::string currency{};  // empty: absent
};

struct dispute_object {
    std::string id;
    std::int64_t amount = 0;
    std::string currency;
    std::string status;
    std::vector<balance_transaction_object> balance_transactions;
};

using stripe_object = std::variant<intent_object, charge_object, refund_object, dispute_object>;

struct history_event {
    std::string type; // Stripe's name
    stripe_object object;
    ledger::payment_facts facts; // the facts in this event alone
};

inline ledger::refund_fact fact_of(const refund_object& refund) {
    const bool voided = refund.status == "failed" || refund.status == "canceled";
    return {.amount_cents = refund.amount,
            .status = voided ? ledger::refund_status::voided : ledger::refund_status::counting,
            .moved_money = !refund.balance_transaction.empty(),
            .currency = refund.currency};
}

inline ledger::dispute_fact fact_of(const std::string& type, const dispute_object& dispute) {
    ledger::dispute_fact fact{.amount_cents = dispute.amount,
                              .currency = dispute.currency,
                              .funds_withdrawn = type == "charge.dispute.funds_withdrawn",
                              .funds_reinstated = type == "charge.dispute.funds_reinstated"};
    for (const balance_transaction_object& each : dispute.balance_transactions)
        fact.balance_transactions[each.id] = {
            .takes_money = each.amount < 0, .amount_cents = each.amount, .currency = each.currency};
    if (dispute.status == "won")
        fact.status = ledger::dispute_status::won;
    else if (dispute.status == "lost")
        fact.status = ledger::dispute_status::lost;
    else if (dispute.status == "warning_closed" || dispute.status == "prevented")
        fact.status = ledger::dispute_status::closed;
    return fact;
}

// The facts in an event about a payment of ours, from the structs: the oracle for the webhook's reader.
inline ledger::payment_facts facts_of(const std::string& type, const stripe_object& object) {
    ledger::payment_facts facts;
    if (const auto* intent = std::get_if<intent_object>(&object)) {
        facts.canceled = type == "payment_intent.canceled";
        facts.amount_requested_cents = type == "payment_intent.succeeded" ? intent->amount : 0;
    } else if (const auto* charge = std::get_if<charge_object>(&object)) {
        facts.refunded_cumulative_cents = charge->amount_refunded;
        facts.refunded_currency = charge->currency;
        for (const refund_object& each : charge->refunds.value_or(std::vector<refund_object>{}))
            facts.refunds[each.id] = fact_of(each);
    } else if (const auto* refund = std::get_if<refund_object>(&object)) {
        facts.refunds[refund->id] = fact_of(*refund);
    } else if (const auto* dispute = std::get_if<dispute_object>(&object)) {
        facts.disputes[dispute->id] = fact_of(type, *dispute);
    }
    return facts;
}

inline history_event make_history_event(std::string type, stripe_object object) {
    ledger::payment_facts facts = facts_of(type, object);
    return {.type = std::move(type), .object = std::move(object), .facts = std::move(facts)};
}

} // namespace tokenledger::test
