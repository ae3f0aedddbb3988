// What an operation of a request does, and why it cannot: said once, for the batch and for a trial of it.
#pragma once

#include "core/batch_ledger.hpp"
#include "core/chain.hpp"
#include "core/dispute_loss.hpp"
#include "core/operations.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

// Copies of accounts, on which a request of several rows is tried: nothing undoes a row in the batch.
class trial {
  public:
    explicit trial(const batch_ledger& work) : work_(work) {}

    [[nodiscard]] std::int64_t clock_us() const { return work_.clock_us(); }
    [[nodiscard]] std::optional<charge_state> charge(const usage_id& of) const { return work_.charge(of); }

    // Null: the batch did not lock it.
    const account_state* account(std::string_view user_id) {
        const auto at = accounts_.find(user_id);
        if (at != accounts_.end())
            return &at->second;
        const account_state* known = work_.account(user_id);
        return known != nullptr ? &accounts_.emplace(user_id, *known).first->second : nullptr;
    }

    posting post(transaction_row row, std::span<const new_lot> opens = {}) {
        append(accounts_.find(row.user_id)->second, row, opens, clock_us());
        return {};
    }

    std::vector<posting> post_due(std::string_view user_id) {
        const account_state& of = accounts_.find(user_id)->second;
        for (const due_expiry& each : due(of.lots, of.now(clock_us())))
            post(row_of(std::string(user_id), each));
        return {};
    }

    std::vector<posting> post_returned(std::string_view user_id) {
        const account_state& of = accounts_.find(user_id)->second;
        for (const due_expiry& each : returned(of.lots, of.now(clock_us())))
            post(row_of(std::string(user_id), each));
        return {};
    }

    void set_hold(std::string_view user_id, std::string_view hold_id, held_tokens state) {
        accounts_.find(user_id)->second.lots.holds.insert_or_assign(std::string(hold_id), std::move(state));
    }

  private:
    const batch_ledger& work_;
    std::map<std::string_view, account_state, std::less<>> accounts_;
};

// What the operations checked so far charge members, beside what is posted. A command that is replayed was
// within its limits at its own time.
class trial_spending {
  public:
    trial_spending(const member_spending& known, const admin_command& what)
        : known_(known),
          is_replayed_(what.replayed_at_us != 0) {}

    // The limit below so many tokens of the balance more, beside those that are held for the member; nullopt:
    // none.
    std::optional<limit_reached> check(const member_id& by, std::int64_t tokens, std::int64_t held) {
        return counts(by) ? known_.reached(by, tokens, sum_of(charged_[by], held)) : std::nullopt;
    }

    void charge(const member_id& by, std::int64_t tokens) {
        if (counts(by))
            charged_[by] = sum_of(charged_[by], tokens);
    }

  private:
    [[nodiscard]] bool counts(const member_id& by) const {
        return !is_replayed_ && !known_.limits.empty() && !by.member.empty();
    }
    static std::int64_t sum_of(std::int64_t one, std::int64_t other) {
        std::int64_t sum = 0;
        return __builtin_add_overflow(one, other, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
    }

    const member_spending& known_;
    bool is_replayed_;
    std::map<member_id, std::int64_t> charged_;
};

inline transaction_row row_for(const operation_terms& what, const movement& of, const admin_command& from) {
    transaction_row row;
    row.user_id = of.user_id;
    row.type = what.type;
    row.source = what.source;
    row.reason = what.reason;
    row.reference = what.reference;
    row.metadata = what.metadata;
    row.idempotency_key = from.idempotency_key;
    row.actor = from.actor;
    for (const movement& other : what.movements) {
        if (&other != &of)
            row.counterparty = other.user_id;
    }
    if (what.used != nullptr)
        row.usage_request_id = what.used->request_id;
    if (what.reverses != nullptr)
        row.usage_request_id = what.reverses->request_id;
    if (what.captures != nullptr)
        row.usage_request_id = what.captures->hold_id;
    return row;
}

// What an operation did.
struct performed {
    std::vector<posting> posted{};
    std::int64_t charged = 0;   // tokens of the balance
    std::int64_t uncovered = 0; // tokens of a charge that were not there
    std::optional<std::int64_t> deduction_sequence{};
    std::optional<limit_reached> limit{}; // of refusal::member_limit
};

// Checks an operation and posts its rows, to the batch or to a trial. An operation of one row is checked
// before anything of it is posted.
template <class Ledger>
class performance {
  public:
    // `spending`: null where the operations were tried before.
    performance(Ledger& on, const admin_command& from, trial_spending* spending)
        : on_(on),
          command_(from),
          spending_(spending),
          is_replayed_(from.replayed_at_us != 0) {}

    refusal perform(operation_terms what, performed& made) {
        refusal why = check_accounts(what);
        if (why == refusal::none)
            why = look_up_charge(what);
        if (why == refusal::none)
            why = look_up_hold(what);
        if (why == refusal::none && what.expires != nullptr)
            return post_due(*what.expires, made);
        sender_ = nullptr;
        sent_.clear();
        for (const movement& each : what.movements) {
            if (why == refusal::none)
                why = move(what, each, made);
        }
        if (why == refusal::none)
            why = change_hold(what, made);
        if (why != refusal::none)
            return why;
        for (const movement& each : what.movements) {
            for (posting& over : on_.post_returned(each.user_id))
                made.posted.push_back(std::move(over));
        }
        return refusal::none;
    }

  private:
    refusal check_accounts(const operation_terms& what) {
        const auto& moves = what.movements;
        if (moves.size() == 2 && moves.front().user_id == moves.back().user_id)
            return refusal::same_account;
        for (const movement& each : moves) {
            const account_state* account = on_.account(each.user_id);
            if (account == nullptr || (!each.creates_account && account->last_sequence == 0))
                return refusal::unknown_account;
            if (what.opens != nullptr && what.opens->expires_at_us && !is_replayed_ &&
                *what.opens->expires_at_us <= account->now(on_.clock_us()))
                return refusal::expiry_in_past;
        }
        return refusal::none;
    }

    // The tokens of a reversal are those that its usage was charged, or a part of them.
    refusal look_up_charge(operation_terms& of) {
        if (of.reverses == nullptr)
            return refusal::none;
        movement& back = of.movements.front();
        const auto charged = on_.charge({of.reverses->user_id, of.reverses->request_id});
        if (!charged)
            return refusal::unknown_usage;
        if (!of.reverses->tokens)
            back.tokens = charged->tokens;
        if (back.tokens <= 0 || back.tokens > charged->tokens)
            return refusal::exceeds_charge;
        charge_ = *charged;
        return refusal::none;
    }

    refusal look_up_hold(const operation_terms& what) {
        const hold_id id = hold_of(what);
        if (id.id.empty() || what.holds != nullptr)
            return refusal::none;
        const account_lots& lots = on_.account(id.user_id)->lots;
        const auto found = lots.holds.find(id.id);
        if (found == lots.holds.end())
            return refusal::unknown_hold;
        const held_tokens& hold = found->second;
        if (hold.ended == hold_state::captured)
            return refusal::hold_captured;
        if (hold.ended == hold_state::released)
            return refusal::hold_released;
        const bool timed_out = !hold.is_open(on_.account(id.user_id)->now(on_.clock_us()));
        return timed_out && what.extends != nullptr ? refusal::hold_expired : refusal::none;
    }

    // Tokens that the movement adds to the balance, given what is there.
    static std::int64_t tokens_of(const movement& what, std::int64_t there) {
        return what.takes_what_is_there ? std::max(what.tokens, -std::max<std::int64_t>(there, 0))
                                        : what.tokens;
    }

    refusal move(const operation_terms& what, const movement& of, performed& made) {
        const account_state& account = *on_.account(of.user_id);
        const std::int64_t now_us = account.now(on_.clock_us());
        const held_tokens* hold = nullptr;
        std::int64_t there = account.available(on_.clock_us());
        if (what.captures != nullptr) {
            hold = &account.lots.holds.find(what.captures->hold_id)->second;
            if (!hold->is_open(now_us))
                hold = nullptr;
            else if (__builtin_add_overflow(std::max<std::int64_t>(there, 0), hold->tokens, &there))
                there = std::numeric_limits<std::int64_t>::max(); // what is held is the call's, whatever else
                                                                  // is owed
        }
        transaction_row row = row_for(what, of, command_);
        row.token_amount = tokens_of(of, there);
        if (std::int64_t after = 0; __builtin_add_overflow(account.balance, row.token_amount, &after))
            return refusal::balance_overflow;
        // -tokens may be above int64: the smallest one has no counterpart.
        if (row.token_amount < 0 && !of.may_go_below_zero && !of.takes_what_is_there &&
            wide{there} + row.token_amount < 0)
            return refusal::insufficient_balance;
        const member_id by = charged_member(what, account);
        if (what.used != nullptr && is_above_limit(by, -row.token_amount, account, made))
            return refusal::member_limit;
        if (spending_ != nullptr)
            spending_->charge(by, -row.token_amount);
        made.uncovered += row.token_amount - of.tokens;
        if (row.token_amount == 0)
            return refusal::none; // nothing to move, or nothing was there
        std::vector<new_lot> opens;
        if (row.token_amount > 0)
            credit(what, account, row, opens);
        else if (hold != nullptr)
            row.lots =
                to_capture(account.lots, account.balance, what.captures->hold_id, -row.token_amount, now_us);
        else
            row.lots = to_use(account.lots, account.balance, -row.token_amount, now_us);
        made.charged = -row.token_amount;
        sent_ = row.lots;
        sender_ = &account;
        made.posted.push_back(on_.post(std::move(row), opens));
        made.deduction_sequence = account.last_sequence;
        return refusal::none;
    }

    // Where the tokens come from decides what lots they are in.
    void credit(const operation_terms& what, const account_state& account, transaction_row& row,
                std::vector<new_lot>& opens) const {
        if (what.reverses != nullptr)
            row.lots = to_reverse(account.lots, account.balance, charge_, row.token_amount);
        if (what.opens != nullptr)
            opens.push_back({.terms = {.expires_at_us = what.opens->expires_at_us,
                                       .priority = what.opens->priority.value_or(default_lot_priority),
                                       .paid = what.opens->source == grant_source::subscription},
                             .tokens = row.token_amount});
        // A transfer keeps when its tokens expire, and that they were paid for.
        for (const lot_tokens& each : sent_) {
            lot_terms terms = sender_->lots.find(each.lot)->terms;
            terms.payment_intent_id.clear();
            opens.push_back({.terms = std::move(terms), .tokens = -each.tokens});
        }
    }

    refusal change_hold(const operation_terms& what, performed& made) {
        const hold_id id = hold_of(what);
        if (id.id.empty())
            return refusal::none;
        const account_state& account = *on_.account(id.user_id);
        const std::int64_t now_us = account.now(on_.clock_us());
        held_tokens state;
        if (what.holds != nullptr) {
            if (const refusal why = place(*what.holds, account, now_us, state, made); why != refusal::none)
                return why;
        } else {
            state = account.lots.holds.find(id.id)->second;
            if (what.extends != nullptr) {
                if (const refusal why = extend(*what.extends, account, now_us, state, made);
                    why != refusal::none)
                    return why;
            } else {
                state.ended = what.captures != nullptr ? hold_state::captured : hold_state::released;
                state.ended_at_us = not_before(state, now_us);
            }
        }
        on_.set_hold(id.user_id, id.id, std::move(state));
        return refusal::none;
    }

    refusal place(const hold& what, const account_state& account, std::int64_t now_us, held_tokens& state,
                  performed& made) {
        const auto is_open = [&](const auto& each) { return each.second.is_open(now_us); };
        if (!is_replayed_ &&
            static_cast<std::size_t>(std::ranges::count_if(account.lots.holds, is_open)) >= max_open_holds)
            return refusal::too_many_holds;
        if (account.available(on_.clock_us()) < what.tokens)
            return refusal::insufficient_balance;
        if (is_above_limit({what.user_id, what.member}, what.tokens, account, made))
            return refusal::member_limit;
        state = {.tokens = what.tokens,
                 .created_at_us = now_us,
                 .expires_at_us = now_us + in_us(what.timeout_seconds.value_or(default_hold_timeout.count())),
                 .reserved = to_reserve(account.lots, what.tokens, now_us),
                 .actor = command_.actor,
                 .action_type = what.action_type,
                 .model_used = what.model_used,
                 .member = what.member};
        return refusal::none;
    }

    refusal extend(const extension& what, const account_state& account, std::int64_t now_us,
                   held_tokens& state, performed& made) {
        const std::int64_t more = what.tokens.value_or(state.tokens) - state.tokens;
        if (more > 0 && account.available(on_.clock_us()) < more)
            return refusal::insufficient_balance;
        if (more > 0 && is_above_limit({what.user_id, state.member}, more, account, made))
            return refusal::member_limit;
        state.tokens += more;
        state.expires_at_us = not_before(state, now_us) + in_us(what.timeout_seconds);
        if (more > 0)
            reserve_more(account.lots, more, now_us, state.reserved);
        else
            reserve_less(state.tokens, state.reserved);
        return refusal::none;
    }

    // What fell due while nobody looked; the key says for which state of the account.
    refusal post_due(const expire& what, performed& made) {
        if (on_.account(what.user_id)->last_sequence != what.last_sequence)
            return refusal::nothing_due;
        made.posted = on_.post_due(what.user_id);
        return made.posted.empty() ? refusal::nothing_due : refusal::none;
    }

    // Empty: nobody is charged, or it does not say who.
    static member_id charged_member(const operation_terms& what, const account_state& account) {
        if (what.used != nullptr)
            return {what.used->user_id, what.used->member};
        if (what.captures == nullptr)
            return {};
        const std::string& own = what.captures->member;
        return {what.captures->user_id,
                own.empty() ? account.lots.holds.find(what.captures->hold_id)->second.member : own};
    }

    // What open holds set aside for the member counts as charged: their captures cannot be refused.
    bool is_above_limit(const member_id& by, std::int64_t tokens, const account_state& account,
                        performed& made) {
        if (spending_ == nullptr || by.member.empty())
            return false;
        std::int64_t held = 0;
        for (const auto& [id, each] : account.lots.holds) {
            if (each.member == by.member && each.is_open(account.now(on_.clock_us())))
                held += each.tokens;
        }
        made.limit = spending_->check(by, tokens, held);
        return made.limit.has_value();
    }

    // A hold posts no row that would keep the account's time from running backwards.
    static std::int64_t not_before(const held_tokens& hold, std::int64_t now_us) {
        return std::max(now_us, hold.created_at_us);
    }

    static std::int64_t in_us(std::int64_t seconds) {
        return std::chrono::microseconds(std::chrono::seconds(seconds)).count();
    }

    Ledger& on_;
    const admin_command& command_;
    trial_spending* spending_;
    bool is_replayed_;
    charge_state charge_;
    const account_state* sender_ = nullptr; // of a transfer, once its row is posted
    std::vector<lot_tokens> sent_;          // likewise: what its row took
};

} // namespace tokenledger::ledger
