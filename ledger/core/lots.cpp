// The order of use, and what each kind of row takes from which lot.
#include "core/lots.hpp"

#include "core/dispute_loss.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <tuple>
#include <utility>

namespace tokenledger::ledger {

namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

auto rank(const lot_state& of) {
    return std::tuple(of.terms.priority, of.terms.expires_at_us.value_or(never), of.terms.paid, of.lot);
}

// Takes tokens step by step, and remembers from which lots.
class taker {
  public:
    taker(const account_lots& of, std::int64_t balance, std::int64_t tokens, std::int64_t now_us)
        : of_(of),
          now_us_(now_us),
          left_(tokens),
          never_expires_(balance - in_lots(of)) {}

    void from_lot(const lot_state& lot, std::int64_t most) {
        const std::int64_t tokens = std::min({most, left_, lot.remaining - taken_from(lot.lot)});
        if (tokens <= 0)
            return;
        left_ -= tokens;
        const auto known = std::ranges::find(taken_, lot.lot, &lot_tokens::lot);
        if (known != taken_.end())
            known->tokens -= tokens;
        else
            taken_.push_back({lot.lot, -tokens});
    }

    // `except`: the hold whose reservation may be taken; null: none.
    void in_order(const held_tokens* except = nullptr) {
        for (const lot_state& lot : of_.lots) {
            std::int64_t kept = reserved(of_, lot, now_us_);
            if (except != nullptr)
                kept = std::max<std::int64_t>(kept - tokens_of(except->reserved, lot.lot), 0);
            from_lot(lot, lot.remaining - taken_from(lot.lot) - kept);
        }
    }

    void from_what_never_expires(std::int64_t most) {
        const std::int64_t tokens = std::min({most, left_, std::max<std::int64_t>(never_expires_, 0)});
        never_expires_ -= tokens;
        left_ -= tokens;
    }

    // What is held as well; the rest becomes a debt.
    std::vector<lot_tokens> rest() && {
        from_what_never_expires(never);
        for (const lot_state& lot : of_.lots)
            from_lot(lot, never);
        return std::move(taken_);
    }

    static std::int64_t tokens_of(const std::vector<lot_tokens>& list, std::int64_t lot) {
        const auto found = std::ranges::find(list, lot, &lot_tokens::lot);
        return found != list.end() ? found->tokens : 0;
    }

  private:
    [[nodiscard]] std::int64_t taken_from(std::int64_t lot) const { return -tokens_of(taken_, lot); }

    const account_lots& of_;
    std::int64_t now_us_;
    std::int64_t left_;
    std::int64_t never_expires_;
    std::vector<lot_tokens> taken_;
};

} // namespace

hold_state held_tokens::state(std::int64_t now_us) const {
    if (ended == hold_state::captured && ended_at_us >= expires_at_us)
        return hold_state::expired;
    if (ended != hold_state::open)
        return ended;
    return now_us < expires_at_us ? hold_state::open : hold_state::expired;
}

lot_state* account_lots::find(std::int64_t lot) {
    const auto found = std::ranges::find(lots, lot, &lot_state::lot);
    return found != lots.end() ? &*found : nullptr;
}

const lot_state* account_lots::find(std::int64_t lot) const {
    const auto found = std::ranges::find(lots, lot, &lot_state::lot);
    return found != lots.end() ? &*found : nullptr;
}

const lot_state* account_lots::of_payment(std::string_view payment_intent_id) const {
    const auto found = std::ranges::find_if(
        lots, [&](const lot_state& lot) { return lot.terms.payment_intent_id == payment_intent_id; });
    return found != lots.end() ? &*found : nullptr;
}

lot_state& account_lots::open(std::int64_t sequence, lot_terms terms, std::int64_t tokens,
                              std::int64_t remaining) {
    lot_state made{.lot = ++last_lot,
                   .sequence = sequence,
                   .terms = std::move(terms),
                   .tokens = tokens,
                   .remaining = remaining};
    return *lots.insert(std::ranges::upper_bound(lots, made, is_used_before), std::move(made));
}

bool is_used_before(const lot_state& one, const lot_state& other) {
    return rank(one) < rank(other);
}

std::int64_t held(const account_lots& of, std::int64_t now_us) {
    std::int64_t sum = 0;
    for (const auto& [id, hold] : of.holds)
        sum += hold.is_open(now_us) ? hold.tokens : 0;
    return sum;
}

std::int64_t reserved(const account_lots& of, const lot_state& lot, std::int64_t now_us) {
    std::int64_t sum = 0;
    for (const auto& [id, hold] : of.holds)
        sum += hold.is_open(now_us) ? taker::tokens_of(hold.reserved, lot.lot) : 0;
    return std::min(sum, lot.remaining);
}

std::int64_t available(const account_lots& of, std::int64_t balance, std::int64_t now_us) {
    wide left = wide{balance} - held(of, now_us);
    for (const lot_state& lot : of.lots)
        left -= lot.is_over(now_us) ? lot.remaining - reserved(of, lot, now_us) : 0;
    return static_cast<std::int64_t>(std::max<wide>(left, std::numeric_limits<std::int64_t>::min()));
}

std::int64_t in_lots(const account_lots& of) {
    std::int64_t sum = 0;
    for (const lot_state& lot : of.lots)
        sum += lot.remaining;
    return sum;
}

std::vector<lot_tokens> to_use(const account_lots& of, std::int64_t balance, std::int64_t tokens,
                               std::int64_t now_us) {
    taker take(of, balance, tokens, now_us);
    take.in_order();
    return std::move(take).rest();
}

std::vector<lot_tokens> to_capture(const account_lots& of, std::int64_t balance, std::string_view hold_id,
                                   std::int64_t tokens, std::int64_t now_us) {
    const held_tokens& hold = of.holds.find(hold_id)->second;
    taker take(of, balance, tokens, now_us);
    std::int64_t of_lots = 0;
    for (const lot_tokens& each : hold.reserved) {
        of_lots += each.tokens;
        if (const lot_state* lot = of.find(each.lot))
            take.from_lot(*lot, each.tokens);
    }
    take.from_what_never_expires(hold.tokens - of_lots);
    take.in_order(&hold);
    return std::move(take).rest();
}

std::vector<lot_tokens> to_take_back(const account_lots& of, std::int64_t balance, const lot_state* own,
                                     std::int64_t tokens, std::int64_t now_us) {
    taker take(of, balance, tokens, now_us);
    if (own != nullptr)
        take.from_lot(*own, never);
    else
        take.from_what_never_expires(never);
    for (const lot_state& lot : of.lots)
        take.from_lot(lot, never); // a hold does not stop a refund
    return std::move(take).rest();
}

std::vector<lot_tokens> to_give_back(const account_lots& of, std::int64_t balance,
                                     const std::vector<lot_tokens>& from, std::int64_t tokens) {
    const std::int64_t debt = std::max<std::int64_t>(in_lots(of) - balance, 0);
    std::int64_t left = tokens - std::min(debt, tokens);
    std::vector<lot_tokens> given;
    for (const lot_tokens& each : from) {
        const lot_state* lot = of.find(each.lot);
        if (lot == nullptr)
            continue;
        const std::int64_t back = std::min({left, each.tokens, lot->tokens - lot->remaining});
        if (back <= 0)
            continue;
        left -= back;
        given.push_back({each.lot, back});
    }
    return given;
}

std::vector<lot_tokens> used_last_first(const account_lots& of, std::vector<lot_tokens> list) {
    const auto place = [&](const lot_tokens& each) {
        return std::ranges::find(of.lots, each.lot, &lot_state::lot) - of.lots.begin();
    };
    std::ranges::sort(list, std::ranges::greater(), place);
    return list;
}

std::vector<lot_tokens> to_reserve(const account_lots& of, std::int64_t tokens, std::int64_t now_us) {
    std::vector<lot_tokens> made;
    for (const lot_state& lot : of.lots) {
        if (lot.is_over(now_us))
            continue;
        const std::int64_t each = std::min(tokens, lot.remaining - reserved(of, lot, now_us));
        if (each <= 0)
            continue;
        tokens -= each;
        made.push_back({lot.lot, each});
    }
    return made;
}

std::vector<lot_tokens> to_reverse(const account_lots& of, std::int64_t balance, const charge_state& charge,
                                   std::int64_t tokens) {
    const std::vector<lot_tokens> from = used_last_first(of, charge.from);
    std::int64_t of_lots = 0;
    for (const lot_tokens& each : charge.from)
        of_lots += each.tokens;
    return to_give_back(of, balance, from, std::max<std::int64_t>(tokens - (charge.tokens - of_lots), 0));
}

void reserve_more(const account_lots& of, std::int64_t tokens, std::int64_t now_us,
                  std::vector<lot_tokens>& reserved) {
    for (const lot_tokens& each : to_reserve(of, tokens, now_us)) {
        const auto known = std::ranges::find(reserved, each.lot, &lot_tokens::lot);
        if (known != reserved.end())
            known->tokens += each.tokens;
        else
            reserved.push_back(each);
    }
    // A lot of which nothing is left comes last: it may not have been read.
    std::ranges::sort(reserved, {}, [&](const lot_tokens& each) {
        auto place = std::ranges::find(of.lots, each.lot, &lot_state::lot);
        if (place != of.lots.end() && place->remaining == 0)
            place = of.lots.end();
        return std::pair(place - of.lots.begin(), each.lot);
    });
}

void reserve_less(std::int64_t tokens, std::vector<lot_tokens>& reserved) {
    for (lot_tokens& each : reserved) {
        each.tokens = std::min(each.tokens, tokens);
        tokens -= each.tokens;
    }
    std::erase_if(reserved, [](const lot_tokens& each) { return each.tokens == 0; });
}

std::optional<std::int64_t> end_of(const lifetime& of, std::int64_t from_us) {
    using namespace std::chrono;
    if (of == lifetime{})
        return std::nullopt;
    const sys_time<microseconds> from{microseconds(from_us)};
    const sys_days day = floor<days>(from);
    const year_month_day date(day);
    year_month_day end = date + years(of.years);
    if (!end.ok())
        end = end.year() / end.month() / last; // 29 February
    return (sys_days(end) + days(of.days) + (from - day)).time_since_epoch().count();
}

std::int64_t taken_with(const lot_state* lot, std::int64_t taken, const taken_before& before,
                        std::int64_t now_us) {
    if (lot == nullptr || !lot->is_over(now_us))
        return taken;
    const std::int64_t stays = std::min(lot->refunded, before.taken); // more where a debt got some of it back
    // A reversal may have made more expire since.
    const std::int64_t least = before.taken - std::max<std::int64_t>(before.by_stripe - taken, 0);
    return std::max({taken - lot->expired, stays, least});
}

} // namespace tokenledger::ledger
