// SQL of the operator's queue: how many events are parked and how many wait.
#pragma once

#include <chrono>
#include <string>

namespace tokenledger::ledger {

// The time before which a waiting event must have been received to count as expired.
[[nodiscard]] inline std::string expiry_limit(std::chrono::days waiting_expires) {
    return "now() - interval '" + std::to_string(waiting_expires.count()) + " days'";
}

// Two columns: parked, waiting. They are two ranges of the index stripe_events_outcome. Neither contains
// expired events: refunds and disputes of foreign payments wait for ever, and must not slow this down.
[[nodiscard]] inline std::string queue_counts(std::chrono::days waiting_expires) {
    return "(SELECT count(*) FROM tokenledger.stripe_events WHERE result = 'parked'),"
           " (SELECT count(*) FROM tokenledger.stripe_events WHERE result = 'waiting' AND received_at >= " +
           expiry_limit(waiting_expires) + ")";
}

} // namespace tokenledger::ledger
