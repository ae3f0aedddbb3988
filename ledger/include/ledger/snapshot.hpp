// What the planner sees of the database: read after the locks, for one batch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

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

    bool operator==(const credit&) const = default;
};

struct payment_state {
    std::optional<ledger::credit> credit; // nullopt: the row is there, and locked, but nothing is credited

    bool operator==(const payment_state&) const = default;
};

struct account_state {
    std::int64_t balance = 0;
    std::int64_t last_sequence = 0;      // 0: no transaction yet
    std::int64_t last_created_at_us = 0; // microseconds since the epoch; 0: no transaction yet

    bool operator==(const account_state&) const = default;
};

using payment_map = std::map<std::string, payment_state, std::less<>>;
using account_map = std::map<std::string, account_state, std::less<>>;
using event_id_set = std::set<std::string, std::less<>>;

struct snapshot {
    event_id_set committed_events; // of the batch's event ids, those committed before it
    payment_map payments;          // every payment of the batch, locked
    account_map accounts;          // every account the batch may credit, locked
    std::int64_t now_us = 0;       // the database's clock after the locks, microseconds since the epoch
};

} // namespace tokenledger::ledger
