// Tries a command of several rows on copies of its accounts, then posts them all: a refused command changes
// nothing. What an operation does, and why it cannot, stands once: performance, which posts to the copies or
// to the batch.
#include "core/request_rules.hpp"

#include "codec/command.hpp"
#include "core/chain.hpp"
#include "core/dispute_loss.hpp"
#include "core/operations.hpp"
#include "core/queue_rules.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tokenledger::ledger {

namespace {

// True of an operation with a key of its own that was sent alone.
bool has_key_of_operation(const admin_command& what) {
    return what.idempotency_key.empty();
}

key_id own_key(const admin_command& what) {
    if (!has_key_of_operation(what))
        return {key_scope::request, what.idempotency_key};
    return key_of(what.operations.front()).value();
}

// An operation has the same hash alone and in a batch.
std::string command_hash(const admin_command& what) {
    return has_key_of_operation(what) ? hash_of(what.operations.front()) : hash_of(what);
}

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
    std::vector<posting> post_returned(std::string_view user_id) { return post_due(user_id); }

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

    // The limit that refuses it; nullopt: none. `charged`: tokens of the balance.
    std::optional<limit_reached> check(const member_id& by, std::int64_t charged) {
        if (is_replayed_ || known_.limits.empty() || by.member.empty())
            return std::nullopt;
        std::int64_t& others = charged_[by];
        if (auto limit = known_.reached(by, charged, others))
            return limit;
        if (__builtin_add_overflow(others, charged, &others))
            others = std::numeric_limits<std::int64_t>::max();
        return std::nullopt;
    }

  private:
    const member_spending& known_;
    bool is_replayed_;
    std::map<member_id, std::int64_t> charged_;
};

outcome refused(refusal why, std::size_t item) {
    return {.result = result::refused, .refusal = why, .item = item};
}

refusal refusal_of_used(key_scope scope) {
    return is_of_references(scope) ? refusal::reference_used : refusal::key_reused;
}

// A command that is replayed was accepted at its own time.
bool is_out_of_range(const batch_ledger& work, const admin_command& what, const operation& each) {
    std::optional<std::int64_t> occurred_at_us;
    if (const auto* used = std::get_if<usage>(&each))
        occurred_at_us = used->occurred_at_us;
    else if (const auto* captured = std::get_if<capture>(&each))
        occurred_at_us = captured->occurred_at_us;
    if (!occurred_at_us || what.replayed_at_us != 0)
        return false;
    using std::chrono::microseconds;
    const microseconds age(work.asked_at_us() - *occurred_at_us);
    return age > max_usage_age || age < -max_usage_lead;
}

transaction_row row_for(const operation_terms& what, const movement& of, const admin_command& command) {
    transaction_row row;
    row.user_id = of.user_id;
    row.type = what.type;
    row.source = what.source;
    row.reason = what.reason;
    row.reference = what.reference;
    row.metadata = what.metadata;
    row.idempotency_key = command.idempotency_key;
    row.actor = command.actor;
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
    performance(Ledger& on, const admin_command& command, trial_spending* spending)
        : on_(on),
          command_(command),
          spending_(spending),
          is_replayed_(command.replayed_at_us != 0) {}

    refusal perform(operation_terms what, performed& made) {
        refusal why = check_accounts(what);
        if (why == refusal::none)
            why = look_up_charge(what);
        if (why == refusal::none)
            why = look_up_hold(what);
        if (why == refusal::none && what.expires != nullptr)
            return post_due(*what.expires, made);
        sender_ = nullptr;
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
        if (what.used != nullptr) {
            if (is_above_limit({what.used->user_id, what.used->member}, -row.token_amount, made))
                return refusal::member_limit;
        }
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
        else if (what.opens != nullptr)
            opens.push_back({.terms = {.expires_at_us = what.opens->expires_at_us,
                                       .priority = what.opens->priority.value_or(default_lot_priority),
                                       .paid = what.opens->source == grant_source::subscription},
                             .tokens = row.token_amount});
        else if (sender_ != nullptr) {
            // A transfer keeps when its tokens expire, and that they were paid for.
            for (const lot_tokens& each : sent_) {
                lot_terms terms = sender_->lots.find(each.lot)->terms;
                terms.payment_intent_id.clear();
                opens.push_back({.terms = std::move(terms), .tokens = -each.tokens});
            }
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
                if (const refusal why = extend(*what.extends, account, now_us, state); why != refusal::none)
                    return why;
            } else {
                state.ended = what.captures != nullptr ? hold_state::captured : hold_state::released;
                state.ended_at_us = now_us;
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
        if (is_above_limit({what.user_id, what.member}, what.tokens, made))
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
                   held_tokens& state) {
        const std::int64_t more = what.tokens.value_or(state.tokens) - state.tokens;
        if (more > 0 && account.available(on_.clock_us()) < more)
            return refusal::insufficient_balance;
        state.tokens += more;
        state.expires_at_us = now_us + in_us(what.timeout_seconds);
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

    bool is_above_limit(const member_id& by, std::int64_t tokens, performed& made) {
        if (spending_ != nullptr)
            made.limit = spending_->check(by, tokens);
        return made.limit.has_value();
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

// Tries the operations in turn; nullopt: the command can be applied.
std::optional<outcome> check(const batch_ledger& work, const admin_command& what) {
    // One row is checked when it is posted.
    const bool is_tried =
        what.operations.size() > 1 || terms_of(what.operations.front()).movements.size() > 1;
    std::set<key_id> used{own_key(what)};
    trial copies(work);
    trial_spending spending(work.spending(), what);
    performance<trial> attempt(copies, what, &spending);
    for (std::size_t i = 0; i < what.operations.size(); ++i) {
        const operation& each = what.operations[i];
        if (const auto key = key_of(each); key && !has_key_of_operation(what)) {
            if (work.key(*key) != nullptr || !used.insert(*key).second)
                return refused(refusal_of_used(key->scope), i);
        }
        if (is_out_of_range(work, what, each))
            return refused(refusal::time_out_of_range, i);
        if (!is_tried)
            continue;
        performed made;
        if (const refusal why = attempt.perform(terms_of(each), made); why != refusal::none) {
            outcome no = refused(why, i);
            no.limit = std::move(made.limit);
            return no;
        }
    }
    return std::nullopt;
}

// The usage that a capture records: what it does not say is the hold's.
usage usage_of(const capture& what, const held_tokens& of) {
    const auto first = [](std::string_view own, std::string_view other, std::string_view none = {}) {
        return std::string(!own.empty() ? own : !other.empty() ? other : none);
    };
    return {.request_id = what.hold_id,
            .user_id = what.user_id,
            .action_type = first(what.action_type, of.action_type, default_action_type),
            .model_used = first(what.model_used, of.model_used),
            .tokens_used = what.tokens_used.value_or(what.tokens),
            .input_tokens = what.input_tokens,
            .output_tokens = what.output_tokens,
            .cost_estimate = what.cost_estimate,
            .charge = what.tokens,
            .cached_input_tokens = what.cached_input_tokens,
            .reasoning_tokens = what.reasoning_tokens,
            .member = first(what.member, of.member),
            .occurred_at_us = what.occurred_at_us,
            .metadata = what.metadata,
            .overrun = what.allow_negative ? overrun::allow_negative : overrun::to_zero};
}

// Records in the batch what an operation did beside its rows.
void record(batch_ledger& work, const admin_command& command, const operation_terms& what,
            const performed& made) {
    const usage_row use{.what = what.used,
                        .actor = command.actor,
                        .charged_tokens = made.charged,
                        .deduction_sequence = made.deduction_sequence,
                        .uncovered_tokens = made.uncovered};
    if (what.used != nullptr)
        work.record_usage(use);
    if (what.captures != nullptr)
        work.record_usage(
            use,
            usage_of(*what.captures,
                     work.account(what.captures->user_id)->lots.holds.find(what.captures->hold_id)->second));
    if (what.reverses != nullptr)
        work.give_back({what.reverses->user_id, what.reverses->request_id}, -made.charged);
    if (what.limits != nullptr)
        work.set_limit({.what = what.limits, .actor = command.actor});
}

// The last hold that the command was on, as it is now: also if the command is replayed.
std::optional<hold_view> view_of_hold(const batch_ledger& work, const admin_command& what) {
    const hold_id id = hold_of(what.operations.back());
    const account_state* account = id.id.empty() ? nullptr : work.account(id.user_id);
    if (account == nullptr)
        return std::nullopt;
    const auto found = account->lots.holds.find(id.id);
    if (found == account->lots.holds.end())
        return std::nullopt;
    const std::int64_t now_us = account->now(work.clock_us());
    const held_tokens& hold = found->second;
    return hold_view{.hold_id = id.id,
                     .state = hold.state(now_us),
                     .held = hold.is_open(now_us) ? hold.tokens : 0,
                     .balance = account->balance,
                     .available = account->available(work.clock_us()),
                     .expires_at_us = hold.expires_at_us};
}

} // namespace

std::vector<key_id> keys_of(const admin_command& what) {
    std::vector<key_id> keys{own_key(what)};
    for (const operation& each : what.operations) {
        auto key = key_of(each);
        if (key && *key != keys.front())
            keys.push_back(std::move(*key));
    }
    return keys;
}

outcome decide_admin(batch_ledger& work, std::size_t position, const admin_command& what) {
    const key_id own = own_key(what);
    const std::string hash = command_hash(what);
    if (const key_state* before = work.key(own)) {
        if (before->command_hash != hash)
            return refused(refusal::key_reused, 0);
        return {.result = before->became,
                .reason = before->became_because,
                .posted = before->posted,
                .replayed = true,
                .uncovered = before->uncovered,
                .hold = view_of_hold(work, what)};
    }
    if (!event_acted_on(what.operations.front()).empty()) {
        outcome done = decide_event_action(work, position, what);
        if (done.result != result::refused)
            work.use_key({.id = own,
                          .command = position,
                          .state = {.command_hash = hash,
                                    .posted = done.posted,
                                    .became = done.result,
                                    .became_because = done.reason},
                          .of_command = true});
        return done;
    }
    if (auto no = check(work, what))
        return std::move(*no);

    trial_spending spending(work.spending(), what);
    performance<batch_ledger> final(work, what, what.operations.size() == 1 ? &spending : nullptr);
    outcome done{.result = result::applied};
    std::vector<std::int64_t> uncovered; // by operation
    for (const operation& each : what.operations) {
        const operation_terms terms = terms_of(each);
        performed made;
        // Only of a command of one row: check() has tried the others.
        if (const refusal why = final.perform(terms, made); why != refusal::none) {
            if (terms.expires != nullptr)
                work.note_due(terms.expires->user_id);
            outcome no = refused(why, 0);
            no.limit = std::move(made.limit);
            return no;
        }
        record(work, what, terms, made);
        std::ranges::move(made.posted, std::back_inserter(done.posted));
        uncovered.push_back(made.uncovered);
        if (__builtin_add_overflow(done.uncovered, made.uncovered, &done.uncovered))
            done.uncovered = std::numeric_limits<std::int64_t>::max();
    }
    work.use_key({.id = own,
                  .command = position,
                  .state = {.command_hash = hash, .posted = done.posted, .uncovered = done.uncovered},
                  .of_command = true});
    for (std::size_t i = 0; i < what.operations.size(); ++i) {
        const operation& each = what.operations[i];
        if (auto key = key_of(each); key && *key != own)
            work.use_key({.id = std::move(*key),
                          .command = position,
                          .state = {.command_hash = hash_of(each), .uncovered = uncovered[i]},
                          .of_command = false});
    }
    done.hold = view_of_hold(work, what);
    return done;
}

} // namespace tokenledger::ledger
