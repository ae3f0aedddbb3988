// Random values of a stream, and those of its operations that are about credits that expire and about holds.
#pragma once

#include "request_commands.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

struct stream_pools {
    std::uint64_t users = 4;
    std::uint64_t payments = 6;
    std::uint64_t events = 24;
    bool only_rolling_limits = false; // those of days and months change with the clock
    bool lots = false;                // what expires, holds, and what is done to them
    // Nothing expires and no hold times out for a day from now_us on; two that expire do so hours apart,
    // as long as all that is asked comes within an hour.
    bool lasting = false;
};

// The base of mixed_stream.
class lots_stream {
  public:
    std::int64_t now_us = 0; // the ledger's clock, as far as the application knows it

  protected:
    lots_stream(std::uint64_t seed, std::string name, stream_pools of)
        : random_(seed),
          name_(std::move(name)),
          of_(of) {}

    static constexpr std::int64_t second = 1'000'000;
    static constexpr std::int64_t hour = 3600 * second;

    std::uint64_t pick(std::uint64_t below) { return random_() % below; }
    std::int64_t tokens() { return static_cast<std::int64_t>(1 + pick(300)); }
    std::string user() { return "user_" + std::to_string(pick(of_.users)); }

    std::string member() {
        static const std::vector<std::string> names{"", "ada", "bob"};
        return names[pick(names.size())];
    }

    ledger::lifetime lifetime() {
        if (!of_.lots || pick(3) == 0)
            return {};
        if (pick(16) == 0)
            return {.days = static_cast<std::int64_t>(pick(2)), .years = 1};
        return {.days = static_cast<std::int64_t>(1 + pick(3))};
    }

    ledger::grant granted() {
        ledger::grant made = granting(user(), tokens());
        if (pick(2) == 0)
            made = granting(made.user_id, made.tokens,
                            pick(2) == 0 ? ledger::grant_source::trial : ledger::grant_source::subscription,
                            "in_" + name_ + std::to_string(pick(20)));
        made.existing = pick(3) == 0;
        return made;
    }

    // Many expire together, some at once, and some did already.
    ledger::grant expiring() {
        ledger::grant made = granted();
        static const std::vector<std::int64_t> priorities{0, 50, 50, 100};
        if (pick(3) == 0)
            made.priority = priorities[pick(priorities.size())];
        if (pick(8) != 0 || !made.priority)
            made.expires_at_us = now_us + (of_.lasting ? lasting() : soon());
        return made;
    }
    std::int64_t soon() {
        switch (pick(6)) {
        case 0:
            return static_cast<std::int64_t>(pick(6)) - 2;
        case 1:
            return static_cast<std::int64_t>(pick(100)) * second;
        default: { // at a full hour
            const std::int64_t next = hour - now_us % hour;
            return next + static_cast<std::int64_t>(pick(pick(2) == 0 ? 4 : 60)) * hour;
        }
        }
    }
    // Packs expire after whole days, grants 12 hours earlier or later.
    std::int64_t lasting() { return static_cast<std::int64_t>(1 + pick(3)) * 24 * hour + 12 * hour; }

    std::int64_t timeout() {
        static const std::vector<std::int64_t> some{1, 2, 60, 3600, 4 * 3600, 24 * 3600};
        return of_.lasting ? some.back() : some[pick(some.size())];
    }

    // Usages and holds share their ids: at times one has the other's.
    std::string call_id(const char* own, const char* other) {
        return (pick(16) == 0 ? other : own) + name_ + std::to_string(pick(200));
    }

    ledger::operation held() {
        ledger::hold made = holding(call_id("hold_", "req_"), user(), tokens());
        made.tokens = pick(3) == 0 ? made.tokens : 1 + made.tokens / 4;
        if (of_.lasting || pick(4) != 0)
            made.timeout_seconds = timeout();
        made.member = member();
        held_.push_back(made);
        return made;
    }

    // One of the last holds of the stream, which may have been refused or have ended; at times of another
    // account, or of none.
    ledger::hold some_hold() {
        if (held_.empty())
            return holding("hold_" + name_ + "none", user(), tokens());
        const std::size_t last = std::min<std::size_t>(held_.size(), pick(4) == 0 ? 50 : 3);
        ledger::hold made = held_[held_.size() - 1 - pick(last)];
        if (pick(24) == 0)
            made.user_id = user();
        if (pick(24) == 0)
            made.hold_id += "?";
        return made;
    }
    // Less than was held, as much, or more.
    ledger::operation captured() {
        const ledger::hold of = some_hold();
        ledger::capture made = capturing(of.hold_id, of.user_id, of.tokens, pick(4) == 0);
        switch (pick(4)) {
        case 0:
            made.tokens = static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(of.tokens)));
            break;
        case 1:
            made.tokens += tokens();
            break;
        case 2:
            made.tokens = pick(4) == 0 ? 0 : made.tokens / 2;
            break;
        default:
            break;
        }
        if (pick(4) == 0)
            made.member = member();
        ledger::usage as_usage = using_up(made.hold_id, made.user_id, made.tokens);
        used_.push_back(as_usage); // it can be given back
        return made;
    }
    ledger::operation released() {
        const ledger::hold of = some_hold();
        return ledger::release{.hold_id = of.hold_id, .user_id = of.user_id};
    }
    ledger::operation extended() {
        const ledger::hold of = some_hold();
        ledger::extension made{
            .hold_id = of.hold_id, .user_id = of.user_id, .timeout_seconds = timeout(), .tokens = {}};
        if (pick(3) != 0)
            made.tokens = 1 + static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(2 * of.tokens)));
        return made;
    }
    // As the ledger's own look at what is due, which may come too late.
    ledger::command swept() {
        return lone(ledger::expire{.user_id = user(), .last_sequence = static_cast<std::int64_t>(pick(30))});
    }

    ledger::operation with_lots() {
        switch (pick(10)) {
        case 0:
        case 1:
        case 2:
            return expiring();
        case 3:
        case 4:
        case 5:
            return held();
        case 6:
        case 7:
            return captured();
        case 8:
            return released();
        default:
            return extended();
        }
    }

    std::mt19937_64 random_;
    std::string name_;
    stream_pools of_;
    std::vector<ledger::usage> used_;
    std::vector<ledger::hold> held_;
};

} // namespace tokenledger::test
