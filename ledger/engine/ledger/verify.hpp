// The proof of the books: compares every redundant value of the ledger, on one snapshot, beside live traffic.
#pragma once

#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// One discrepancy. Fields that do not apply are empty.
struct discrepancy {
    std::string check{}; // stable slug; docs/verify.md lists them
    std::string user_id{};
    std::string sequence{}; // in the user's chain, as the database prints it
    std::string payment_intent_id{};
    std::string event_id{};
    std::string expected{};
    std::string found{};
};

struct verify_totals {
    std::int64_t accounts = 0;
    std::int64_t transactions = 0;
    std::int64_t payments = 0;
    std::int64_t events = 0;
    std::int64_t discrepancies = 0;
    std::chrono::steady_clock::duration elapsed{};
};

struct verify_options {
    postgres_options database{}; // statement_timeout does not hold here: a scan may take long
    bool evidence = false;       // unpack the evidence of every event too: reads all of it
    std::size_t connections = 2; // that read, each on a core; fewer if the server has none to spare
    // Called before each step, on the thread of whichever connection takes it; one call at a time.
    std::function<void(std::string_view step, std::size_t number, std::size_t of)> progress{};
};

// Reads one consistent snapshot and passes each discrepancy to `sink` when it finds it, from any of its
// threads, one at a time. Changes nothing, locks no row. Precondition: the schema is current
// (inspect_schema). Throws store_error.
[[nodiscard]] verify_totals verify(const verify_options& options,
                                   const std::function<void(const discrepancy&)>& sink);

} // namespace tokenledger::ledger
