// Times on the command line: a date or a timestamp of ISO 8601, always UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tokenledger::daemon {

// Microseconds since the epoch of "2026-01-31" (its first moment), "2026-01-31T12:30", "2026-01-31T12:30:05"
// or "2026-01-31T12:30:05.123456", each time with or without a "Z". nullopt: none of them, or no such time.
[[nodiscard]] std::optional<std::int64_t> utc_microseconds(std::string_view text);

} // namespace tokenledger::daemon
