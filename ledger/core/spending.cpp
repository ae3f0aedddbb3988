// Sums of windows against limits.
#include "core/spending.hpp"

#include "ledger/names.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace tokenledger::ledger {

namespace {

std::size_t place_of(limit_window window) noexcept {
    return static_cast<std::size_t>(window);
}

// Their own limit, or that of every member.
std::optional<std::int64_t> limit_for(const account_limits& of, std::string_view member,
                                      limit_window window) {
    for (const std::string_view name : {member, every_member}) {
        const auto found = of.find(name);
        if (found == of.end())
            continue;
        if (const auto limit = found->second.find(window); limit != found->second.end())
            return limit->second;
    }
    return std::nullopt;
}

// Sums of tokens may exceed int64 over many charges: then no limit is left.
std::int64_t sum_of(std::int64_t a, std::int64_t b) noexcept {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return a > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

} // namespace

std::int64_t start_of(limit_window window, std::int64_t now_us) noexcept {
    using namespace std::chrono;
    const sys_time<microseconds> now{microseconds(now_us)};
    const sys_days today = floor<days>(now);
    const auto in_us = [](sys_time<microseconds> at) { return at.time_since_epoch().count(); };
    switch (window) {
    case limit_window::day:
        return in_us(today);
    case limit_window::month: {
        const year_month_day date(today);
        return in_us(sys_days(date.year() / date.month() / 1));
    }
    case limit_window::rolling:
        break;
    }
    return in_us(now - hours(24));
}

std::optional<limit_reached> member_spending::reached(const member_id& by, std::int64_t charged,
                                                      std::int64_t others) const {
    const auto of = limits.find(by.user_id);
    const auto sums = spent.find(by);
    if (charged <= 0 || of == limits.end() || sums == spent.end())
        return std::nullopt;
    std::optional<limit_reached> tightest;
    for (const limit_window window : all_values<limit_window>()) {
        const auto limit = limit_for(of->second, by.member, window);
        if (!limit)
            continue;
        const std::int64_t used = sum_of(sums->second[place_of(window)], others);
        const std::int64_t left = std::max<std::int64_t>(sum_of(*limit, -std::max<std::int64_t>(used, 0)), 0);
        if (charged > left && (!tightest || left < tightest->left))
            tightest = limit_reached{.member = by.member, .per = window, .tokens = *limit, .left = left};
    }
    return tightest;
}

void member_spending::set(const member_limit& what) {
    auto& of_member = limits[what.user_id][what.member];
    if (what.tokens)
        of_member[what.per] = *what.tokens;
    else
        of_member.erase(what.per);
}

void member_spending::add(const member_id& by, std::int64_t tokens, std::int64_t at_us, std::int64_t now_us) {
    const auto sums = spent.find(by);
    if (sums == spent.end())
        return;
    for (const limit_window window : all_values<limit_window>()) {
        if (at_us == 0 || at_us >= start_of(window, now_us)) {
            std::int64_t& sum = sums->second[place_of(window)];
            sum = sum_of(sum, tokens);
        }
    }
}

} // namespace tokenledger::ledger
