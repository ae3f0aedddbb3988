// Looks at the database now and then: can it be reached, is its schema the one we know, what waits there.
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
        schema,     // not the schema that this program knows
        unreadable, // the url cannot be read: trying again will not help
    };
    state is = state::away;
    std::string detail{};  // one sentence, where not ready
    std::string warning{}; // and one where ready, but not as it should be
    std::size_t unsafe_settings = 0;
    std::int64_t parked = 0;
    std::int64_t waiting = 0;
};

class database_watch {
  public:
    // `tell` is called on the watch's own thread after every look; it must not throw.
    database_watch(ledger::postgres_options options, std::function<void(const database_report&)> tell);
    ~database_watch(); // waits for a look that is under way
    database_watch(const database_watch&) = delete;
    database_watch& operator=(const database_watch&) = delete;

    // Looks again now: somebody has met a failure. From any thread.
    void look();

  private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace tokenledger::daemon
