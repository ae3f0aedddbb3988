// Replaces personal data in old events by its hash. What an event did to the ledger stays as it is.
#pragma once

#include "ledger/postgres.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

namespace tokenledger::ledger {

// Events per transaction: few enough that a daemon hardly waits for one of them.
inline constexpr std::size_t redact_batch_events = 200;

struct redact_request {
    postgres_options database{}; // as the schema's owner
    std::int64_t before_us = 0;  // events received before this; microseconds since the epoch
    // Called with the numbers so far after each batch is committed.
    std::function<void(std::int64_t redacted)> progress{};
};

struct redact_totals {
    std::int64_t redacted = 0;
    std::int64_t damaged = 0; // left unchanged: their evidence does not unpack, so there is no hash of it
};

// What redact_evidence would do now with the same request. Times are ISO 8601, UTC; empty: no such event.
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

// Replaces the evidence of events received before before_us, except parked and waiting ones, which need it,
// by the SHA-256 of the signature header, a line feed and the body, as they were delivered. Works batch by
// batch: after an interruption call it again. Throws redact_refused, store_error.
[[nodiscard]] redact_totals redact_evidence(const redact_request& request);

} // namespace tokenledger::ledger
