// Retry, dismiss, assign: an event that has left the queue does not come back.
#include "core/queue_rules.hpp"

#include "core/event_rules.hpp"

#include <type_traits>
#include <utility>

namespace tokenledger::ledger {

namespace {

outcome refused(refusal why, reason because = reason::none) {
    return {.result = result::refused, .reason = because, .refusal = why};
}

class queue_decision {
  public:
    queue_decision(batch_ledger& work, const admin_command& what, event_state was)
        : work_(work),
          what_(what),
          was_(was) {}

    outcome decide(const retry_event& again) {
        if (was_.result == result::waiting)
            return refused(refusal::event_waiting);
        const event_name name{again.event_id, again.payment_intent_id, was_.origin, true};
        const payment_state* payment = work_.payment(again.payment_intent_id);
        if (payment != nullptr) {
            if (const reason why = origin_mismatch(name, *payment); why != reason::none)
                return refused(refusal::still_parked, why);
        }
        outcome made = decide_effect(work_, name, again.effect);
        const reason doubt = made.result == result::duplicate ? doubt_about(again) : reason::none;
        if (doubt != reason::none) {
            made.result = result::parked;
            made.reason = doubt;
        } else if (was_.result == result::parked && !is_contestable(was_) &&
                   (made.result == result::duplicate || made.result == result::ignored)) {
            // Its facts were settled when it was parked, and rows may refer to it.
            made = {.result = result::applied};
        }
        const bool changed = work_.changed_facts() || !made.posted.empty();
        if (made.result == result::parked && !changed)
            return refused(refusal::still_parked, made.reason);
        if (was_.origin && made.result != result::duplicate && payment != nullptr)
            work_.note_origin(again.payment_intent_id, *was_.origin);
        return made;
    }

    outcome decide(const dismiss_event& dismissed) {
        work_.forget_waiting(dismissed.payment_intent_id, dismissed.event_id);
        return {.result = result::dismissed, .reason = was_.reason};
    }

    outcome decide(const assign_event& assigned) {
        if (was_.result == result::waiting || was_.reason == reason::livemode_mismatch ||
            assigned.currency.empty())
            return refused(refusal::not_assignable);
        const payment_state* payment = work_.payment(assigned.payment_intent_id);
        if (payment == nullptr)
            return refused(refusal::not_assignable);
        if (payment->credit)
            return refused(refusal::payment_has_owner);
        const event_name name{assigned.event_id, assigned.payment_intent_id, was_.origin, true};
        if (origin_mismatch(name, *payment) != reason::none)
            return refused(refusal::not_assignable);
        if (assigned.tokens <= 0)
            return refused(refusal::unknown_pack);
        if (!work_.has_room(assigned.user_id, assigned.tokens))
            return refused(refusal::balance_overflow);
        purchase completed;
        completed.user_id = assigned.user_id;
        completed.catalog = assigned.catalog;
        completed.pack = assigned.pack;
        completed.quantity = assigned.quantity;
        completed.lifetime = assigned.lifetime;
        completed.tokens = assigned.tokens;
        completed.amount_cents = assigned.amount_cents;
        completed.currency = assigned.currency;
        completed.amount_requested_cents = assigned.amount_requested_cents;
        const assignment by{
            .reason = assigned.reason, .idempotency_key = what_.idempotency_key, .actor = what_.actor};
        return credit_payment(work_, name, completed, &by);
    }

    // event_acted_on() names no event for these.
    template <class Operation>
    requires(!event_action<Operation>) static outcome decide(const Operation&) {
        return refused(refusal::unknown_event);
    }

  private:
    // Its facts are known and settled, but an operator still has to look at it.
    [[nodiscard]] reason doubt_about(const retry_event& again) const {
        const auto* update = std::get_if<payment_update>(&again.effect);
        const payment_state* payment = work_.payment(again.payment_intent_id);
        return update != nullptr && payment != nullptr && payment->credit
                   ? ledger::doubt_about(*payment, *update)
                   : reason::none;
    }

    batch_ledger& work_;
    const admin_command& what_;
    event_state was_;
};

} // namespace

std::string_view event_acted_on(const operation& what) {
    return std::visit(
        [](const auto& each) -> std::string_view {
            if constexpr (event_action<std::remove_cvref_t<decltype(each)>>)
                return each.event_id;
            else
                return {};
        },
        what);
}

std::string_view payment_read_anew(const operation& what) {
    const auto* again = std::get_if<retry_event>(&what);
    return again != nullptr ? std::string_view(again->payment_intent_id) : std::string_view();
}

outcome decide_event_action(batch_ledger& work, std::size_t position, const admin_command& what) {
    const operation& only = what.operations.front();
    const std::string_view event_id = event_acted_on(only);
    const event_state* was = work.begin_event_action(event_id);
    if (was == nullptr)
        return refused(refusal::unknown_event);
    if (was->result != result::parked && was->result != result::waiting)
        return refused(refusal::event_settled);
    queue_decision deciding(work, what, *was);
    outcome made = std::visit([&](const auto& each) { return deciding.decide(each); }, only);
    if (made.result != result::refused)
        work.end_event_action(position, event_id, made.result, made.reason);
    return made;
}

} // namespace tokenledger::ledger
