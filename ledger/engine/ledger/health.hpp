// Whether the ledger can be written at this time, and how much waits for an operator.
#pragma once

#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tokenledger::ledger {

struct health {
    schema_report schema;
    // Filled only if this program may write to the schema.
    std::int64_t parked = 0;  // events
    std::int64_t waiting = 0; // events, not older than postgres_options::waiting_expires
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
