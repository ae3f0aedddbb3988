// Rows onto accounts.
#include "core/chain.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

void add_tokens(std::vector<lot_tokens>& list, const lot_tokens& what) {
    const auto known = std::ranges::find(list, what.lot, &lot_tokens::lot);
    if (known != list.end())
        known->tokens += what.tokens;
    else
        list.push_back(what);
}

void append(account_state& to, transaction_row& row, std::span<const new_lot> opens, std::int64_t clock_us) {
    row.sequence = to.last_sequence + 1;
    row.balance_before = to.balance;
    row.balance_after = to.balance + row.token_amount;
    row.created_at_us = to.now(clock_us);
    for (const lot_tokens& each : row.lots) {
        lot_state& lot = *to.lots.find(each.lot);
        lot.remaining += each.tokens;
        if (row.source == source::expiry)
            lot.expired -= each.tokens;
        if (row.source == source::stripe && lot.terms.payment_intent_id == row.payment_intent_id)
            lot.refunded -= each.tokens;
    }
    // What never expires repays the debt first, then the lots in their order.
    std::int64_t debt = opens.empty() ? 0 : std::max<std::int64_t>(in_lots(to.lots) - to.balance, 0);
    std::int64_t never_expires = row.token_amount;
    for (const new_lot& each : opens)
        never_expires -= each.tokens;
    debt -= std::min(debt, std::max<std::int64_t>(never_expires, 0));
    for (const new_lot& each : opens) {
        const std::int64_t repaid = std::min(debt, each.tokens);
        debt -= repaid;
        const lot_state& lot = to.lots.open(row.sequence, each.terms, each.tokens, each.tokens - repaid);
        row.lots.push_back({lot.lot, lot.remaining});
    }
    to.balance = row.balance_after;
    to.last_sequence = row.sequence;
    to.last_created_at_us = row.created_at_us;
}

transaction_row row_of(const std::string& user_id, const due_expiry& what) {
    return {.user_id = user_id,
            .type = transaction_type::deduction,
            .source = source::expiry,
            .token_amount = -what.tokens,
            .reference = std::to_string(what.lot),
            .lots = {{what.lot, -what.tokens}},
            .effective_at_us = what.effective_at_us};
}

std::vector<lot_tokens> lots_of_settlement(const account_state& account, const payment_state& payment,
                                           const std::string& payment_intent_id, std::int64_t tokens,
                                           std::int64_t taken_before, std::int64_t clock_us) {
    if (account.lots.lots.empty())
        return {};
    const std::int64_t now_us = account.now(clock_us);
    const lot_state* own = account.lots.of_payment(payment_intent_id);
    if (tokens < 0)
        return to_take_back(account.lots, account.balance, own, -tokens, now_us);
    // In the reverse order of the taking. A pack that never expires was taken from itself first.
    std::vector<lot_tokens> from = used_last_first(account.lots, payment.taken_from);
    if (own == nullptr)
        return to_give_back(account.lots, account.balance, from, tokens);
    std::int64_t never_expires = taken_before - own->refunded;
    for (const lot_tokens& each : from)
        never_expires -= each.tokens;
    if (!own->is_over(now_us))
        from.push_back({own->lot, own->refunded});
    const std::int64_t rest = tokens - std::max<std::int64_t>(never_expires, 0);
    return to_give_back(account.lots, account.balance, from, std::max<std::int64_t>(rest, 0));
}

} // namespace tokenledger::ledger
