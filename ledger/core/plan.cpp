// The planner: takes the commands one after another against a batch_ledger, and names what a batch has to
// lock and read before. In which order, and why that is right: plan.hpp.
#include "core/plan.hpp"

#include "core/batch_ledger.hpp"
#include "core/due.hpp"
#include "core/event_rules.hpp"
#include "core/operations.hpp"
#include "core/request_rules.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

namespace {

// The code below treats every command that is not an event as a request.
static_assert(std::variant_size_v<command> == 2, "say where the new kind of command stands in a batch");

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
        const std::optional<event_origin> origin = origin_of(stripe.event);
        const event_name name{stripe.event.id, stripe.event.payment_intent_id, origin};
        if (known_.committed_events.contains(id))
            return {.result = result::duplicate};
        if (const event_state* before = work_.event_before(id);
            before != nullptr && claims_event(*before) && !takes_over(*before, name, stripe))
            return {.result = result::duplicate};
        work_.begin_event(position, stripe);
        outcome settled = decide_effect(work_, name, stripe.effect);
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
    // True if another endpoint parked the event and this one can apply it.
    bool takes_over(const event_state& before, const event_name& name, const stripe_command& stripe) {
        return is_contestable(before) && before.endpoint != stripe.event.endpoint &&
               would_move(work_, name, stripe.effect);
    }

    const snapshot& known_;
    batch_ledger work_;
};

// The payment that a command locks, and how it may change it.
struct payment_use {
    std::string_view payment; // empty: none
    std::string_view credits; // the user whom it would credit; empty: nobody
    bool only_credits = true; // then a payment that has a credit does not change
};

// Visitors, not overloads next to one for the whole variant: a new alternative would convert to that one.
struct use_of_effect {
    std::string_view payment;

    payment_use operator()(const ignore_event&) const { return {}; }
    payment_use operator()(const park_event&) const { return {}; }
    payment_use operator()(const purchase& bought) const {
        return {payment,
                bought.refused == reason::none ? std::string_view(bought.user_id) : std::string_view()};
    }
    payment_use operator()(const payment_update&) const { return {payment, {}, false}; }
};

struct use_of_operation {
    template <class Operation>
    requires(!event_action<Operation>) payment_use operator()(const Operation&) const { return {}; }
    payment_use operator()(const retry_event& again) const {
        payment_use use = std::visit(use_of_effect{again.payment_intent_id}, again.effect);
        use.payment = again.payment_intent_id; // in any case: the event may be of another origin
        return use;
    }
    payment_use operator()(const dismiss_event& dismissed) const { return {dismissed.payment_intent_id, {}}; }
    payment_use operator()(const assign_event& assigned) const {
        return {assigned.payment_intent_id, assigned.user_id};
    }
};

payment_use use_of(const command& what) {
    if (const auto* stripe = std::get_if<stripe_command>(&what))
        return std::visit(use_of_effect{stripe->event.payment_intent_id}, stripe->effect);
    // A command with an event action has one operation.
    return std::visit(use_of_operation(), std::get<admin_command>(what).operations.front());
}

// True if the event could be applied, given the right state of its payment.
struct asks_for_something {
    bool operator()(const ignore_event&) const { return false; }
    bool operator()(const park_event&) const { return false; }
    bool operator()(const purchase& bought) const { return bought.refused == reason::none; }
    bool operator()(const payment_update& update) const { return update.moves_tokens; }
};

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

// The account that a command may credit or debit through its payment; empty: none.
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

// Whom a usage charges, or a hold is for; what does not say so is on a hold that does.
member_id member_of(const operation& what, const account_map& accounts) {
    if (const auto* used = std::get_if<usage>(&what); used != nullptr && used->charge > 0)
        return {used->user_id, used->member};
    if (const auto* held = std::get_if<hold>(&what))
        return {held->user_id, held->member};
    if (const auto* captured = std::get_if<capture>(&what); captured != nullptr && !captured->member.empty())
        return {captured->user_id, captured->member};
    const hold_id id = hold_of(what);
    const auto account = accounts.find(id.user_id);
    if (id.id.empty() || account == accounts.end())
        return {};
    const auto named = account->second.lots.holds.find(id.id);
    return named != account->second.lots.holds.end() ? member_id{id.user_id, named->second.member}
                                                     : member_id{};
}

// The accounts whose rows the operations create, or those that must exist.
void add_accounts(std::span<const command> batch, bool created, std::vector<std::string_view>& into) {
    for_each_operation(batch, [&](const operation& one) {
        for (const movement& each : terms_of(one).movements) {
            if (each.creates_account == created)
                into.push_back(each.user_id);
        }
    });
}

} // namespace

std::vector<std::string_view> contested_events(std::span<const command> batch, const event_map& known) {
    std::vector<std::string_view> ids;
    for (const command& each : batch) {
        const auto* stripe = std::get_if<stripe_command>(&each);
        if (stripe == nullptr || !std::visit(asks_for_something(), stripe->effect))
            continue;
        const auto at = known.find(stripe->event.id);
        if (at != known.end() && is_contestable(at->second))
            ids.push_back(stripe->event.id);
    }
    return sorted_once(std::move(ids));
}

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
    add_accounts(batch, true, users);
    return sorted_once(std::move(users));
}

std::vector<std::string_view> accounts_to_look_for(std::span<const command> batch) {
    std::vector<std::string_view> users;
    add_accounts(batch, false, users);
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

std::vector<usage_id> charges_to_read(std::span<const command> batch) {
    std::vector<usage_id> usages;
    for_each_operation(batch, [&](const operation& one) {
        if (const auto* back = std::get_if<reversal>(&one); back != nullptr)
            usages.push_back({back->user_id, back->request_id});
    });
    return sorted_once(std::move(usages));
}

std::vector<member_id> members_to_read(std::span<const command> batch, const account_map& accounts) {
    std::vector<member_id> members;
    for (const command& each : batch) {
        const auto* admin = std::get_if<admin_command>(&each);
        if (admin == nullptr || admin->replayed_at_us != 0)
            continue;
        for (const operation& one : admin->operations) {
            member_id by = member_of(one, accounts);
            if (!by.member.empty())
                members.push_back(std::move(by));
        }
    }
    return sorted_once(std::move(members));
}

bool sets_limits(std::span<const command> batch) {
    bool any = false;
    for_each_operation(batch,
                       [&](const operation& one) { any = any || std::holds_alternative<member_limit>(one); });
    return any;
}

std::vector<hold_id> holds_to_read(std::span<const command> batch) {
    std::vector<hold_id> holds;
    for_each_operation(batch, [&](const operation& one) {
        if (hold_id id = hold_of(one); !id.id.empty())
            holds.push_back(std::move(id));
    });
    return sorted_once(std::move(holds));
}

std::int64_t earliest_time(std::span<const command> batch, std::int64_t clock_us) {
    std::int64_t earliest = clock_us;
    for (const command& each : batch) {
        const std::int64_t at_us = std::visit([](const auto& what) { return what.replayed_at_us; }, each);
        if (at_us != 0)
            earliest = std::min(earliest, at_us);
    }
    return earliest;
}

std::vector<command> commands_due(std::span<const command> batch, const snapshot& known) {
    std::vector<command> first;
    if (earliest_time(batch, never_due) != never_due)
        return first;
    for (const auto& [user, account] : known.accounts) {
        if (account.lots.lots.empty() || due(account.lots, account.now(known.now_us)).empty())
            continue;
        admin_command made;
        made.operations.emplace_back(expire{.user_id = user, .last_sequence = account.last_sequence});
        first.emplace_back(std::move(made));
    }
    return first;
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
