// The moments of an account: ends of lots, and ends of the holds that reserve of them.
#include "core/due.hpp"

#include <algorithm>
#include <set>

namespace tokenledger::ledger {

namespace {

bool reserves_of(const held_tokens& hold, std::int64_t lot) {
    return hold.ended == hold_state::open &&
           std::ranges::any_of(hold.reserved, [&](const lot_tokens& each) { return each.lot == lot; });
}

// When something of these lots may expire, by `last_us`.
std::set<std::int64_t> moments_until(const account_lots& of, std::int64_t last_us) {
    std::set<std::int64_t> moments;
    for (const lot_state& lot : of.lots) {
        if (lot.remaining == 0 || !lot.terms.expires_at_us || *lot.terms.expires_at_us > last_us)
            continue;
        moments.insert(*lot.terms.expires_at_us);
        for (const auto& [id, hold] : of.holds) {
            const std::int64_t end = hold.expires_at_us;
            if (reserves_of(hold, lot.lot) && end > *lot.terms.expires_at_us && end <= last_us)
                moments.insert(end);
        }
    }
    return moments;
}

std::int64_t reserved_then(const account_lots& of, const lot_state& lot, std::int64_t at_us) {
    std::int64_t sum = 0;
    for (const auto& [id, hold] : of.holds) {
        for (const lot_tokens& each : hold.reserved)
            sum += each.lot == lot.lot && hold.is_open(at_us) ? each.tokens : 0;
    }
    return sum;
}

} // namespace

std::vector<due_expiry> due(const account_lots& of, std::int64_t now_us) {
    std::vector<due_expiry> rows;
    account_lots left = of;
    for (const std::int64_t moment : moments_until(of, now_us)) {
        for (lot_state& lot : left.lots) {
            if (!lot.terms.expires_at_us || *lot.terms.expires_at_us > moment)
                continue;
            const std::int64_t tokens = lot.remaining - reserved_then(of, lot, moment);
            if (tokens <= 0)
                continue;
            lot.remaining -= tokens;
            rows.push_back({.lot = lot.lot, .tokens = tokens, .effective_at_us = moment});
        }
    }
    return rows;
}

std::vector<due_expiry> returned(const account_lots& of, std::int64_t now_us) {
    std::vector<due_expiry> rows;
    for (const lot_state& lot : of.lots) {
        const std::int64_t tokens = lot.is_over(now_us) ? lot.remaining - reserved(of, lot, now_us) : 0;
        if (tokens > 0)
            rows.push_back({.lot = lot.lot, .tokens = tokens, .effective_at_us = now_us});
    }
    return rows;
}

std::optional<std::int64_t> next_due(const account_lots& of, std::int64_t now_us) {
    std::optional<std::int64_t> next;
    const auto add = [&](std::int64_t moment) { next = std::min(next.value_or(moment), moment); };
    for (const lot_state& lot : of.lots) {
        if (lot.remaining == 0 || !lot.terms.expires_at_us)
            continue;
        if (*lot.terms.expires_at_us > now_us) {
            add(*lot.terms.expires_at_us);
            continue;
        }
        for (const auto& [id, hold] : of.holds) {
            if (hold.is_open(now_us) && reserves_of(hold, lot.lot))
                add(hold.expires_at_us);
        }
    }
    return next;
}

} // namespace tokenledger::ledger
