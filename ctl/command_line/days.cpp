// --from, --to, --expires, --time-zone: the same on every command that has a period or an end.
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

std::string fault_of_end(const std::string& text) {
    if (end_of_use(text, std::time(nullptr)))
        return {};
    return "`" + visible(text) +
           "` is no day (2027-01-31, today, 90d: in ninety days, 1y), month (2027-01) or time "
           "(2027-01-31T12:00:00Z)";
}

void add_time_zone(CLI::App& to, std::string& name) {
    to.add_option("--time-zone", name,
                  "Time zone of the days, such as Europe/Berlin; UTC unless given (or TOKENLEDGER_TIME_ZONE)")
        ->check(fault_of_zone);
}

void use(std::string& zone) {
    if (zone.empty())
        zone = environment_or(zone_variable, "UTC");
    if (!use_time_zone(zone))
        throw CLI::ValidationError(zone_variable, fault_of_zone(zone));
}

// The words become instants, once all of them are there: the zone may come last.
void resolve(list_options& what) {
    use(what.time_zone);
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
    add_time_zone(to, what.time_zone);
    to.parse_complete_callback([&to, &what] {
        if (to.get_subcommands().empty()) // else a command within it is meant, which has no period
            resolve(what);
    });
}

void add_expires(CLI::App& to, end_options& what) {
    to.add_option("--expires", what.at,
                  "The tokens can be used through this day or month, or before this time: 2027-01-31, "
                  "2027-01, 90d (the day in ninety days), 1y, 2027-01-31T12:00:00Z; for ever unless given")
        ->check(fault_of_end);
    add_time_zone(to, what.time_zone);
    to.parse_complete_callback([&what] {
        if (what.at.empty())
            return;
        use(what.time_zone);
        what.us = end_of_use(what.at, std::time(nullptr));
    });
}

} // namespace tokenledger::ctl
