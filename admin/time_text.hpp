// Times as text: RFC 3339.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::admin {

// "2026-11-22T18:30:00.123456Z", always UTC and with microseconds. Within the years 0 to 9999.
[[nodiscard]] std::string time_text(std::int64_t us);

// Microseconds since the epoch of "2026-11-22T18:30:00Z", of one with a fraction of 1 to 6 digits or an
// offset
// ("+02:00"), or of a day, "2026-11-22", which begins in UTC. A leap second is none.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text);

} // namespace tokenledger::admin
