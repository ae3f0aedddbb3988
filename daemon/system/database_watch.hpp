// Checks the database periodically: is it reachable, is its schema known, how many events wait or are
// parked.
#pragma once

#include "ledger/health.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tokenledger::daemon {

struct database_report {
    enum class state : std::uint8_t {
        ready,
        away,       // cannot be asked; it may come back
        schema,     // the schema is not the one that this program knows
        unreadable, // the url cannot be read: trying again will not help
    };
    state is = state::away;
    std::string detail{};  // one sentence, if not ready
    std::string warning{}; // one sentence, if ready but with a defect
    std::size_t unsafe_settings = 0;
    std::int64_t parked = 0;
    std::int64_t waiting = 0;
    std::int64_t open_holds = 0;
    double held_tokens = 0;
    std::int64_t timed_out_holds = 0;
    double expiry_lag = 0;             // seconds
    std::vector<ledger::expire> due{}; // accounts of which something is due
};

class database_watch {
  public:
    // The watch's own thread calls `tell` after every look; it must not throw.
    database_watch(ledger::postgres_options options, std::function<void(const database_report&)> tell);
    ~database_watch(); // waits for a look in progress
    database_watch(const database_watch&) = delete;
    database_watch& operator=(const database_watch&) = delete;

    // Looks again now: a caller has met a failure. From any thread.
    void look();

  private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace tokenledger::daemon
