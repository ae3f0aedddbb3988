// The planner. Commands are taken one after another against a working copy of the snapshot, so a batch means
// exactly what its commands would mean one at a time: first its events, then its requests. That is also the
// order in which the store numbers them, so that they can be replayed.
#include "ledger/plan.hpp"

#include "plan_admin.hpp"
#include "plan_events.hpp"
#include "working_set.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

namespace {

class planner {
  public:
    explicit planner(const snapshot& known) : known_(known), work_(known) {}

    outcome take(std::size_t position, const admin_command& admin) {
        work_.set_clock(admin.replayed_at_us);
        return decide_admin(work_, position, admin);
    }

    outcome take(std::size_t position, const stripe_command& stripe) {
        work_.set_clock(stripe.replayed_at_us);
        const std::string_view id = stripe.event.id;
        if (known_.committed_events.contains(id) || claimed_.contains(id))
            return {.result = result::duplicate};
        work_.begin_event(position);
        outcome settled =
            decide_effect(work_, {stripe.event.id, stripe.event.payment_intent_id}, stripe.effect);
        if (claims_event({.result = settled.result, .reason = settled.reason}))
            claimed_.insert(id);
        if (!work_.end_event(id, settled))
            settled = {.result = result::duplicate};
        return settled;
    }

    batch_plan finish(std::vector<outcome> outcomes) && {
        batch_plan made = std::move(work_).finish();
        made.outcomes = std::move(outcomes);
        return made;
    }

  private:
    const snapshot& known_;
    working_set work_;
    std::set<std::string_view> claimed_;
};

// What a command would lock and change for a payment.
struct payment_use {
    std::string_view payment; // empty: none
    std::string_view credits; // the user whom it would credit; empty: it credits nobody
    bool only_credits = true; // then a payment that is credited already stays as it is
};

payment_use use_of(std::string_view payment, const stripe_effect& effect) {
    if (const auto* bought = std::get_if<purchase>(&effect))
        return {payment,
                bought->refused == reason::none ? std::string_view(bought->user_id) : std::string_view()};
    return {std::holds_alternative<payment_update>(effect) ? payment : std::string_view(), {}, false};
}

payment_use use_of(const command& what) {
    if (const auto* stripe = std::get_if<stripe_command>(&what))
        return use_of(stripe->event.payment_intent_id, stripe->effect);
    const operation& only = std::get<admin_command>(what).operations.front();
    if (const auto* again = std::get_if<retry_event>(&only))
        return use_of(again->payment_intent_id, again->effect);
    if (const auto* assigned = std::get_if<assign_event>(&only))
        return {assigned->payment_intent_id, assigned->user_id};
    if (const auto* dismissed = std::get_if<dismiss_event>(&only))
        return {dismissed->payment_intent_id, {}};
    return {};
}

bool is_committed(const command& what, const event_id_set& committed) {
    const auto* stripe = std::get_if<stripe_command>(&what);
    return stripe != nullptr && committed.contains(stripe->event.id);
}

template <class Name>
std::vector<Name> sorted_once(std::vector<Name> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

// The account that a command may credit or debit by its payment; empty: none.
std::string_view account_of(const command& what, const payment_map& payments) {
    const payment_use use = use_of(what);
    const auto payment = payments.find(use.payment);
    if (payment == payments.end())
        return {};
    const auto& first = payment->second.credit;
    if (!first)
        return use.credits;
    return use.only_credits ? std::string_view() : std::string_view(first->user_id);
}

template <class Visit>
void for_each_operation(std::span<const command> batch, Visit visit) {
    for (const command& each : batch) {
        if (const auto* admin = std::get_if<admin_command>(&each)) {
            for (const operation& one : admin->operations)
                visit(one);
        }
    }
}

} // namespace

std::vector<std::string_view> payments_to_lock(std::span<const command> batch,
                                               const event_id_set& committed) {
    std::vector<std::string_view> ids;
    for (const command& each : batch) {
        if (const std::string_view id = use_of(each).payment; !id.empty() && !is_committed(each, committed))
            ids.push_back(id);
    }
    return sorted_once(std::move(ids));
}

std::vector<std::string_view> accounts_to_lock(std::span<const command> batch, const event_id_set& committed,
                                               const payment_map& payments) {
    std::vector<std::string_view> users;
    for (const command& each : batch) {
        const std::string_view user = account_of(each, payments);
        if (!user.empty() && !is_committed(each, committed))
            users.push_back(user);
    }
    for_each_operation(batch, [&](const operation& one) {
        if (const auto* granted = std::get_if<grant>(&one); granted != nullptr && !granted->existing)
            users.emplace_back(granted->user_id);
    });
    return sorted_once(std::move(users));
}

std::vector<std::string_view> accounts_to_look_for(std::span<const command> batch) {
    std::vector<std::string_view> users;
    for_each_operation(batch, [&](const operation& one) {
        if (const auto* taken = std::get_if<deduction>(&one)) {
            users.emplace_back(taken->user_id);
        } else if (const auto* granted = std::get_if<grant>(&one); granted != nullptr && granted->existing) {
            users.emplace_back(granted->user_id);
        } else if (const auto* moved = std::get_if<transfer>(&one)) {
            users.emplace_back(moved->from);
            users.emplace_back(moved->to);
        } else if (const auto* used = std::get_if<usage>(&one); used != nullptr && used->charge > 0) {
            users.emplace_back(used->user_id);
        }
    });
    return sorted_once(std::move(users));
}

std::vector<key_id> keys_to_read(std::span<const command> batch) {
    std::vector<key_id> keys;
    for (const command& each : batch) {
        if (const auto* admin = std::get_if<admin_command>(&each)) {
            for (key_id& key : keys_of(*admin))
                keys.push_back(std::move(key));
        }
    }
    return sorted_once(std::move(keys));
}

std::vector<std::string_view> events_to_lock(std::span<const command> batch) {
    std::vector<std::string_view> ids;
    for_each_operation(batch, [&](const operation& one) {
        if (const std::string_view id = event_acted_on(one); !id.empty())
            ids.push_back(id);
    });
    return sorted_once(std::move(ids));
}

batch_plan plan(std::span<const command> batch, const snapshot& known) {
    planner work(known);
    std::vector<outcome> outcomes(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (const auto* stripe = std::get_if<stripe_command>(&batch[i]))
            outcomes[i] = work.take(i, *stripe);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (const auto* admin = std::get_if<admin_command>(&batch[i]))
            outcomes[i] = work.take(i, *admin);
    }
    return std::move(work).finish(std::move(outcomes));
}

} // namespace tokenledger::ledger
