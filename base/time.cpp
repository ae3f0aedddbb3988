// The calendar comes from <chrono>; the text is taken apart here.
#include "base/time.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace tokenledger::base {

namespace {

using std::chrono::microseconds;
using days_since_epoch = std::chrono::sys_days;

// Exactly so many digits off the front of `rest`.
std::optional<int> take_number(std::string_view& rest, std::size_t digits) {
    if (rest.size() < digits)
        return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (rest[i] < '0' || rest[i] > '9')
            return std::nullopt;
        value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(digits);
    return value;
}

bool take(std::string_view& rest, std::string_view any_of) {
    if (rest.empty() || any_of.find(rest.front()) == std::string_view::npos)
        return false;
    rest.remove_prefix(1);
    return true;
}

// Each reads its part and takes it off the front of `rest`.
std::optional<microseconds> read_day(std::string_view& rest) {
    const auto year = take_number(rest, 4);
    if (!year || !take(rest, "-"))
        return std::nullopt;
    const auto month = take_number(rest, 2);
    if (!month || !take(rest, "-"))
        return std::nullopt;
    const auto day = take_number(rest, 2);
    if (!day)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok())
        return std::nullopt;
    return days_since_epoch{date}.time_since_epoch();
}

std::optional<microseconds> read_hour_and_minute(std::string_view& rest) {
    const auto hour = take_number(rest, 2);
    if (!hour || *hour > 23 || !take(rest, ":"))
        return std::nullopt;
    const auto minute = take_number(rest, 2);
    if (!minute || *minute > 59)
        return std::nullopt;
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute};
}

std::optional<microseconds> read_second(std::string_view& rest) {
    const auto second = take_number(rest, 2);
    if (!second || *second > 59)
        return std::nullopt;
    microseconds total = std::chrono::seconds{*second};
    if (!take(rest, "."))
        return total;
    microseconds unit = std::chrono::seconds{1};
    const std::string_view before = rest;
    while (unit.count() > 1) {
        const auto digit = take_number(rest, 1);
        if (!digit)
            break;
        unit /= 10;
        total += unit * *digit;
    }
    return rest.size() == before.size() ? std::nullopt : std::optional{total};
}

std::optional<microseconds> read_offset(std::string_view& rest) {
    if (take(rest, "Zz"))
        return microseconds{0};
    const bool west = rest.starts_with('-');
    // A plus sign that was not percent-encoded arrives as a blank.
    if (!take(rest, "+- "))
        return std::nullopt;
    const auto offset = read_hour_and_minute(rest);
    if (!offset)
        return std::nullopt;
    return west ? -*offset : *offset;
}

} // namespace

std::string time_text(std::int64_t us) {
    const std::chrono::sys_time<microseconds> time{microseconds{us}};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> parse_time(std::string_view text, time_form form) {
    const bool may_be_short = form == time_form::command_line;
    const auto day = read_day(text);
    if (!day)
        return std::nullopt;
    if (text.empty())
        return day->count();
    if (!take(text, "Tt "))
        return std::nullopt;
    const auto minute = read_hour_and_minute(text);
    if (!minute)
        return std::nullopt;
    std::optional<microseconds> second{0};
    if (take(text, ":"))
        second = read_second(text);
    else if (!may_be_short)
        return std::nullopt;
    std::optional<microseconds> offset{0};
    if (!text.empty() || !may_be_short)
        offset = read_offset(text);
    if (!second || !offset || !text.empty())
        return std::nullopt;
    return (*day + *minute + *second - *offset).count();
}

} // namespace tokenledger::base
