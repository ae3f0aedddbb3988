// Days and months as the command line has them, in a time zone, as instants for the daemon.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ctl {

// The zone of the whole process from here on: a name of the system's zoneinfo, or UTC. False: there is none
// of this name, and nothing has changed. Not while another thread looks at the clock.
[[nodiscard]] bool use_time_zone(const std::string& name);
[[nodiscard]] bool is_time_zone(const std::string& name);

// Which end of a period is looked for. A day or month alone is meant whole, so it ends where the next begins.
enum class edge : std::uint8_t { from, to };

// RFC 3339 in UTC of "2026-01-31", "2026-01", "today", "yesterday" or "-7d" (the day seven days before `now`)
// in the zone of the process. What has a colon is taken for a time and stays as it is: the daemon reads it.
// nullopt: it is none of these.
[[nodiscard]] std::optional<std::string> instant(std::string_view text, edge which, std::time_t now);

// The end of what can be used until then, in microseconds since the epoch: a day or month as instant() has
// them counts whole, "90d" is the day ninety days after `now`, "1y" that of a year, and a time is one of RFC
// 3339.
[[nodiscard]] std::optional<std::int64_t> end_of_use(std::string_view text, std::time_t now);

} // namespace tokenledger::ctl
