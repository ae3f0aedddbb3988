// The options and the result of the generator of payment histories, as plain values.
#pragma once

#include "payment_events.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace tokenledger::test {

// A number in 1..most, small ones as likely as large ones. Precondition: most >= 1.
inline std::int64_t any_up_to(std::mt19937_64& random, std::int64_t most) {
    const auto bits = static_cast<unsigned>(random() % 63);
    const auto below = (std::uint64_t{2} << bits) - 1;
    const std::uint64_t range = random() % 4 == 0 ? static_cast<std::uint64_t>(most)
                                                  : std::min(below, static_cast<std::uint64_t>(most));
    return static_cast<std::int64_t>(1 + random() % range);
}

struct history_options {
    std::string payment_intent_id = "pi_1";
    std::string currency = "usd";
    std::int64_t amount_requested = 1000; // >= 1
    std::int64_t amount_received = 1000;  // 1..amount_requested
    int steps = 8;                        // after the payment; each makes one to four events
};

// Amounts of any magnitude, up to the largest; one payment of four is captured in part.
inline history_options any_options(std::mt19937_64& random) {
    history_options options;
    options.currency = std::vector<std::string>{"usd", "jpy", "kwd", "isk"}[random() % 4];
    options.amount_requested = any_up_to(random, std::numeric_limits<std::int64_t>::max());
    options.amount_received =
        random() % 4 == 0 ? any_up_to(random, options.amount_requested) : options.amount_requested;
    options.steps = static_cast<int>(random() % 12);
    return options;
}

struct payment_history {
    history_options options;
    std::string charge_id;
    bool canceled = false;             // nothing was ever received
    std::vector<history_event> events; // in the order of time
    // The true final state, which a receiver knows that has seen every event at least once.
    std::int64_t refunded = 0;      // 0..received
    std::int64_t disputed = 0;      // 0..received
    bool in_dispute = false;        // some dispute is undecided
    bool returned_in_part = false;  // a bank returned a part and kept the rest
    bool in_other_currency = false; // and keeps money while the balance is in another currency
    bool unproven_refund = false;   // the release of an uncaptured amount looks like a refund
};

} // namespace tokenledger::test
