// The planner. Commands are taken one after another against a working copy of the snapshot, so a batch means
// exactly what its commands would mean one at a time.
#include "ledger/plan.hpp"

#include "plan_admin.hpp"
#include "working_set.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

namespace {

class planner {
  public:
    explicit planner(const snapshot& known) : known_(known), work_(known) {}

    void take(std::size_t position, const command& what) {
        if (const auto* admin = std::get_if<admin_command>(&what))
            outcomes_.push_back(decide_admin(work_, position, *admin));
        else
            take(position, std::get<stripe_command>(what));
    }

    batch_plan finish() && {
        batch_plan made = std::move(work_).finish();
        made.outcomes = std::move(outcomes_);
        return made;
    }

  private:
    void take(std::size_t position, const stripe_command& stripe) {
        const std::string_view id = stripe.event.id;
        if (known_.committed_events.contains(id) || claimed_.contains(id)) {
            outcomes_.push_back({.result = result::duplicate});
            return;
        }
        work_.begin_event(position);
        outcome settled =
            std::visit([&](const auto& effect) { return decide(stripe.event, effect); }, stripe.effect);
        if (claims_event({.result = settled.result, .reason = settled.reason}))
            claimed_.insert(id);
        if (!work_.end_event(id, settled))
            settled = {.result = result::duplicate};
        outcomes_.push_back(std::move(settled));
    }

    static outcome decide(const stripe_event&, const ignore_event& effect) {
        return {.result = result::ignored, .reason = effect.reason};
    }

    static outcome decide(const stripe_event&, const park_event& effect) {
        return {.result = result::parked, .reason = effect.reason};
    }

    outcome decide(const stripe_event& event, const purchase& bought) {
        payment_state* payment = work_.payment(event.payment_intent_id);
        if (payment == nullptr)
            return {.result = result::parked, .reason = reason::bad_payload};
        if (payment->credit)
            return against(*payment->credit, bought);
        if (bought.refused != reason::none)
            return {.result = result::parked, .reason = bought.refused};
        if (bought.tokens <= 0 || bought.amount_cents <= 0 || !work_.has_room(bought.user_id, bought.tokens))
            return {.result = result::parked, .reason = reason::store_refused};
        return credit_payment(event, bought, *payment);
    }

    // The payment is credited already: its first credit fixed user, amount and currency.
    static outcome against(const credit& first, const purchase& bought) {
        if (bought.user_id.empty())
            return {.result = result::parked, .reason = bought.refused};
        if (bought.user_id != first.user_id)
            return {.result = result::parked, .reason = reason::owner_mismatch};
        if (bought.currency != first.currency)
            return {.result = result::parked, .reason = reason::currency_mismatch};
        if (bought.amount_cents != first.amount_cents)
            return {.result = result::parked, .reason = reason::amount_mismatch};
        return {.result = result::duplicate};
    }

    outcome credit_payment(const stripe_event& event, const purchase& bought, payment_state& payment) {
        outcome made{.result = result::applied};
        made.posted.push_back(work_.post({.user_id = bought.user_id,
                                          .type = transaction_type::purchase,
                                          .source = source::token_pack,
                                          .token_amount = bought.tokens,
                                          .amount_paid_cents = bought.amount_cents,
                                          .currency = bought.currency,
                                          .payment_intent_id = event.payment_intent_id,
                                          .event_id = event.id,
                                          .pack = bought.pack,
                                          .quantity = bought.quantity}));
        payment.credit = credit{.user_id = bought.user_id,
                                .tokens = bought.tokens,
                                .amount_cents = bought.amount_cents,
                                .currency = bought.currency,
                                .catalog = bought.catalog,
                                .pack = bought.pack,
                                .quantity = bought.quantity,
                                .credited_at_us = work_.last_posted_at_us()};
        work_.mark_credited(event.payment_intent_id);
        payment_facts asked;
        asked.amount_requested_cents = bought.amount_requested_cents;
        work_.merge_facts(event.payment_intent_id, asked);
        settle_what_waited(event, payment, made);
        return made;
    }

    // Refunds and disputes that came before their purchase are settled in its transaction.
    void settle_what_waited(const stripe_event& event, payment_state& payment, outcome& made) {
        const entitlement worth = settle(credited_of(*payment.credit), payment.facts);
        const std::string& cause = payment.waiting.empty() ? event.id : payment.waiting.back();
        if (auto posted = work_.post_settlement(event.payment_intent_id, worth, cause))
            made.posted.push_back(std::move(*posted));
        const bool unproven = worth.unproven_refund;
        work_.release_waiting(event.payment_intent_id, unproven ? result::parked : result::applied,
                              unproven ? reason::partial_capture_refund : reason::none);
    }

    outcome decide(const stripe_event& event, const payment_update& update) {
        payment_state* payment = work_.payment(event.payment_intent_id);
        if (payment == nullptr)
            return {.result = result::parked, .reason = reason::bad_payload};
        if (payment->credit && update.moves_tokens)
            return settle_update(event, update, *payment);
        const bool news = work_.merge_facts(event.payment_intent_id, update.facts);
        if (payment->credit)
            return {.result = result::ignored}; // a credited payment is ours, whatever this body says
        if (payment->facts.canceled || payment->facts.foreign) {
            work_.release_waiting(event.payment_intent_id, result::ignored, reason::none);
            return {.result = result::ignored};
        }
        if (!news)
            return {.result = update.moves_tokens ? result::duplicate : result::ignored};
        payment->waiting.push_back(event.id);
        return {.result = result::waiting};
    }

    // A refund or dispute of a payment that is credited: posts the difference to what has been posted.
    outcome settle_update(const stripe_event& event, const payment_update& update, payment_state& payment) {
        const payment_facts merged = merge(payment.facts, update.facts);
        const credited what = credited_of(*payment.credit);
        const entitlement worth = settle(what, merged);
        // By the state, not by the news: what an older daemon has left unsettled is settled by any event.
        if (merged == payment.facts && worth.taken_tokens == payment.taken_tokens && payment.waiting.empty())
            return {.result = result::duplicate};
        if (!work_.has_room(payment.credit->user_id, payment.taken_tokens - worth.taken_tokens))
            return {.result = result::parked, .reason = reason::store_refused};
        work_.merge_facts(event.payment_intent_id, update.facts);
        outcome made{.result = result::applied};
        if (auto posted = work_.post_settlement(event.payment_intent_id, worth, event.id))
            made.posted.push_back(std::move(*posted));
        work_.release_waiting(event.payment_intent_id, result::applied, reason::none);
        // A refund that may only release what was never captured: an operator looks at it.
        payment_facts alone = update.facts;
        alone.amount_requested_cents = merged.amount_requested_cents;
        if (worth.unproven_refund && settle(what, alone).unproven_refund) {
            made.result = result::parked;
            made.reason = reason::partial_capture_refund;
        }
        return made;
    }

    const snapshot& known_;
    working_set work_;
    std::set<std::string_view> claimed_;
    std::vector<outcome> outcomes_;
};

// The PaymentIntent that a command locks; empty: none.
std::string_view payment_of(const stripe_command& what) {
    const bool locks =
        std::holds_alternative<purchase>(what.effect) || std::holds_alternative<payment_update>(what.effect);
    return locks ? std::string_view(what.event.payment_intent_id) : std::string_view();
}

template <class Name>
std::vector<Name> sorted_once(std::vector<Name> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

// The account that an event may credit or debit; empty: none.
std::string_view account_of(const stripe_command& what, const payment_map& payments) {
    const auto payment = payments.find(payment_of(what));
    if (payment == payments.end())
        return {};
    const auto& first = payment->second.credit;
    if (const auto* bought = std::get_if<purchase>(&what.effect))
        return !first && bought->refused == reason::none ? std::string_view(bought->user_id)
                                                         : std::string_view();
    return first ? std::string_view(first->user_id) : std::string_view();
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
        const auto* stripe = std::get_if<stripe_command>(&each);
        if (stripe == nullptr || committed.contains(stripe->event.id))
            continue;
        if (const std::string_view id = payment_of(*stripe); !id.empty())
            ids.push_back(id);
    }
    return sorted_once(std::move(ids));
}

std::vector<std::string_view> accounts_to_lock(std::span<const command> batch, const event_id_set& committed,
                                               const payment_map& payments) {
    std::vector<std::string_view> users;
    for (const command& each : batch) {
        const auto* stripe = std::get_if<stripe_command>(&each);
        if (stripe == nullptr || committed.contains(stripe->event.id))
            continue;
        if (const std::string_view user = account_of(*stripe, payments); !user.empty())
            users.push_back(user);
    }
    for_each_operation(batch, [&](const operation& one) {
        if (const auto* granted = std::get_if<grant>(&one))
            users.emplace_back(granted->user_id);
    });
    return sorted_once(std::move(users));
}

std::vector<std::string_view> accounts_to_look_for(std::span<const command> batch) {
    std::vector<std::string_view> users;
    for_each_operation(batch, [&](const operation& one) {
        if (const auto* taken = std::get_if<deduction>(&one)) {
            users.emplace_back(taken->user_id);
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

batch_plan plan(std::span<const command> batch, const snapshot& known) {
    planner work(known);
    for (std::size_t i = 0; i < batch.size(); ++i)
        work.take(i, batch[i]);
    return std::move(work).finish();
}

} // namespace tokenledger::ledger
