// The calendar is <chrono>'s. This library has no time zones yet, so the C library looks at zoneinfo.
#include "command_line/when.hpp"

#include "base/time.hpp"
#include "ledger/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace tokenledger::ctl {

namespace {

using std::chrono::sys_days;

struct days {
    sys_days first;
    sys_days end; // the day after the last
};

days one(sys_days day) {
    return {day, day + std::chrono::days(1)};
}

// Digits and nothing else.
std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    return is_whole && text.front() != '-' ? std::optional(value) : std::nullopt;
}

// YYYY-MM or YYYY-MM-DD.
std::optional<days> calendar_days(std::string_view text) {
    if ((text.size() != 7 && text.size() != 10) || text[4] != '-')
        return std::nullopt;
    const auto year = number(text.substr(0, 4));
    const auto month = number(text.substr(5, 2));
    if (!year || *year == 0 || !month)
        return std::nullopt;
    const std::chrono::year_month within{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)}};
    if (!within.ok())
        return std::nullopt;
    if (text.size() == 7)
        return days{sys_days{within / 1}, sys_days{(within + std::chrono::months(1)) / 1}};
    const auto day = number(text.substr(8, 2));
    if (text[7] != '-' || !day)
        return std::nullopt;
    const auto date = within / std::chrono::day{static_cast<unsigned>(*day)};
    return date.ok() ? std::optional(one(sys_days{date})) : std::nullopt;
}

// The 90 of "90d". At most five digits.
std::optional<int> number_of(std::string_view text, char unit) {
    if (text.size() < 2 || text.size() > 6 || !text.ends_with(unit))
        return std::nullopt;
    return number(text.substr(0, text.size() - 1));
}

// The day of "90d" or "1y" from today on; 29 February becomes the 28th.
std::optional<sys_days> day_ahead(std::string_view text, sys_days today) {
    if (const auto ahead = number_of(text, 'd'))
        return today + std::chrono::days(*ahead);
    const auto years = number_of(text, 'y');
    if (!years || *years > ledger::max_lifetime_years)
        return std::nullopt;
    const auto then = std::chrono::year_month_day(today) + std::chrono::years(*years);
    return then.ok() ? sys_days(then) : sys_days(then.year() / then.month() / std::chrono::last);
}

std::optional<days> days_of(std::string_view text, sys_days today) {
    if (text == "today")
        return one(today);
    if (text == "yesterday")
        return one(today - std::chrono::days(1));
    if (!text.starts_with('-'))
        return calendar_days(text);
    const auto ago = number_of(text.substr(1), 'd');
    return ago ? std::optional(one(today - std::chrono::days(*ago))) : std::nullopt;
}

sys_days local_day(std::time_t at) {
    std::tm local{};
    ::localtime_r(&at, &local);
    return std::chrono::year{local.tm_year + 1900} / (local.tm_mon + 1) / local.tm_mday;
}

// The first second that is not before the day. It is looked for, for there need not be a midnight: clocks are
// put forward at that hour too, and whole days have been left out.
std::time_t begin_of(sys_days day) {
    const std::time_t in_utc = std::chrono::sys_seconds(day).time_since_epoch().count();
    constexpr std::time_t reach = 2 * 86'400; // no zone is further from UTC
    std::time_t before = in_utc - reach;
    std::time_t found = in_utc + reach;
    while (found - before > 1) {
        const std::time_t middle = before + (found - before) / 2;
        (local_day(middle) < day ? before : found) = middle;
    }
    return found;
}

std::string time_text(std::time_t at) {
    constexpr std::time_t last = 253'402'300'799; // of the year 9999
    at = std::min(at, last);
    std::tm utc{};
    ::gmtime_r(&at, &utc);
    std::array<char, 96> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900,
                      utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace

bool is_time_zone(const std::string& name) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-";
    if (name == "UTC")
        return true;
    // Without a dot there is no way out of the folder.
    if (name.empty() || name.front() == '/' || name.find_first_not_of(allowed) != std::string::npos)
        return false;
    const char* folder = std::getenv("TZDIR"); // NOLINT(concurrency-mt-unsafe): one thread
    std::ifstream file((folder != nullptr ? std::string(folder) : "/usr/share/zoneinfo") + "/" + name,
                       std::ios::binary);
    std::array<char, 4> magic{};
    return file.read(magic.data(), magic.size()) && std::string_view(magic.data(), magic.size()) == "TZif";
}

bool use_time_zone(const std::string& name) {
    if (!is_time_zone(name))
        return false;
    // The colon keeps the C library from reading a rule into the name. UTC needs no file.
    ::setenv("TZ", (name == "UTC" ? "UTC0" : ":" + name).c_str(),
             1); // NOLINT(concurrency-mt-unsafe): as above
    ::tzset();
    return true;
}

std::optional<std::string> instant(std::string_view text, edge which, std::time_t now) {
    if (text.find(':') != std::string_view::npos)
        return std::string(text);
    const auto found = days_of(text, local_day(now));
    if (!found)
        return std::nullopt;
    return time_text(begin_of(which == edge::from ? found->first : found->end));
}

std::optional<std::int64_t> end_of_use(std::string_view text, std::time_t now) {
    if (const auto last = day_ahead(text, local_day(now)))
        return base::parse_time(time_text(begin_of(one(*last).end)));
    return base::parse_time(instant(text, edge::to, now).value_or(""));
}

} // namespace tokenledger::ctl
