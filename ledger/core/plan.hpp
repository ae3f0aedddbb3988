// The functional core: what a batch of commands does to a snapshot. No clock, no I/O, no randomness.
//
// A batch holds translated Stripe events and requests of the admin sockets. The functions at the end of
// this file name what the batch may touch, the store locks and reads that, and plan() computes every row to
// write and one outcome per command. Whatever changes a balance is computed here.
//
//         batch, in the order of the queue
//           |    |
//           |    |  payments_to_lock, accounts_to_lock, accounts_to_look_for,
//           |    |  contested_events, events_to_lock, keys_to_read, charges_to_read, holds_to_read,
//           |    |  members_to_read, commands_due
//           |    v
//           |  store: locks, then reads --> snapshot: payments, accounts, events, keys, clock
//           |                                  | copy
//           |                                  v
//           |   1. each event           +--------------+
//           |----------> event_rules -->|              |
//           |   2. each request         | batch_ledger |--> batch_plan: rows per table, outcomes
//           `--------> request_rules -->|              |
//                      (queue_rules)    +--------------+
//
// Invariant: a batch leaves the same balances, facts and outcomes as its commands would one at a time,
// events first, then requests. Each command is decided against the snapshot as the commands before it left
// it, so the size of a batch changes its cost and nothing else. The store numbers events before requests
// too, and rebuild replays by number.
//
// One time holds for a batch: the database's, read after the locks, and stored with each command, so that a
// rebuild decides with the same. Whatever is due by then was posted before, as commands of their own.
//
// Why the snapshot can be trusted: payments, accounts and the events that a command acts on or takes over
// stay locked until COMMIT. A command whose event id is in committed_events is a duplicate, whatever
// happens to that event. What cannot be locked, the id of a new event or a key that nobody has used, is
// checked when it is written: if another transaction was faster and rows of the plan depend on it,
// store::apply throws conflict and the batch runs again.
#pragma once

#include "core/snapshot.hpp"
#include "ledger/command.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

// One row of token_transactions.
struct transaction_row {
    std::string user_id;
    std::int64_t sequence = 0; // gapless per user, from 1
    transaction_type type = transaction_type::purchase;
    ledger::source source = source::token_pack;
    std::int64_t token_amount = 0;
    std::int64_t balance_before = 0;
    std::int64_t balance_after = 0;
    std::int64_t amount_paid_cents = 0; // negative: money returned
    std::string currency{};
    std::string payment_intent_id{};
    std::string event_id{};
    std::string pack{}; // purchases from the catalogue only
    std::int64_t quantity = 1;
    std::int64_t created_at_us = 0; // never before the user's previous row
    // Only of requests on the admin socket; otherwise empty.
    std::string reason{};
    std::string reference{};
    std::string idempotency_key{};
    std::optional<std::int64_t> actor{};
    std::string counterparty{};
    std::string usage_request_id{};
    std::string metadata{}; // JSON text
    // What the row adds to lots, negative where it takes; the rest is of what never expires.
    std::vector<lot_tokens> lots{};
    std::optional<std::int64_t> effective_at_us{}; // of an expiry: when the tokens could no longer be used
};

// One row of token_usage. `what` points into the batch.
struct usage_row {
    const usage* what = nullptr;
    std::int64_t actor = 0;
    std::int64_t charged_tokens = 0;
    std::optional<std::int64_t> deduction_sequence{};
    std::int64_t uncovered_tokens = 0; // of the charge, what was not there
    std::int64_t at_us = 0;            // 0: the database's clock
};

// One row of member_limits. `what` points into the batch.
struct limit_row {
    const member_limit* what = nullptr;
    std::int64_t actor = 0;
    std::int64_t at_us = 0; // 0: the database's clock
};

// The final state of a lot or a hold that the batch has changed, and when its account is due next.
struct lot_row {
    std::string user_id;
    lot_state state;
};
struct hold_row {
    std::string user_id;
    std::string hold_id;
    held_tokens state;
};
struct due_row {
    std::string user_id;
    std::int64_t at_us = never_due;
};

// One row of idempotency_keys.
struct key_row {
    key_id id;
    std::size_t command = 0; // position in the batch
    key_state state;
    bool of_command = false; // the key under which the command itself is kept
    std::int64_t at_us = 0;  // 0: the database's clock
};

// One row of stripe_events. `command` is the position in the batch that it came from.
struct event_row {
    std::size_t command = 0;
    ledger::result result = result::ignored;
    ledger::reason reason = reason::none;
    bool with_evidence = false;
    bool keeps_translation = false; // stored with the event; rebuild applies it
    // Rows of this plan refer to the event. If another transaction inserted it first, the batch runs again.
    bool must_be_new = false;
    std::int64_t at_us = 0; // 0: the database's clock
};

// Stripe sends one event to every endpoint that matches. True if this outcome is final, so that a delivery at
// another endpoint is a duplicate (is_contestable() has the exceptions). An ignored event without evidence
// and one parked as livemode_mismatch are not final: the right endpoint may still apply them. An ignored
// event with evidence is: it waited and was released, or an operator retried it. So is one that was
// dismissed.
[[nodiscard]] inline bool claims_event(const event_state& of) noexcept {
    if (of.result == result::ignored)
        return of.has_evidence;
    return of.result != result::parked || of.reason != reason::livemode_mismatch;
}

// True if the event moved nothing because its endpoint could not apply it. Another endpoint, with another
// catalogue, other keys or another API version, may be able to.
[[nodiscard]] inline bool is_contestable(const event_state& of) noexcept {
    if (of.reason == reason::currency_mismatch && !of.is_purchase)
        return false; // a refund in another currency than its payment's: known, and not counted
    return of.result == result::parked && of.reason != reason::partial_capture_refund;
}

// The batch's committed events, of `known`, that are contestable and that a command could apply: the planner
// decides it under their locks. Sorted, each once.
[[nodiscard]] std::vector<std::string_view> contested_events(std::span<const command> batch,
                                                             const event_map& known);

// The final state of a payment that the batch has changed.
struct payment_row {
    std::string id;
    payment_state state;
    bool newly_credited = false;
    bool facts_changed = false;
};

// An event of an earlier batch whose result this batch changes.
struct event_update {
    std::string event_id;
    ledger::result from = result::waiting; // otherwise another transaction was faster
    ledger::result result = result::applied;
    ledger::reason reason = reason::none;
};

// One row of event_actions.
struct event_action_row {
    std::size_t command = 0; // position in the batch; its only operation is the action
    event_state was;
    ledger::result became = result::applied;
    ledger::reason became_because = reason::none;
    std::int64_t at_us = 0; // 0: the database's clock
};

struct batch_plan {
    std::vector<transaction_row> transactions;                   // in order, per user gapless
    std::vector<payment_row> payments;                           // each changed payment once
    std::vector<std::pair<std::string, account_state>> accounts; // final state of each changed account
    std::vector<event_row> events;                               // at most one per event id
    std::vector<event_update> event_updates; // in order: an event may be in it more than once
    std::vector<event_action_row> event_actions;
    std::vector<usage_row> usages;
    std::vector<limit_row> limits; // in order: a limit may be in it more than once
    std::vector<key_row> keys;
    std::vector<lot_row> lots;
    std::vector<hold_row> holds;
    std::vector<due_row> due;
    std::list<usage> captured;     // what usages of captures point to
    std::vector<outcome> outcomes; // one per command, in order
};

// The PaymentIntents of a batch that must be locked, sorted, each once. `committed` are event ids already
// committed: their commands need no lock.
[[nodiscard]] std::vector<std::string_view> payments_to_lock(std::span<const command> batch,
                                                             const event_id_set& committed);

// The users whose accounts the batch may change, sorted, each once.
[[nodiscard]] std::vector<std::string_view>
accounts_to_lock(std::span<const command> batch, const event_id_set& committed, const payment_map& payments);

// Accounts that the batch needs but does not create: they are locked if they exist.
[[nodiscard]] std::vector<std::string_view> accounts_to_look_for(std::span<const command> batch);

// The events that operators act on. Sorted, each once.
[[nodiscard]] std::vector<std::string_view> events_to_lock(std::span<const command> batch);

// The event that an operation acts on; empty: it acts on no event.
[[nodiscard]] std::string_view event_acted_on(const operation& what);

// The payment that a retry read from its event, whose row may not name it yet; empty: none.
[[nodiscard]] std::string_view payment_read_anew(const operation& what);

// The keys of a batch's requests, sorted, each once.
[[nodiscard]] std::vector<key_id> keys_to_read(std::span<const command> batch);

// The usages that the batch's requests reverse, sorted, each once.
[[nodiscard]] std::vector<usage_id> charges_to_read(std::span<const command> batch);

// The members whom the batch's requests charge or hold for, sorted, each once. `accounts`: with the holds
// that the batch names. What is replayed is within its limits.
[[nodiscard]] std::vector<member_id> members_to_read(std::span<const command> batch,
                                                     const account_map& accounts);
// True if the batch itself sets limits, for which their sums are needed too.
[[nodiscard]] bool sets_limits(std::span<const command> batch);

// The holds that the batch names, sorted, each once.
struct hold_id {
    std::string user_id;
    std::string id;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads it
    auto operator<=>(const hold_id&) const = default;
};
[[nodiscard]] std::vector<hold_id> holds_to_read(std::span<const command> batch);

// The earliest time that a command of the batch has: the clock's, or in a rebuild that of its first run.
[[nodiscard]] std::int64_t earliest_time(std::span<const command> batch, std::int64_t clock_us);

// What has to be posted before the batch: an expiry for each of its accounts of which something is due. In a
// rebuild none: the expiries of the first run are commands like the others.
[[nodiscard]] std::vector<command> commands_due(std::span<const command> batch, const snapshot& known);

// Precondition: the snapshot holds what the functions above name. Never throws for what a command says.
[[nodiscard]] batch_plan plan(std::span<const command> batch, const snapshot& known);

} // namespace tokenledger::ledger
