// A simple reference implementation of operations on accounts: what each does, and why it cannot. A refused
// one may leave anything behind: naive_requests.hpp restores what was there before.
#pragma once

#include "naive_ledger.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tokenledger::test {

struct naive_outcome {
    ledger::result result = ledger::result::ignored;
    ledger::reason reason = ledger::reason::none;
    ledger::refusal refusal = ledger::refusal::none;
    std::size_t item = 0;
    bool replayed = false;
    std::vector<naive_posting> posted{};
    std::int64_t uncovered = 0;
    std::optional<ledger::limit_reached> limit{};
    std::optional<ledger::hold_view> hold{};

    bool operator==(const naive_outcome&) const = default;
};

inline naive_outcome naive(const ledger::outcome& of) {
    naive_outcome made{.result = of.result,
                       .reason = of.reason,
                       .refusal = of.refusal,
                       .item = of.item,
                       .replayed = of.replayed,
                       .uncovered = of.uncovered,
                       .limit = of.limit,
                       .hold = of.hold};
    for (const ledger::posting& each : of.posted)
        made.posted.push_back({each.user_id, each.token_amount, each.balance_after});
    return made;
}

inline std::string in_words(const naive_outcome& of) {
    std::string text(to_string(of.result));
    for (const std::string_view each : {to_string(of.reason), to_string(of.refusal)})
        text += (each.empty() ? "" : " ") + std::string(each);
    text += of.replayed ? " replayed" : "";
    if (of.limit)
        text += " limit " + of.limit->member + " " + std::string(to_string(of.limit->per)) + " " +
                std::to_string(of.limit->left);
    text += of.uncovered != 0 ? " uncovered " + std::to_string(of.uncovered) : "";
    for (const naive_posting& each : of.posted)
        text += ", " + each.user + " " + std::to_string(each.tokens) + " " + std::to_string(each.balance);
    if (of.hold) {
        text += ", " + of.hold->hold_id + " " + std::string(to_string(of.hold->state));
        for (const std::int64_t each :
             {of.hold->held, of.hold->balance, of.hold->available, of.hold->expires_at_us})
            text += " " + std::to_string(each);
    }
    return text;
}

// The accounts that an operation names.
inline std::vector<std::string> named_by(const ledger::operation& what) {
    return std::visit(
        [](const auto& one) -> std::vector<std::string> {
            if constexpr (requires { one.from; })
                return {one.from, one.to};
            else if constexpr (requires { one.charge; })
                return one.charge > 0 ? std::vector{one.user_id} : std::vector<std::string>();
            else if constexpr (!ledger::event_action<std::remove_cvref_t<decltype(one)>>)
                return {one.user_id};
            else
                return {};
        },
        what);
}

class naive_operations : public naive_ledger {
  protected:
    // What was charged, less what was given back.
    struct charge {
        std::string member;
        std::int64_t tokens = 0;
        std::int64_t counted = 0;
        std::int64_t at_us = 0;
        naive_amounts from{};
    };
    using charges = std::map<std::pair<std::string, std::string>, charge>; // by user and request id
    std::map<std::tuple<std::string, std::string, ledger::limit_window>, std::int64_t> limits_;
    charges charges_;
    charges charges_of_command_; // not known to its other operations, but to their limits

    // The account is there, and was swept.
    [[nodiscard]] bool knows(const std::string& user) const { return balances.contains(user); }
    [[nodiscard]] std::int64_t available(const std::string& user) {
        return accounts[user].available(time_of(user));
    }

    ledger::refusal perform(const ledger::grant& what, naive_outcome&) {
        if (what.existing && !knows(what.user_id))
            return ledger::refusal::unknown_account;
        if (what.expires_at_us && *what.expires_at_us <= time_of(what.user_id))
            return ledger::refusal::expiry_in_past;
        if (what.expires_at_us || what.priority)
            accounts[what.user_id].credit(0, {{{.ends_us = what.expires_at_us,
                                                .priority = what.priority.value_or(50),
                                                .paid = what.source == ledger::grant_source::subscription},
                                               what.tokens}});
        else
            accounts[what.user_id].credit(what.tokens, {});
        note(what.user_id, what.tokens);
        return ledger::refusal::none;
    }

    ledger::refusal perform(const ledger::deduction& what, naive_outcome&) {
        naive_amounts from;
        return take_from(what.user_id, what.tokens, what.allow_negative, from);
    }

    // The receiver gets a pile for each that tokens came from.
    ledger::refusal perform(const ledger::transfer& what, naive_outcome&) {
        if (what.from == what.to)
            return ledger::refusal::same_account;
        if (!knows(what.to))
            return ledger::refusal::unknown_account;
        naive_amounts from;
        const ledger::refusal why = take_from(what.from, what.tokens, false, from);
        if (why != ledger::refusal::none)
            return why;
        std::vector<std::pair<naive_terms, std::int64_t>> expiring;
        for (const naive_pile* each : accounts[what.from].in_order()) {
            if (from[each->number] > 0)
                expiring.emplace_back(each->terms, from[each->number]);
        }
        accounts[what.to].credit(from[0], expiring);
        note(what.to, what.tokens);
        return ledger::refusal::none;
    }

    ledger::refusal perform(const ledger::member_limit& what, naive_outcome&) {
        return knows(what.user_id) ? ledger::refusal::none : ledger::refusal::unknown_account;
    }
    void set(const ledger::member_limit& what) {
        const std::tuple of{what.user_id, what.member, what.per};
        limits_.erase(of);
        if (what.tokens)
            limits_[of] = *what.tokens;
    }

    // What is used last returns first.
    ledger::refusal perform(const ledger::reversal& what, naive_outcome&) {
        if (!knows(what.user_id))
            return ledger::refusal::unknown_account;
        const std::pair id{what.user_id, what.request_id};
        const auto charged = charges_.find(id);
        if (charged == charges_.end())
            return ledger::refusal::unknown_usage;
        const std::int64_t back = what.tokens.value_or(charged->second.tokens);
        if (back == 0 || back > charged->second.tokens)
            return ledger::refusal::exceeds_charge;
        charges_of_command_[id] = charged->second;
        charges_of_command_[id].counted = -back;
        naive_amounts from = charged->second.from;
        naive_account& account = accounts[what.user_id];
        auto places = account.last_first(from);
        places.insert(places.begin(), {0, from[0]});
        account.give_back(back, places);
        note(what.user_id, back);
        return ledger::refusal::none;
    }

    ledger::refusal perform(const ledger::usage& what, naive_outcome& made) {
        charge& told = charges_of_command_[{what.user_id, what.request_id}];
        told = {.member = what.member, .at_us = now_us};
        if (what.charge == 0)
            return ledger::refusal::none;
        if (!knows(what.user_id))
            return ledger::refusal::unknown_account;
        std::int64_t charged = what.charge;
        if (what.overrun == ledger::overrun::to_zero)
            charged = at_most(what.charge, available(what.user_id));
        const ledger::refusal why =
            take_from(what.user_id, charged, what.overrun == ledger::overrun::allow_negative, told.from);
        if (why != ledger::refusal::none)
            return why;
        made.uncovered += what.charge - charged;
        if (charged > 0)
            made.limit = limit_below(what.user_id, what.member, charged);
        told.tokens = told.counted = charged;
        return made.limit ? ledger::refusal::member_limit : ledger::refusal::none;
    }

    // ---- Holds.
    ledger::refusal perform(const ledger::hold& what, naive_outcome& made) {
        if (!knows(what.user_id))
            return ledger::refusal::unknown_account;
        if (available(what.user_id) < what.tokens)
            return ledger::refusal::insufficient_balance;
        made.limit = limit_below(what.user_id, what.member, what.tokens);
        if (made.limit)
            return ledger::refusal::member_limit;
        const std::int64_t now = time_of(what.user_id);
        naive_hold of{.tokens = what.tokens,
                      .created_us = now,
                      .until_us = now + what.timeout_seconds.value_or(900) * 1'000'000,
                      .member = what.member};
        accounts[what.user_id].claim(of, what.tokens, now);
        accounts[what.user_id].holds[what.hold_id] = of;
        return ledger::refusal::none;
    }

    // Never for lack of tokens.
    ledger::refusal perform(const ledger::capture& what, naive_outcome& made) {
        if (const auto why = look_for_hold(what.user_id, what.hold_id); why != ledger::refusal::none)
            return why;
        naive_account& account = accounts[what.user_id];
        naive_hold& of = account.holds[what.hold_id];
        const std::int64_t now = time_of(what.user_id);
        const bool in_time = of.is_open(now);
        std::int64_t charged = what.tokens;
        if (!what.allow_negative)
            charged = at_most(what.tokens,
                              std::max<std::int64_t>(account.available(now), 0) + (in_time ? of.tokens : 0));
        made.uncovered += what.tokens - charged;
        charge& told = charges_of_command_[{what.user_id, what.hold_id}];
        told = {.member = what.member.empty() ? of.member : what.member,
                .tokens = charged,
                .counted = charged,
                .at_us = now_us};
        told.from = account.charge(charged, now, in_time ? &of : nullptr);
        of.end(ledger::hold_state::captured, now);
        if (charged > 0)
            note(what.user_id, -charged);
        return ledger::refusal::none;
    }

    ledger::refusal perform(const ledger::release& what, naive_outcome&) {
        const auto why = look_for_hold(what.user_id, what.hold_id);
        if (why == ledger::refusal::none)
            accounts[what.user_id].holds[what.hold_id].end(ledger::hold_state::released,
                                                           time_of(what.user_id));
        return why;
    }

    ledger::refusal perform(const ledger::extension& what, naive_outcome& made) {
        if (const auto why = look_for_hold(what.user_id, what.hold_id); why != ledger::refusal::none)
            return why;
        naive_account& account = accounts[what.user_id];
        naive_hold& of = account.holds[what.hold_id];
        const std::int64_t now = time_of(what.user_id);
        if (!of.is_open(now))
            return ledger::refusal::hold_expired;
        const std::int64_t tokens = what.tokens.value_or(of.tokens);
        if (tokens > of.tokens && account.available(now) < tokens - of.tokens)
            return ledger::refusal::insufficient_balance;
        made.limit = limit_below(what.user_id, of.member, tokens - of.tokens);
        if (made.limit)
            return ledger::refusal::member_limit;
        if (tokens > of.tokens)
            account.claim(of, tokens - of.tokens, now);
        else
            account.claim_only(of, tokens);
        of.tokens = tokens;
        of.until_us = std::max(now, of.created_us) + what.timeout_seconds * 1'000'000;
        return ledger::refusal::none;
    }

    // Whatever is over was posted before any command that names the account.
    ledger::refusal perform(const ledger::expire& what, naive_outcome&) {
        return knows(what.user_id) ? ledger::refusal::nothing_due : ledger::refusal::unknown_account;
    }

    [[nodiscard]] std::optional<ledger::hold_view> view_of_hold(const ledger::operation& what) {
        return std::visit(
            [&](const auto& one) -> std::optional<ledger::hold_view> {
                if constexpr (ledger::on_hold<std::remove_cvref_t<decltype(one)>>)
                    return view_of_hold(one.user_id, one.hold_id);
                else
                    return std::nullopt;
            },
            what);
    }

  private:
    static std::int64_t at_most(std::int64_t tokens, std::int64_t there) {
        return std::min(tokens, std::max<std::int64_t>(there, 0));
    }

    ledger::refusal take_from(const std::string& user, std::int64_t tokens, bool allow_negative,
                              naive_amounts& from) {
        if (!knows(user))
            return ledger::refusal::unknown_account;
        if (available(user) < tokens && !allow_negative && tokens > 0)
            return ledger::refusal::insufficient_balance;
        from = accounts[user].charge(tokens, time_of(user));
        if (tokens > 0)
            note(user, -tokens);
        return ledger::refusal::none;
    }

    ledger::refusal look_for_hold(const std::string& user, const std::string& id) {
        if (!knows(user))
            return ledger::refusal::unknown_account;
        const auto found = accounts[user].holds.find(id);
        if (found == accounts[user].holds.end())
            return ledger::refusal::unknown_hold;
        if (found->second.ended == ledger::hold_state::captured)
            return ledger::refusal::hold_captured;
        return found->second.ended == ledger::hold_state::released ? ledger::refusal::hold_released
                                                                   : ledger::refusal::none;
    }

    std::optional<ledger::hold_view> view_of_hold(const std::string& user, const std::string& id) {
        if (!knows(user) || !accounts[user].holds.contains(id))
            return std::nullopt;
        const naive_hold& of = accounts[user].holds[id];
        const std::int64_t now = time_of(user);
        return ledger::hold_view{.hold_id = id,
                                 .state = of.state(now),
                                 .held = of.is_open(now) ? of.tokens : 0,
                                 .balance = balances[user],
                                 .available = available(user),
                                 .expires_at_us = of.until_us};
    }

    // True if the window that ends now has the time in it.
    [[nodiscard]] bool is_in(ledger::limit_window window, std::int64_t at_us) const {
        if (window == ledger::limit_window::rolling)
            return at_us >= now_us - 24LL * 3600 * 1'000'000;
        const std::tm then = naive_calendar(at_us);
        const std::tm now = naive_calendar(now_us);
        const bool same_month = then.tm_year == now.tm_year && then.tm_mon == now.tm_mon;
        const bool same =
            same_month && (window == ledger::limit_window::month || then.tm_mday == now.tm_mday);
        return same || at_us > now_us; // of a clock that went back
    }

    // What open holds claim for the member counts, as if it was charged.
    [[nodiscard]] std::optional<ledger::limit_reached>
    limit_below(const std::string& user, const std::string& member, std::int64_t charged) const {
        using enum ledger::limit_window;
        std::optional<ledger::limit_reached> found;
        if (member.empty())
            return found;
        std::int64_t held = 0;
        for (const auto& [id, each] : accounts.at(user).holds)
            held += each.member == member && each.is_open(time_of(user)) ? each.tokens : 0;
        for (const ledger::limit_window window : {day, month, rolling}) {
            auto limit = limits_.find({user, member, window});
            if (limit == limits_.end())
                limit = limits_.find({user, "*", window});
            if (limit == limits_.end())
                continue;
            std::int64_t left = limit->second;
            for (const charges* each : {&charges_, &charges_of_command_}) {
                for (const auto& [id, one] : *each) {
                    const bool is_theirs = id.first == user && one.member == member;
                    if (is_theirs && is_in(window, one.at_us) && one.counted > 0)
                        left -= one.counted;
                }
            }
            left = std::max<std::int64_t>(left - held, 0);
            if (charged > left && (!found || left < found->left))
                found = {.member = member, .per = window, .tokens = limit->second, .left = left};
        }
        return found;
    }
};

} // namespace tokenledger::test
