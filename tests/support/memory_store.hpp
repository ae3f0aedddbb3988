// A store that keeps the ledger's rows in memory: for tests of everything above the store.
#pragma once

#include "writer/store.hpp"

#include <functional>
#include <memory>
#include <mutex>

namespace tokenledger::ledger {

// The database that several memory stores share, as connections share a PostgreSQL database.
struct memory_database {
    struct stored_event {
        ledger::result result;
        ledger::reason reason;
        bool is_purchase;
        std::string payment_intent_id;
        std::string evidence; // empty: a row without body
        std::string effect;   // encoded; empty: none
        std::string endpoint;
        std::optional<event_origin> origin;
    };
    struct stored_usage {
        usage what;
        std::int64_t actor = 0;
        std::optional<std::int64_t> deduction_sequence;
        std::int64_t charged_tokens = 0;
        std::int64_t uncovered_tokens = 0;
        std::int64_t created_at_us = 0;
    };
    std::recursive_mutex guard; // held from begin to commit or rollback: transactions run one at a time
    payment_map payments;
    account_map accounts;
    std::map<std::string, stored_event, std::less<>> events;
    std::vector<transaction_row> transactions;
    key_map keys;
    std::vector<stored_usage> usages;
    std::vector<event_action_row> actions;
    std::map<std::string, account_limits, std::less<>> limits; // by user
    std::int64_t now_us = 1'700'000'000'000'000;

    // Called before every step ("begin", "lock", "apply", "commit", "after_commit"); may throw store_error to
    // simulate a failure there. A failure in "after_commit" is a COMMIT whose answer was lost.
    std::function<void(std::string_view step, std::span<const command> batch)> before;
};

[[nodiscard]] std::unique_ptr<store> make_memory_store(std::shared_ptr<memory_database> database);

} // namespace tokenledger::ledger
