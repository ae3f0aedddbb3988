// A simple reference implementation of lots and holds: an account is what never expires, a list of piles, and
// holds that name the piles they claim. Tokens move one at a time.
#pragma once

#include "ledger/outcome.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tokenledger::test {

struct naive_terms {
    std::optional<std::int64_t> ends_us{}; // can be used before
    std::int64_t priority = 50;
    bool paid = false;
};

struct naive_pile {
    std::size_t number = 0; // within the account, by age; 0: what never expires
    naive_terms terms{};
    std::int64_t left = 0;
    std::int64_t refunded = 0; // by refunds of the payment that bought it, less what they gave back to it
    std::int64_t expired = 0;

    [[nodiscard]] bool is_over(std::int64_t at_us) const { return terms.ends_us && *terms.ends_us <= at_us; }
};

using naive_amounts = std::map<std::size_t, std::int64_t>; // by number of a pile

inline std::int64_t sum_of(const naive_amounts& all) {
    std::int64_t sum = 0;
    for (const auto& [number, tokens] : all)
        sum += tokens;
    return sum;
}

struct naive_claim {
    std::size_t number = 0; // of a pile
    std::int64_t tokens = 0;

    bool operator==(const naive_claim&) const = default;
};

struct naive_hold {
    std::int64_t tokens = 0;
    std::int64_t created_us = 0;
    std::int64_t until_us = 0; // its time-out
    std::int64_t ended_us = 0;
    ledger::hold_state ended = ledger::hold_state::open;
    std::vector<naive_claim> claims{}; // in the order of a capture; the rest of the tokens never expires
    std::string member{};

    [[nodiscard]] bool is_open(std::int64_t now_us) const {
        return ended == ledger::hold_state::open && now_us < until_us;
    }
    void end(ledger::hold_state how, std::int64_t now_us) {
        ended = how;
        ended_us = now_us;
    }
    [[nodiscard]] ledger::hold_state state(std::int64_t now_us) const {
        using enum ledger::hold_state;
        const std::int64_t looked_us =
            ended == captured ? ended_us : now_us; // a late capture leaves it expired
        if (ended == released)
            return released;
        return looked_us >= until_us ? expired : ended;
    }
};

// Tokens of a pile that could no longer be used from a time on.
struct naive_end {
    std::size_t number = 0;
    std::int64_t tokens = 0;
    std::int64_t at_us = 0;
};

class naive_account {
  public:
    std::int64_t never_expires = 0; // below zero: a debt
    std::vector<naive_pile> piles;  // by age
    std::map<std::string, naive_hold> holds;
    std::int64_t last_row_us = 0;
    std::int64_t rows = 0;

    [[nodiscard]] naive_pile& pile(std::size_t number) { return piles.at(number - 1); }
    [[nodiscard]] std::int64_t balance() const {
        std::int64_t sum = never_expires;
        for (const naive_pile& each : piles)
            sum += each.left;
        return sum;
    }
    [[nodiscard]] std::int64_t held(std::int64_t now_us) const {
        std::int64_t sum = 0;
        for (const auto& [id, each] : holds)
            sum += each.is_open(now_us) ? each.tokens : 0;
        return sum;
    }
    // What is over counts as far as a hold claims it.
    [[nodiscard]] std::int64_t available(std::int64_t now_us) const {
        std::int64_t sum = never_expires - held(now_us);
        naive_amounts claimed = claims(now_us);
        for (const naive_pile& each : piles)
            sum += each.is_over(now_us) ? std::min(each.left, claimed[each.number]) : each.left;
        return sum;
    }

    // Adds tokens that never expire, then the others; each repays a debt while there is one.
    void credit(std::int64_t tokens, const std::vector<std::pair<naive_terms, std::int64_t>>& expiring) {
        never_expires += tokens;
        for (const auto& [terms, count] : expiring) {
            naive_pile& made = piles.emplace_back(naive_pile{.number = piles.size() + 1, .terms = terms});
            for (std::int64_t token = 0; token < count; ++token)
                ++(never_expires < 0 ? never_expires : made.left);
        }
    }

    // `by`: the open hold that a capture ends; null: none.
    naive_amounts charge(std::int64_t tokens, std::int64_t now_us, const naive_hold* by = nullptr) {
        std::vector<naive_claim> own = by != nullptr ? by->claims : std::vector<naive_claim>();
        std::int64_t own_rest = by != nullptr ? by->tokens : 0;
        for (const naive_claim& each : own)
            own_rest -= each.tokens;
        naive_amounts claimed = claims(now_us, by);
        const std::vector<naive_pile*> ordered = in_order();
        const auto can_take = [&](const naive_claim& each) {
            return each.tokens > 0 && pile(each.number).left > 0;
        };
        const auto is_free = [&](const naive_pile* each) { return each->left > claimed[each->number]; };
        naive_amounts taken;
        for (; tokens > 0; --tokens) {
            const auto claim = std::ranges::find_if(own, can_take);
            if (claim != own.end()) {
                --claim->tokens;
                take_one(&pile(claim->number), taken);
            } else if (own_rest > 0 && never_expires > 0) {
                --own_rest;
                take_one(nullptr, taken);
            } else {
                auto from = std::ranges::find_if(ordered, is_free);
                if (from == ordered.end() && never_expires <= 0)
                    from = std::ranges::find_if(ordered, has_some);
                take_one(from == ordered.end() ? nullptr : *from, taken);
            }
        }
        return taken;
    }

    // For a refund; holds do not matter. `own`: the pile of its payment; 0: its tokens never expire.
    naive_amounts take_back(std::size_t own, std::int64_t tokens) {
        const std::vector<naive_pile*> ordered = in_order();
        naive_amounts taken;
        for (; tokens > 0; --tokens) {
            naive_pile* from = nullptr;
            if (own != 0 && pile(own).left > 0)
                from = &pile(own);
            else if (own != 0 || never_expires <= 0)
                from = first_with_some(ordered);
            take_one(from, taken);
        }
        return taken;
    }

    // A debt first. Then each place gets at most so many as stand beside it; what is left never expires.
    naive_amounts give_back(std::int64_t tokens, std::vector<std::pair<std::size_t, std::int64_t>> places) {
        naive_amounts given;
        for (; tokens > 0; --tokens) {
            const auto to = std::ranges::find_if(places, [](const auto& each) { return each.second > 0; });
            if (never_expires < 0 || to == places.end()) {
                ++never_expires;
                continue;
            }
            --to->second;
            ++given[to->first];
            ++(to->first == 0 ? never_expires : pile(to->first).left);
        }
        return given;
    }

    // What of them is in piles, as places to give back to: those that are used last first.
    [[nodiscard]] std::vector<std::pair<std::size_t, std::int64_t>> last_first(const naive_amounts& taken) {
        std::vector<std::pair<std::size_t, std::int64_t>> places;
        for (const naive_pile* each : in_order()) {
            if (const auto found = taken.find(each->number); found != taken.end())
                places.insert(places.begin(), *found);
        }
        return places;
    }

    // Claims so many more tokens, in the order of use. What is over cannot be claimed. A claim of which
    // nothing is left comes last.
    void claim(naive_hold& by, std::int64_t tokens, std::int64_t now_us) {
        naive_amounts claimed = claims(now_us);
        const std::vector<naive_pile*> ordered = in_order();
        for (; tokens > 0; --tokens) {
            const auto from = std::ranges::find_if(ordered, [&](const naive_pile* each) {
                return !each->is_over(now_us) && each->left > claimed[each->number];
            });
            if (from == ordered.end())
                break;
            const std::size_t number = (*from)->number;
            ++claimed[number];
            if (std::ranges::find(by.claims, number, &naive_claim::number) == by.claims.end())
                by.claims.push_back({.number = number});
            ++std::ranges::find(by.claims, number, &naive_claim::number)->tokens;
        }
        std::vector<naive_claim> sorted;
        for (const naive_pile* each : ordered) {
            const auto found = std::ranges::find(by.claims, each->number, &naive_claim::number);
            if (found != by.claims.end() && each->left > 0)
                sorted.push_back(*found);
        }
        for (const naive_pile& each : piles) {
            const auto found = std::ranges::find(by.claims, each.number, &naive_claim::number);
            if (found != by.claims.end() && each.left == 0)
                sorted.push_back(*found);
        }
        by.claims = sorted;
    }
    // No more than so many tokens: the first of them.
    static void claim_only(naive_hold& by, std::int64_t tokens) {
        std::vector<naive_claim> kept;
        for (const naive_claim& each : by.claims) {
            if (tokens > 0)
                kept.push_back({each.number, std::min(each.tokens, tokens)});
            tokens -= each.tokens;
        }
        by.claims = kept;
    }

    // Takes what is over, without what was claimed at the time: moment by moment.
    std::vector<naive_end> end_what_is_over(std::int64_t now_us) {
        std::vector<naive_end> ends;
        for (const std::int64_t moment : moments()) {
            if (moment <= now_us)
                end_at(moment, ends);
        }
        return ends;
    }

    // After a command: takes what it returned to a pile that is over, or what no hold claims there any
    // longer.
    std::vector<naive_end> end_what_returned(std::int64_t now_us) {
        std::vector<naive_end> ends;
        end_at(now_us, ends);
        return ends;
    }

    // When something ends by itself if nothing else happens.
    [[nodiscard]] std::optional<std::int64_t> next_end(std::int64_t now_us) const {
        naive_account trial = *this;
        std::vector<naive_end> ends;
        for (const std::int64_t moment : moments()) {
            trial.end_at(moment, ends);
            if (!ends.empty())
                return std::max(moment, now_us);
        }
        return std::nullopt;
    }

    std::vector<naive_pile*> in_order() {
        std::vector<naive_pile*> ordered;
        for (naive_pile& each : piles)
            ordered.push_back(&each);
        const auto rank = [](const naive_pile* of) {
            const std::int64_t end = of->terms.ends_us.value_or(std::numeric_limits<std::int64_t>::max());
            return std::tuple(of->terms.priority, end, of->terms.paid, of->number);
        };
        std::ranges::sort(ordered, {}, rank);
        return ordered;
    }

  private:
    static bool has_some(const naive_pile* of) { return of->left > 0; }
    static naive_pile* first_with_some(const std::vector<naive_pile*>& ordered) {
        const auto found = std::ranges::find_if(ordered, has_some);
        return found != ordered.end() ? *found : nullptr;
    }
    void take_one(naive_pile* from, naive_amounts& taken) {
        --(from != nullptr ? from->left : never_expires);
        ++taken[from != nullptr ? from->number : 0];
    }

    void end_at(std::int64_t moment, std::vector<naive_end>& ends) {
        naive_amounts claimed = claims(moment);
        for (naive_pile* each : in_order()) {
            const std::int64_t kept = claimed[each->number];
            if (!each->is_over(moment) || each->left <= kept)
                continue;
            ends.push_back({.number = each->number, .tokens = each->left - kept, .at_us = moment});
            each->expired += each->left - kept;
            each->left = kept;
        }
    }

    // Of open holds.
    [[nodiscard]] naive_amounts claims(std::int64_t now_us, const naive_hold* except = nullptr) const {
        naive_amounts all;
        for (const auto& [id, each] : holds) {
            if (!each.is_open(now_us) || &each == except)
                continue;
            for (const naive_claim& claim : each.claims)
                all[claim.number] += claim.tokens;
        }
        return all;
    }

    [[nodiscard]] std::set<std::int64_t> moments() const {
        std::set<std::int64_t> all;
        for (const naive_pile& each : piles) {
            if (each.terms.ends_us && each.left > 0)
                all.insert(*each.terms.ends_us);
        }
        if (all.empty())
            return all;
        for (const auto& [id, each] : holds)
            all.insert(each.until_us);
        return all;
    }
};

} // namespace tokenledger::test
