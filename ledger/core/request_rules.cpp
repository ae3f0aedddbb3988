// Checks every operation against the balances that those before it would leave, then posts them all: a
// refused command changes nothing.
#include "core/request_rules.hpp"

#include "codec/command.hpp"
#include "core/queue_rules.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tokenledger::ledger {

namespace {

bool is_lone_usage(const admin_command& what) {
    return what.idempotency_key.empty();
}

key_id own_key(const admin_command& what) {
    if (!is_lone_usage(what))
        return {key_scope::request, what.idempotency_key};
    return {key_scope::usage, std::get<usage>(what.operations.front()).request_id};
}

// A usage has the same hash alone and in a batch.
std::string command_hash(const admin_command& what) {
    return is_lone_usage(what) ? hash_of(what.operations.front()) : hash_of(what);
}

// The key that an operation consumes besides the command's own. No visitor in this file has a catch-all: a
// new operation does not compile until each of them handles it.
struct own_key_of {
    std::optional<key_id> operator()(const grant& what) const {
        const auto scope = reference_scope_of(what.source);
        return scope ? std::optional(key_id{*scope, what.reference}) : std::nullopt;
    }
    std::optional<key_id> operator()(const deduction&) const { return std::nullopt; }
    std::optional<key_id> operator()(const transfer&) const { return std::nullopt; }
    std::optional<key_id> operator()(const usage& what) const {
        return key_id{key_scope::usage, what.request_id};
    }
    std::optional<key_id> operator()(const retry_event&) const { return std::nullopt; }
    std::optional<key_id> operator()(const dismiss_event&) const { return std::nullopt; }
    std::optional<key_id> operator()(const assign_event&) const { return std::nullopt; }
};
std::optional<key_id> key_of(const operation& what) {
    return std::visit(own_key_of(), what);
}

// The balances after the operations checked so far.
class trial_balance {
  public:
    explicit trial_balance(const batch_ledger& work) : work_(work) {}

    refusal check(const grant& what) { return add(what.user_id, what.tokens, !what.existing); }
    refusal check(const deduction& what) { return take(what.user_id, what.tokens, what.allow_negative); }
    refusal check(const transfer& what) {
        if (what.from == what.to)
            return refusal::same_account;
        if (!known(what.to))
            return refusal::unknown_account;
        const refusal taken = take(what.from, what.tokens, false);
        return taken != refusal::none ? taken : add(what.to, what.tokens, false);
    }
    refusal check(const usage& what) {
        return what.charge == 0 ? refusal::none : take(what.user_id, what.charge, false);
    }
    // decide_action() decides actions on events, each alone.
    static refusal check(const retry_event&) { return refusal::none; }
    static refusal check(const dismiss_event&) { return refusal::none; }
    static refusal check(const assign_event&) { return refusal::none; }

  private:
    // Null: this user has no transaction yet.
    std::int64_t* known(const std::string& user_id) {
        if (const auto at = balances_.find(user_id); at != balances_.end())
            return &at->second;
        const account_state* account = work_.account(user_id);
        if (account == nullptr || account->last_sequence == 0)
            return nullptr;
        return &balances_.emplace(user_id, account->balance).first->second;
    }

    refusal add(const std::string& user_id, std::int64_t tokens, bool create) {
        std::int64_t* balance = known(user_id);
        if (balance == nullptr && !create)
            return refusal::unknown_account;
        if (balance == nullptr)
            balance = &balances_.emplace(user_id, 0).first->second;
        return __builtin_add_overflow(*balance, tokens, balance) ? refusal::balance_overflow : refusal::none;
    }

    refusal take(const std::string& user_id, std::int64_t tokens, bool allow_negative) {
        std::int64_t* balance = known(user_id);
        if (balance == nullptr)
            return refusal::unknown_account;
        if (__builtin_sub_overflow(*balance, tokens, balance))
            return refusal::balance_overflow;
        return *balance < 0 && !allow_negative ? refusal::insufficient_balance : refusal::none;
    }

    const batch_ledger& work_;
    std::map<std::string_view, std::int64_t> balances_;
};

outcome refused(refusal why, std::size_t item) {
    return {.result = result::refused, .refusal = why, .item = item};
}

refusal refusal_of_used(key_scope scope) {
    return is_of_references(scope) ? refusal::reference_used : refusal::key_reused;
}

// The refusal; nullopt: the command can be applied.
std::optional<outcome> check(const batch_ledger& work, const admin_command& what) {
    trial_balance balances(work);
    std::set<key_id> used{own_key(what)};
    for (std::size_t i = 0; i < what.operations.size(); ++i) {
        const operation& each = what.operations[i];
        if (const auto key = key_of(each); key && !is_lone_usage(what)) {
            if (work.key(*key) != nullptr || !used.insert(*key).second)
                return refused(refusal_of_used(key->scope), i);
        }
        const refusal why = std::visit([&](const auto& one) { return balances.check(one); }, each);
        if (why != refusal::none)
            return refused(why, i);
    }
    return std::nullopt;
}

class poster {
  public:
    poster(batch_ledger& work, const admin_command& what) : work_(work), what_(what) {}

    void post(const grant& one) {
        transaction_row row = row_for(one.user_id, transaction_type::grant, one.tokens, one.reason);
        row.source = source_of(one.source);
        row.reference = one.reference;
        row.metadata = one.metadata;
        add(std::move(row));
    }
    void post(const deduction& one) {
        add(row_for(one.user_id, transaction_type::deduction, -one.tokens, one.reason));
    }
    void post(const transfer& one) {
        transaction_row out = row_for(one.from, transaction_type::transfer, -one.tokens, one.reason);
        out.counterparty = one.to;
        add(std::move(out));
        transaction_row in = row_for(one.to, transaction_type::transfer, one.tokens, one.reason);
        in.counterparty = one.from;
        add(std::move(in));
    }
    void post(const usage& one) {
        std::optional<std::int64_t> sequence;
        if (one.charge > 0) {
            transaction_row row = row_for(one.user_id, transaction_type::deduction, -one.charge, "");
            row.source = source::usage;
            row.usage_request_id = one.request_id;
            add(std::move(row));
            sequence = posted.back().sequence;
        }
        work_.record_usage({.what = &one, .actor = what_.actor, .deduction_sequence = sequence});
    }

    static void post(const retry_event&) {} // as above: see decide_action()
    static void post(const dismiss_event&) {}
    static void post(const assign_event&) {}

    std::vector<posting> posted;

  private:
    [[nodiscard]] transaction_row row_for(const std::string& user_id, transaction_type type,
                                          std::int64_t tokens, const std::string& reason) const {
        transaction_row row;
        row.user_id = user_id;
        row.type = type;
        row.source = source::admin;
        row.token_amount = tokens;
        row.reason = reason;
        row.idempotency_key = what_.idempotency_key;
        row.actor = what_.actor;
        return row;
    }
    void add(transaction_row row) { posted.push_back(work_.post(std::move(row))); }

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
                .replayed = true};
    }
    if (!event_acted_on(what.operations.front()).empty()) {
        outcome done = decide_action(work, position, what);
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
    for (const operation& each : what.operations)
        std::visit([&](const auto& one) { post.post(one); }, each);
    work.use_key({.id = own,
                  .command = position,
                  .state = {.command_hash = hash, .posted = post.posted},
                  .of_command = true});
    for (const operation& each : what.operations) {
        if (auto key = key_of(each); key && *key != own)
            work.use_key({.id = std::move(*key),
                          .command = position,
                          .state = {.command_hash = hash_of(each)},
                          .of_command = false});
    }
    return {.result = result::applied, .posted = std::move(post.posted)};
}

} // namespace tokenledger::ledger
