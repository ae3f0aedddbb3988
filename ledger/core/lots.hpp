// What parts of an account's balance are to be used first, end by themselves, or are held.
//
//   balance = what never expires + the remaining tokens of the lots
//
// Only what expires, or has a priority of its own, is a lot; what never expires is one implicit lot, used
// last, and below zero it is the account's debt. An account without lots and holds has an empty `lots` and
// `holds` here and no rows in their tables.
//
// Invariants, for tokens of lots: 0 <= remaining <= tokens; a debt and a remaining token do not exist
// together. A hold reserves tokens of lots in the order of use: what is reserved does not expire while the
// hold is open, and no charge but the hold's own takes it while there is something else.
#pragma once

#include "ledger/command.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

struct lot_terms {
    std::optional<std::int64_t> expires_at_us{}; // usable before; nullopt: never expires
    std::int64_t priority = default_lot_priority;
    bool paid = false;
    std::string payment_intent_id{}; // of a lot that was bought

    bool operator==(const lot_terms&) const = default;
};

struct lot_state {
    std::int64_t lot = 0;      // its number within the account, from 1
    std::int64_t sequence = 0; // of the row that credited it
    lot_terms terms{};
    std::int64_t tokens = 0;    // credited
    std::int64_t remaining = 0; // of them
    std::int64_t refunded = 0;  // taken by refunds of its own payment, less what they gave back
    std::int64_t expired = 0;   // taken by its end

    [[nodiscard]] bool is_over(std::int64_t now_us) const {
        return terms.expires_at_us && *terms.expires_at_us <= now_us;
    }

    bool operator==(const lot_state&) const = default;
};

// Tokens of one lot: what a row adds to its remaining ones, or what a hold reserves.
struct lot_tokens {
    std::int64_t lot = 0;
    std::int64_t tokens = 0;

    bool operator==(const lot_tokens&) const = default;
};

// What a usage was charged.
struct charge_state {
    std::int64_t tokens = 0;        // >= 0
    std::string member{};           // empty: not given
    std::int64_t created_at_us = 0; // of the usage; 0: it is of this batch
    std::vector<lot_tokens> from{}; // of `tokens`, those of lots, in the order of use

    bool operator==(const charge_state&) const = default;
};

struct held_tokens {
    std::int64_t tokens = 0; // > 0
    std::int64_t created_at_us = 0;
    std::int64_t expires_at_us = 0;      // held before
    std::vector<lot_tokens> reserved{};  // of `tokens`, in the order of use; the rest never expires
    hold_state ended = hold_state::open; // open, captured or released: a time-out is no end
    std::int64_t ended_at_us = 0;
    std::int64_t actor = 0;
    std::string action_type{};
    std::string model_used{};
    std::string member{};

    [[nodiscard]] bool is_open(std::int64_t now_us) const {
        return ended == hold_state::open && now_us < expires_at_us;
    }
    [[nodiscard]] hold_state state(std::int64_t now_us) const;

    bool operator==(const held_tokens&) const = default;
};

struct account_lots {
    std::vector<lot_state> lots{}; // in the order of use
    std::map<std::string, held_tokens, std::less<>> holds{};
    std::int64_t last_lot = 0; // the highest number that was given

    [[nodiscard]] bool empty() const { return last_lot == 0 && holds.empty(); }
    [[nodiscard]] lot_state* find(std::int64_t lot);
    [[nodiscard]] const lot_state* find(std::int64_t lot) const;
    [[nodiscard]] const lot_state* of_payment(std::string_view payment_intent_id) const;
    // Opens a lot. `remaining`: what is left of its tokens after they repaid a debt.
    lot_state& open(std::int64_t sequence, lot_terms terms, std::int64_t tokens, std::int64_t remaining);

    bool operator==(const account_lots&) const = default;
};

// Priority, then the earlier end, then what was not paid for, then the older one.
[[nodiscard]] bool is_used_before(const lot_state& one, const lot_state& other);

// The tokens of open holds.
[[nodiscard]] std::int64_t held(const account_lots& of, std::int64_t now_us);
// Of one lot, by open holds; at most its remaining tokens.
[[nodiscard]] std::int64_t reserved(const account_lots& of, const lot_state& lot, std::int64_t now_us);
// What a charge may take: the balance, less what is held, less what of the lots has expired. May be below
// zero.
[[nodiscard]] std::int64_t available(const account_lots& of, std::int64_t balance, std::int64_t now_us);
// Remaining tokens of all lots.
[[nodiscard]] std::int64_t in_lots(const account_lots& of);

// ---- What a row does to the lots: tokens that it adds to each, negative where it takes. The rest of the row
// is of what never expires. Tokens to take are positive here.

// In the order of use, what is not held before what is; then a debt.
[[nodiscard]] std::vector<lot_tokens> to_use(const account_lots& of, std::int64_t balance,
                                             std::int64_t tokens, std::int64_t now_us);
// What the hold has reserved first. Precondition: the hold is open.
[[nodiscard]] std::vector<lot_tokens> to_capture(const account_lots& of, std::int64_t balance,
                                                 std::string_view hold_id, std::int64_t tokens,
                                                 std::int64_t now_us);
// Of a refund: the lot of its payment first (null: what never expires), then in the order of use.
[[nodiscard]] std::vector<lot_tokens> to_take_back(const account_lots& of, std::int64_t balance,
                                                   const lot_state* own, std::int64_t tokens,
                                                   std::int64_t now_us);
// Gives `tokens` back to the lots that they came from, in the order of `from`; a debt is repaid first, and
// the rest never expires. What returns to a lot that is over expires at once: due() says so.
[[nodiscard]] std::vector<lot_tokens> to_give_back(const account_lots& of, std::int64_t balance,
                                                   const std::vector<lot_tokens>& from, std::int64_t tokens);

// The same tokens, those of the lot that is used last first.
[[nodiscard]] std::vector<lot_tokens> used_last_first(const account_lots& of, std::vector<lot_tokens> list);
// The same for a part of a charge: what never expires is used last and returns first, then the last lot.
[[nodiscard]] std::vector<lot_tokens> to_reverse(const account_lots& of, std::int64_t balance,
                                                 const charge_state& charge, std::int64_t tokens);

// Of the tokens that a hold sets aside, those of lots. Precondition: they are available.
[[nodiscard]] std::vector<lot_tokens> to_reserve(const account_lots& of, std::int64_t tokens,
                                                 std::int64_t now_us);

// `tokens` more, or no more than `tokens` in all.
void reserve_more(const account_lots& of, std::int64_t tokens, std::int64_t now_us,
                  std::vector<lot_tokens>& reserved);
void reserve_less(std::int64_t tokens, std::vector<lot_tokens>& reserved);

// The end of a lifetime that begins at this time; nullopt: it never ends.
[[nodiscard]] std::optional<std::int64_t> end_of(const lifetime& of, std::int64_t from_us);

// What a payment had lost in tokens when they moved last, and what it was to lose then by what Stripe said.
struct taken_before {
    std::int64_t taken = 0;
    std::int64_t by_stripe = 0;
};
// What it has lost, given what it is to lose by what Stripe says now: what its lot lost by its end is not
// taken again, what would return to a lot that is over is not given back, and no more is given back than
// Stripe took less.
[[nodiscard]] std::int64_t taken_with(const lot_state* lot, std::int64_t taken, const taken_before& before,
                                      std::int64_t now_us);

} // namespace tokenledger::ledger
