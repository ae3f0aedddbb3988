// How facts merge. Each field has one order and the larger value wins, so neither order nor repetition
// matters.
#include "ledger/facts.hpp"

#include <algorithm>
#include <tuple>

namespace tokenledger::ledger {
namespace {

// Keeps the larger value: the higher rank, or true.
template <class Value>
void raise(Value& known, const Value& news) {
    known = std::max(known, news);
}

// By id. A fact that only one side has is taken as it is, so the order of the two does not matter.
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

// Keeps the greater in one total order. Amounts are compared in reverse: the smaller one takes more.
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

} // namespace

payment_facts merge(payment_facts known, const payment_facts& news) {
    raise(known.amount_requested_cents, news.amount_requested_cents);
    raise(known.refunded_cumulative_cents, news.refunded_cumulative_cents);
    raise(known.refunded_currency, news.refunded_currency);
    merge_each(known.refunds, news.refunds, merge_refund);
    merge_each(known.disputes, news.disputes, merge_dispute);
    raise(known.canceled, news.canceled);
    raise(known.not_ours, news.not_ours);
    return known;
}

} // namespace tokenledger::ledger
