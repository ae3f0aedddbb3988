// The part of the database that the planner reads for one batch, after the locks.
#pragma once

#include "core/lots.hpp"
#include "core/spending.hpp"
#include "ledger/facts.hpp"
#include "ledger/outcome.hpp"
#include "ledger/sources.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

// Fixed by the first credit of a payment, never changed afterwards.
struct credit {
    std::string user_id;
    std::int64_t tokens = 0;
    std::int64_t amount_cents = 0;
    std::string currency;
    std::string catalog;
    std::string pack;
    std::int64_t quantity = 1;
    std::int64_t credited_at_us = 0; // created_at of the purchase, microseconds since the epoch

    bool operator==(const credit&) const = default;
};

// The mode of a payment's events, and the account that they come from.
struct event_origin {
    bool livemode = true;
    std::string account; // empty: the endpoint's own account

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads it
    auto operator<=>(const event_origin&) const = default;
};

struct payment_state {
    std::optional<ledger::credit> credit; // nullopt: the row exists and is locked, but has no credit
    // Of the events that credited it, or brought a refund or dispute. All of one mode; of more than one
    // account only if an operator equated them.
    std::set<event_origin> origins{};
    payment_facts facts{};
    std::int64_t taken_tokens = 0; // what settlement has taken back so far, 0..credit->tokens
    std::int64_t lost_cents = 0;   // and the money behind it, 0..credit->amount_cents
    // Committed events that wait for the credit, in commit order. Only without a credit.
    std::vector<std::string> waiting{};
    // What its refunds took from lots that are not its own, less what they gave back.
    std::vector<lot_tokens> taken_from{};

    bool operator==(const payment_state&) const = default;
};

inline constexpr std::int64_t never_due = std::numeric_limits<std::int64_t>::max();

struct account_state {
    std::int64_t balance = 0;
    std::int64_t last_sequence = 0;      // 0: no transaction yet
    std::int64_t last_created_at_us = 0; // microseconds since the epoch; 0: no transaction yet
    // When something of it expires, at the earliest; never_due: nothing does by itself. nullopt: it never
    // had a lot or a hold.
    std::optional<std::int64_t> due_at_us{};
    account_lots lots{}; // those that still matter

    // The time of a command. A chain's times never run backwards, so nothing expires twice or comes back.
    [[nodiscard]] std::int64_t now(std::int64_t clock_us) const {
        return clock_us > last_created_at_us ? clock_us : last_created_at_us;
    }
    [[nodiscard]] std::int64_t available(std::int64_t clock_us) const {
        return ledger::available(lots, balance, now(clock_us));
    }

    bool operator==(const account_state&) const = default;
};

struct key_id {
    key_scope scope = key_scope::request;
    std::string key;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads it
    auto operator<=>(const key_id&) const = default;
};

// A key that was used: for ever.
struct key_state {
    std::string command_hash;      // SHA-256, 32 bytes
    std::vector<posting> posted{}; // what the first command posted
    // If the command was an action on an event: the event's outcome.
    ledger::result became = result::applied;
    ledger::reason became_because = reason::none;
    std::int64_t uncovered = 0; // outcome::uncovered of the first command

    bool operator==(const key_state&) const = default;
};

using key_map = std::map<key_id, key_state>;
struct used_keys {
    key_map keys;
    std::int64_t asked_at_us = 0; // the database's clock
};
// Of an account.
struct usage_id {
    std::string user_id;
    std::string request_id;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads it
    auto operator<=>(const usage_id&) const = default;
};
using charge_map = std::map<usage_id, charge_state>;
using payment_map = std::map<std::string, payment_state, std::less<>>;
using account_map = std::map<std::string, account_state, std::less<>>;
using event_id_set = std::set<std::string, std::less<>>;

// The state of a committed event.
struct event_state {
    ledger::result result = result::ignored;
    ledger::reason reason = reason::none;
    bool has_evidence = false;      // or its hash
    bool keeps_translation = false; // the translated effect is stored
    // Set only by store::lock_events, under the event's lock; otherwise as here: whether the effect is a
    // purchase, the endpoint that delivered it, and its origin.
    bool is_purchase = true;
    std::string endpoint{};
    std::optional<event_origin> origin{}; // nullopt: the event names no mode

    bool operator==(const event_state&) const = default;
};
using event_map = std::map<std::string, event_state, std::less<>>;

struct snapshot {
    event_id_set committed_events; // of the batch's event ids: those whose command is a duplicate
    event_map unclaimed_events;    // of the batch's event ids: those whose row may give way
    payment_map payments;          // every payment of the batch, locked
    account_map accounts;          // every account the batch may change, locked
    event_map acted_events;        // the events that operators act on, and contested ones, locked
    key_map keys;                  // of the batch's keys: those that were used before
    charge_map charges{};          // of the usages that the batch reverses: those that are stored
    member_spending spending{};    // of the members whom the batch charges, where their accounts have limits
    std::int64_t now_us = 0;       // the database's clock after the locks, microseconds since the epoch
    // The same when the keys were read. For checks: rows have now_us, or the time of their writing.
    std::int64_t asked_at_us = 0;
};

} // namespace tokenledger::ledger
