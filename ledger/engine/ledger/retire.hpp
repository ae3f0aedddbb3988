// Deletes old events that nothing depends on: rows of ignored events.
#pragma once

#include "ledger/postgres.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>

namespace tokenledger::ledger {

struct retire_request {
    postgres_options database{}; // as a role that may delete from stripe_events: the owner
    std::int64_t before_us = 0;  // events received before this; microseconds since the epoch
    bool only_count = false;     // change nothing
    // Called with the numbers so far after each batch, which is then committed.
    std::function<void(std::int64_t looked_at, std::int64_t retired)> progress{};
    std::size_t batch_events = 2000; // examined in one transaction
};

// The role may not do it, or the time is not archive_settling_time in the past. Nothing was changed.
class retire_refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Deletes ignored events that say nothing: without evidence or its hash, which would claim their id, and
// without an effect, which is a fact about a payment. Delivered again, such an event is ignored again.
// Returns how many. Works batch by batch: after an interruption call it again. Throws retire_refused,
// store_error.
[[nodiscard]] std::int64_t retire_ignored_events(const retire_request& request);

} // namespace tokenledger::ledger
