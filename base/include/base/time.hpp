// Times as text: RFC 3339.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::base {

// "2026-11-22T18:30:00.123456Z", always UTC and with microseconds. Within the years 0 to 9999.
[[nodiscard]] std::string time_text(std::int64_t us);

// What a time may leave out.
enum class time_form : bool {
    complete,     // nothing: RFC 3339
    command_line, // the seconds (0) and the offset (UTC)
};

// Microseconds since the epoch of "2026-11-22T18:30:00Z", of a time with a fraction of 1 to 6 digits or with
// an offset ("+02:00"), or of a day, "2026-11-22", which begins in UTC. nullopt: anything else. Seconds are
// 00 to 59: leap seconds are refused.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text,
                                                     time_form form = time_form::complete);

} // namespace tokenledger::base
