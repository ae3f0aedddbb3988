// `tokenledgerd retire-ignored-events`: deletes old ignored events that say nothing.
#pragma once

#include "config/config.hpp"

#include <cstdint>

namespace tokenledger::daemon {

struct retire_events_request {
    std::int64_t before_us = 0; // received before this; microseconds since the epoch
    bool dry_run = false;       // only say how many
    bool yes = false;           // do not ask
};

// Shows how many events would go, asks at a terminal, and deletes them. Returns the exit status: 0 done, no
// event was that old, or dry_run; 1 refused, or answered no; 69 the database cannot be asked: finished
// batches stay done; 78 the schema is not the one that this program knows.
[[nodiscard]] int retire_ignored_events(const config& with, const retire_events_request& request);

} // namespace tokenledger::daemon
