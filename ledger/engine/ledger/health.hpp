// Whether the ledger can be written at this time, and how much waits for an operator.
#pragma once

#include "ledger/command.hpp"
#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tokenledger::ledger {

// Of one look.
inline constexpr std::size_t max_due_accounts = 1000;

struct health {
    schema_report schema;
    // Filled only if this program may write to the schema.
    std::int64_t parked = 0;  // events
    std::int64_t waiting = 0; // events, not older than postgres_options::waiting_expires
    std::int64_t open_holds = 0;
    std::string held_tokens{};        // by open holds, decimal: a sum may leave int64
    std::int64_t timed_out_holds = 0; // in the last day, without a capture or a release
    double expiry_lag = 0;            // seconds since the oldest expiry that is not posted; 0: none
    // Accounts of which something is due, the longest overdue first; at most max_due_accounts.
    std::vector<expire> due{};
    std::vector<std::string>
        unsafe_settings{}; // server settings under which a crash may lose acknowledged events
};

// Asks again and again over one connection of its own. Used by one thread at a time.
class health_probe {
  public:
    explicit health_probe(postgres_options options);
    ~health_probe();
    health_probe(const health_probe&) = delete;
    health_probe& operator=(const health_probe&) = delete;

    // Throws store_error if the database cannot be asked, unreadable_url if it cannot be found. After
    // store_error the next call connects again.
    [[nodiscard]] health ask();

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace tokenledger::ledger
