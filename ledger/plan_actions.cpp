// Retry, dismiss, assign: an event that is off the queue stays off it.
#include "plan_actions.hpp"

#include "plan_events.hpp"

#include <utility>

namespace tokenledger::ledger {

namespace {

outcome refused(refusal why, reason because = reason::none) {
    return {.result = result::refused, .reason = because, .refusal = why};
}

class action {
  public:
    action(working_set& work, const admin_command& what, event_state was)
        : work_(work),
          what_(what),
          was_(was) {}

    outcome decide(const retry_event& again) {
        if (was_.result == result::waiting)
            return refused(refusal::event_waiting);
        outcome made = decide_effect(work_, {again.event_id, again.payment_intent_id}, again.effect);
        if (made.result == result::duplicate && is_unproven(again)) {
            made.result = result::parked;
            made.reason = reason::partial_capture_refund;
        } else if (was_.reason == reason::partial_capture_refund &&
                   (made.result == result::duplicate || made.result == result::ignored)) {
            // What it told was settled when it was parked, and rows may stand on it.
            made = {.result = result::applied};
        }
        const bool changed = work_.changed_facts() || !made.posted.empty();
        if (made.result == result::parked && !changed)
            return refused(refusal::still_parked, made.reason);
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
        if (assigned.tokens <= 0)
            return refused(refusal::unknown_pack);
        if (!work_.has_room(assigned.user_id, assigned.tokens))
            return refused(refusal::balance_overflow);
        purchase completed;
        completed.user_id = assigned.user_id;
        completed.catalog = assigned.catalog;
        completed.pack = assigned.pack;
        completed.quantity = assigned.quantity;
        completed.tokens = assigned.tokens;
        completed.amount_cents = assigned.amount_cents;
        completed.currency = assigned.currency;
        completed.amount_requested_cents = assigned.amount_requested_cents;
        const assignment by{
            .reason = assigned.reason, .idempotency_key = what_.idempotency_key, .actor = what_.actor};
        return credit_payment(work_, {assigned.event_id, assigned.payment_intent_id}, completed, &by);
    }

    template <class Other>
    outcome decide(const Other&) {
        return refused(refusal::unknown_event); // no action: the precondition rules it out
    }

  private:
    // What it says is known and settled, but it is still for an operator to look at.
    [[nodiscard]] bool is_unproven(const retry_event& again) const {
        const auto* update = std::get_if<payment_update>(&again.effect);
        const payment_state* payment = work_.payment(again.payment_intent_id);
        return update != nullptr && payment != nullptr && payment->credit &&
               tells_unproven_refund(*payment, *update);
    }

    working_set& work_;
    const admin_command& what_;
    event_state was_;
};

} // namespace

std::string_view event_acted_on(const operation& what) {
    if (const auto* again = std::get_if<retry_event>(&what))
        return again->event_id;
    if (const auto* dismissed = std::get_if<dismiss_event>(&what))
        return dismissed->event_id;
    if (const auto* assigned = std::get_if<assign_event>(&what))
        return assigned->event_id;
    return {};
}

outcome decide_action(working_set& work, std::size_t position, const admin_command& what) {
    const operation& only = what.operations.front();
    const std::string_view event_id = event_acted_on(only);
    const event_state* was = work.begin_action(event_id);
    if (was == nullptr)
        return refused(refusal::unknown_event);
    if (was->result != result::parked && was->result != result::waiting)
        return refused(refusal::event_settled);
    action deciding(work, what, *was);
    outcome made = std::visit([&](const auto& each) { return deciding.decide(each); }, only);
    if (made.result != result::refused)
        work.end_action(position, event_id, made.result, made.reason);
    return made;
}

} // namespace tokenledger::ledger
