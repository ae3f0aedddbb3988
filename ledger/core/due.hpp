// What is due at a time: the one place that decides what ends by itself. Pure: lots, holds and a time in,
// rows to post out. A time-out of a hold needs no row; it can make a lot's reserved tokens expire.
#pragma once

#include "core/lots.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tokenledger::ledger {

// A row to post: a deduction of source expiry.
struct due_expiry {
    std::int64_t lot = 0;
    std::int64_t tokens = 0;          // > 0
    std::int64_t effective_at_us = 0; // when they could no longer be used, <= now

    bool operator==(const due_expiry&) const = default;
};

// In the order of their effective times, whatever the number of calls it takes to get to `now_us`: a late
// caller posts the same rows. Without what is reserved at its time. A hold that was ended counts no more: its
// command has posted what it left.
[[nodiscard]] std::vector<due_expiry> due(const account_lots& of, std::int64_t now_us);

// After a command: what of the lots that are over it returned to them, or left without a hold. As of now, in
// the order of use, one row for a lot. What had expired before was posted before the command.
[[nodiscard]] std::vector<due_expiry> returned(const account_lots& of, std::int64_t now_us);

// When due() will have more to say, given that nothing else happens; nullopt: never.
[[nodiscard]] std::optional<std::int64_t> next_due(const account_lots& of, std::int64_t now_us);

} // namespace tokenledger::ledger
