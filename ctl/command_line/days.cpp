// --from, --to, --time-zone: the same on every command that has a period.
#include "command_line/command_line.hpp"
#include "command_line/when.hpp"

#include "screen/text.hpp"

#include <ctime>

namespace tokenledger::ctl {

namespace {

constexpr const char* zone_variable = "TOKENLEDGER_TIME_ZONE";

std::string fault_of_moment(const std::string& text) {
    if (instant(text, edge::from, std::time(nullptr)))
        return {};
    return "`" + visible(text) +
           "` is no day (2026-01-31, today, yesterday, -7d), month (2026-01) or time (2026-01-31T12:00:00Z)";
}

std::string fault_of_zone(const std::string& name) {
    if (is_time_zone(name))
        return {};
    return "there is no time zone `" + visible(name) +
           "`; names are such as Europe/Berlin or UTC (package tzdata)";
}

// The words become instants, once all of them are there: the zone may come last.
void resolve(list_options& what) {
    if (what.time_zone.empty())
        what.time_zone = environment_or(zone_variable, "UTC");
    if (!use_time_zone(what.time_zone))
        throw CLI::ValidationError(zone_variable, fault_of_zone(what.time_zone));
    const std::time_t now = std::time(nullptr);
    if (!what.from.empty())
        what.from = instant(what.from, edge::from, now).value_or("");
    if (!what.to.empty())
        what.to = instant(what.to, edge::to, now).value_or("");
}

} // namespace

void add_days(CLI::App& to, list_options& what) {
    to.add_option("--from", what.from,
                  "From this day, month or time on: 2026-01-31, 2026-01, today, yesterday, -7d, "
                  "2026-01-31T12:00:00Z")
        ->check(fault_of_moment);
    to.add_option("--to", what.to, "Through the end of this day or month; up to, but not including, a time")
        ->check(fault_of_moment);
    to.add_option("--time-zone", what.time_zone,
                  "Time zone of the days, such as Europe/Berlin; UTC unless given (or TOKENLEDGER_TIME_ZONE)")
        ->check(fault_of_zone);
    to.parse_complete_callback([&to, &what] {
        if (to.get_subcommands().empty()) // else a command within it is meant, which has no period
            resolve(what);
    });
}

} // namespace tokenledger::ctl
