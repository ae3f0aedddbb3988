// The functional core: what a batch of commands does to a snapshot. No clock, no I/O, no randomness.
#pragma once

#include "ledger/command.hpp"
#include "ledger/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

enum class transaction_type : std::uint8_t { grant, purchase, deduction, refund, transfer };
enum class source : std::uint8_t { admin, subscription, trial, token_pack, stripe, usage };
[[nodiscard]] std::string_view to_string(transaction_type value) noexcept;
[[nodiscard]] std::string_view to_string(source value) noexcept;

// One row of token_transactions.
struct transaction_row {
    std::string user_id;
    std::int64_t sequence = 0; // gapless per user, from 1
    transaction_type type = transaction_type::purchase;
    ledger::source source = source::token_pack;
    std::int64_t token_amount = 0;
    std::int64_t balance_before = 0;
    std::int64_t balance_after = 0;
    std::int64_t amount_paid_cents = 0;
    std::string currency;
    std::string payment_intent_id;
    std::string event_id;
    std::string pack;
    std::int64_t quantity = 1;
    std::int64_t created_at_us = 0; // never before the user's previous row
};

// One row of stripe_events. `command` is the position in the batch that it came from.
struct event_row {
    std::size_t command = 0;
    ledger::result result = result::ignored;
    ledger::reason reason = reason::none;
    bool with_evidence = false;
    bool has_effect = false; // a fact or a balance hangs on it: the row must be new
};

struct batch_plan {
    std::vector<transaction_row> transactions;                   // in order, per user gapless
    std::vector<std::pair<std::string, credit>> payments;        // newly credited, by PaymentIntent id
    std::vector<std::pair<std::string, account_state>> accounts; // final state of each changed account
    std::vector<event_row> events;                               // at most one per event id
    std::vector<outcome> outcomes;                               // one per command, in order
};

// The PaymentIntents of a batch that must be locked, sorted, each once. `committed` are event ids already
// committed: their commands need no lock.
[[nodiscard]] std::vector<std::string_view> payments_to_lock(std::span<const command> batch,
                                                             const event_id_set& committed);

// The users whose accounts the batch may credit, sorted, each once.
[[nodiscard]] std::vector<std::string_view>
accounts_to_lock(std::span<const command> batch, const event_id_set& committed, const payment_map& payments);

// Precondition: the snapshot holds what the two functions above name. Never throws for what a command says.
[[nodiscard]] batch_plan plan(std::span<const command> batch, const snapshot& known);

} // namespace tokenledger::ledger
