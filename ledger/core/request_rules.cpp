// Tries a command of several rows on copies of its accounts, then posts them all: a refused command changes
// nothing. What an operation does, and why it cannot, stands once: performance, which posts to the copies or
// to the batch.
#include "core/request_rules.hpp"

#include "codec/command.hpp"
#include "core/operations.hpp"
#include "core/performance.hpp"
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
        const auto excluded = what.replayed_at_us == 0 ? excluded_key_of(each) : std::nullopt;
        if (excluded && (work.key(*excluded) != nullptr || used.contains(*excluded)))
            return refused(refusal::key_reused, i);
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
        if (auto excluded = excluded_key_of(each))
            keys.push_back(std::move(*excluded));
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
