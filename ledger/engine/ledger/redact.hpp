// Personal data in old events gives way to its hash. What an event did to the ledger stays as it is.
#pragma once

#include "ledger/postgres.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

namespace tokenledger::ledger {

// Events per transaction: few enough that a daemon which wants one of them hardly waits.
inline constexpr std::size_t redact_batch_events = 200;

struct redact_request {
    postgres_options database{}; // as the schema's owner
    std::int64_t before_us = 0;  // events received before this; microseconds since the epoch
    // Called after each batch, which is committed then, with the numbers so far.
    std::function<void(std::int64_t redacted)> progress{};
};

struct redact_totals {
    std::int64_t redacted = 0;
    std::int64_t damaged = 0; // left as they are: their evidence does not unpack, so there is no hash of it
};

// What redact_evidence would do now, by the same request. Times are ISO 8601, UTC; empty: of no event.
struct redact_preview {
    std::int64_t events = 0;
    std::string first_received{};
    std::string last_received{};
};

// The role may not do it, or the time is not archive_settling_time in the past. Nothing was changed.
class redact_refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Changes nothing. Throws redact_refused, store_error.
[[nodiscard]] redact_preview preview_redaction(const redact_request& request);

// Where evidence was received before before_us, and its event is neither parked nor waiting (they need it),
// there is afterwards the SHA-256 of the signature header, a line feed and the body, as they were delivered.
// Batch by batch: after an interruption call it again. Throws redact_refused, store_error.
[[nodiscard]] redact_totals redact_evidence(const redact_request& request);

} // namespace tokenledger::ledger
