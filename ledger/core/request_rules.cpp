// Checks every operation against the balances that those before it would leave, then posts them all: a
// refused command changes nothing.
#include "core/request_rules.hpp"

#include "codec/command.hpp"
#include "core/operations.hpp"
#include "core/queue_rules.hpp"

#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tokenledger::ledger {

namespace {

// True of a usage or a reversal that was sent alone.
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

// The tokens of a reversal are those that its usage was charged, or a part of them.
refusal look_up_charge(const batch_ledger& work, operation_terms& of) {
    if (of.reverses == nullptr)
        return refusal::none;
    movement& back = of.movements.front();
    const auto charged = work.charge({of.reverses->user_id, of.reverses->request_id});
    if (!charged)
        return refusal::unknown_usage;
    if (!of.reverses->tokens)
        back.tokens = charged->tokens;
    return back.tokens > 0 && back.tokens <= charged->tokens ? refusal::none : refusal::exceeds_charge;
}

// The balances after the operations checked so far.
class trial_balance {
  public:
    explicit trial_balance(const batch_ledger& work) : work_(work) {}

    refusal check_accounts(const operation_terms& what) {
        const auto& moves = what.movements;
        if (moves.size() == 2 && moves.front().user_id == moves.back().user_id)
            return refusal::same_account;
        for (const movement& each : moves) {
            if (!each.creates_account && known(each.user_id) == nullptr)
                return refusal::unknown_account;
        }
        return refusal::none;
    }

    // Precondition: check_accounts() refused nothing.
    refusal check(const operation_terms& what) {
        last_moved_ = 0;
        for (const movement& each : what.movements) {
            if (const refusal why = move(each); why != refusal::none)
                return why;
        }
        return refusal::none;
    }

    // Of the last movement that check() let pass, added to the balance.
    [[nodiscard]] std::int64_t last_moved() const { return last_moved_; }

  private:
    // Null: this user has no transaction yet.
    std::int64_t* known(std::string_view user_id) {
        if (const auto at = balances_.find(user_id); at != balances_.end())
            return &at->second;
        const account_state* account = work_.account(user_id);
        if (account == nullptr || account->last_sequence == 0)
            return nullptr;
        return &balances_.emplace(user_id, account->balance).first->second;
    }

    refusal move(const movement& what) {
        std::int64_t* balance = known(what.user_id);
        if (balance == nullptr)
            balance = &balances_.emplace(what.user_id, 0).first->second;
        const std::int64_t tokens = tokens_of(what, *balance);
        if (__builtin_add_overflow(*balance, tokens, balance))
            return refusal::balance_overflow;
        last_moved_ = tokens;
        const bool is_short = tokens < 0 && *balance < 0 && !what.may_go_below_zero;
        return is_short ? refusal::insufficient_balance : refusal::none;
    }

    const batch_ledger& work_;
    std::map<std::string_view, std::int64_t> balances_;
    std::int64_t last_moved_ = 0;
};

// What the operations checked so far charge members, beside what is posted. A command that is replayed was
// within its limits at its own time.
class trial_spending {
  public:
    trial_spending(const batch_ledger& work, const admin_command& what)
        : work_(work),
          is_replayed_(what.replayed_at_us != 0) {}

    // The limit that refuses it; nullopt: none. `charged`: tokens of the balance.
    std::optional<limit_reached> check(const operation_terms& what, std::int64_t charged) {
        if (is_replayed_ || work_.spending().limits.empty() || what.used == nullptr ||
            what.used->member.empty())
            return std::nullopt;
        const member_id by{what.used->user_id, what.used->member};
        std::int64_t& others = charged_[by];
        if (auto limit = work_.spending().reached(by, charged, others))
            return limit;
        if (__builtin_add_overflow(others, charged, &others))
            others = std::numeric_limits<std::int64_t>::max();
        return std::nullopt;
    }

  private:
    const batch_ledger& work_;
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
    const auto* used = std::get_if<usage>(&each);
    if (used == nullptr || !used->occurred_at_us || what.replayed_at_us != 0)
        return false;
    using std::chrono::microseconds;
    const microseconds age(work.asked_at_us() - *used->occurred_at_us);
    return age > max_usage_age || age < -max_usage_lead;
}

// The refusal; nullopt: the command can be applied.
std::optional<outcome> check(const batch_ledger& work, const admin_command& what) {
    trial_balance balances(work);
    trial_spending spending(work, what);
    std::set<key_id> used{own_key(what)};
    for (std::size_t i = 0; i < what.operations.size(); ++i) {
        const operation& each = what.operations[i];
        if (const auto key = key_of(each); key && !has_key_of_operation(what)) {
            if (work.key(*key) != nullptr || !used.insert(*key).second)
                return refused(refusal_of_used(key->scope), i);
        }
        if (is_out_of_range(work, what, each))
            return refused(refusal::time_out_of_range, i);
        operation_terms terms = terms_of(each);
        refusal why = balances.check_accounts(terms);
        if (why == refusal::none)
            why = look_up_charge(work, terms);
        if (why == refusal::none)
            why = balances.check(terms);
        if (why != refusal::none)
            return refused(why, i);
        if (auto limit = spending.check(terms, -balances.last_moved())) {
            outcome no = refused(refusal::member_limit, i);
            no.limit = std::move(limit);
            return no;
        }
    }
    return std::nullopt;
}

class poster {
  public:
    poster(batch_ledger& work, const admin_command& what) : work_(work), what_(what) {}

    // Returns the tokens of a charge that the balance did not cover. Precondition: check() refused nothing.
    std::int64_t post(operation_terms what) {
        look_up_charge(work_, what);
        usage_row use{.what = what.used, .actor = what_.actor};
        for (const movement& each : what.movements) {
            transaction_row row = row_for(what, each);
            use.uncovered_tokens += row.token_amount - each.tokens;
            if (row.token_amount == 0)
                continue; // nothing was there
            for (const movement& other : what.movements) {
                if (&other != &each)
                    row.counterparty = other.user_id;
            }
            use.charged_tokens = -row.token_amount;
            posted.push_back(work_.post(std::move(row)));
            use.deduction_sequence = posted.back().sequence;
        }
        if (what.used != nullptr)
            work_.record_usage(use);
        if (what.reverses != nullptr)
            work_.give_back({what.reverses->user_id, what.reverses->request_id}, posted.back().token_amount);
        if (what.limits != nullptr)
            work_.set_limit({.what = what.limits, .actor = what_.actor});
        return use.uncovered_tokens;
    }

    std::vector<posting> posted;

  private:
    [[nodiscard]] transaction_row row_for(const operation_terms& what, const movement& of) const {
        transaction_row row;
        row.user_id = of.user_id;
        row.type = what.type;
        row.source = what.source;
        const account_state* account = work_.account(of.user_id);
        row.token_amount = tokens_of(of, account != nullptr ? account->balance : 0);
        row.reason = what.reason;
        row.reference = what.reference;
        row.metadata = what.metadata;
        row.idempotency_key = what_.idempotency_key;
        row.actor = what_.actor;
        if (what.used != nullptr)
            row.usage_request_id = what.used->request_id;
        if (what.reverses != nullptr)
            row.usage_request_id = what.reverses->request_id;
        return row;
    }

    batch_ledger& work_;
    const admin_command& what_;
};

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
                .uncovered = before->uncovered};
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

    poster post(work, what);
    std::vector<std::int64_t> uncovered; // by operation
    std::int64_t all_uncovered = 0;
    for (const operation& each : what.operations) {
        uncovered.push_back(post.post(terms_of(each)));
        if (__builtin_add_overflow(all_uncovered, uncovered.back(), &all_uncovered))
            all_uncovered = std::numeric_limits<std::int64_t>::max();
    }
    work.use_key({.id = own,
                  .command = position,
                  .state = {.command_hash = hash, .posted = post.posted, .uncovered = all_uncovered},
                  .of_command = true});
    for (std::size_t i = 0; i < what.operations.size(); ++i) {
        const operation& each = what.operations[i];
        if (auto key = key_of(each); key && *key != own)
            work.use_key({.id = std::move(*key),
                          .command = position,
                          .state = {.command_hash = hash_of(each), .uncovered = uncovered[i]},
                          .of_command = false});
    }
    return {.result = result::applied, .posted = std::move(post.posted), .uncovered = all_uncovered};
}

} // namespace tokenledger::ledger
