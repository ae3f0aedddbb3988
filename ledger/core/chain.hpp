// What one row does to its account: the balance, the end of the chain, the lots. The planner tries a request
// on copies of accounts with the same functions that it posts with.
#pragma once

#include "core/due.hpp"
#include "core/plan.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tokenledger::ledger {

// Of the tokens of a row that credits, those that become a lot.
struct new_lot {
    lot_terms terms{};
    std::int64_t tokens = 0; // > 0
};

// Adds to the entry of the same lot, or makes one.
void add_tokens(std::vector<lot_tokens>& list, const lot_tokens& what);

// Appends the row to the account: its sequence, balances and time follow from the account. A credit repays a
// debt first; what is left of the tokens of `opens` is the remaining part of their lots, which row.lots then
// names. Precondition: the balance stays within int64, row.lots fits the lots.
void append(account_state& to, transaction_row& row, std::span<const new_lot> opens, std::int64_t clock_us);

[[nodiscard]] transaction_row row_of(const std::string& user_id, const due_expiry& what);

// Of a row that takes tokens back for a payment (negative) or gives some of those again that were taken
// before. The own lot gets last what it lost first: so a refund that fails in part ends as the smaller one.
[[nodiscard]] std::vector<lot_tokens> lots_of_settlement(const account_state& account,
                                                         const payment_state& payment,
                                                         const std::string& payment_intent_id,
                                                         std::int64_t tokens, std::int64_t taken_before,
                                                         std::int64_t clock_us);

} // namespace tokenledger::ledger
