// What one event does: the decision table of purchases, refunds and disputes against what is known.
#include "plan_events.hpp"

#include <utility>

namespace tokenledger::ledger {

namespace {

class decision {
  public:
    explicit decision(working_set& work) : work_(work) {}

    static outcome decide(const event_name&, const ignore_event& effect) {
        return {.result = result::ignored, .reason = effect.reason};
    }

    static outcome decide(const event_name&, const park_event& effect) {
        return {.result = result::parked, .reason = effect.reason};
    }

    outcome decide(const event_name& event, const purchase& bought) {
        payment_state* payment = work_.payment(event.payment);
        if (payment == nullptr)
            return {.result = result::parked, .reason = reason::bad_payload};
        if (payment->credit)
            return against(*payment->credit, bought);
        if (bought.refused != reason::none)
            return {.result = result::parked, .reason = bought.refused};
        if (bought.tokens <= 0 || bought.amount_cents <= 0 || !work_.has_room(bought.user_id, bought.tokens))
            return {.result = result::parked, .reason = reason::store_refused};
        return credit_payment(work_, event, bought, nullptr);
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

    outcome decide(const event_name& event, const payment_update& update) {
        payment_state* payment = work_.payment(event.payment);
        if (payment == nullptr)
            return {.result = result::parked, .reason = reason::bad_payload};
        if (payment->credit && update.moves_tokens)
            return settle_update(event, update, *payment);
        const bool news = work_.merge_facts(event.payment, update.facts);
        if (payment->credit)
            return {.result = result::ignored}; // a credited payment is ours, whatever this body says
        if (payment->facts.canceled || payment->facts.foreign) {
            work_.release_waiting(event.payment, result::ignored, reason::none);
            return {.result = result::ignored};
        }
        if (!news)
            return {.result = update.moves_tokens ? result::duplicate : result::ignored};
        payment->waiting.push_back(event.id);
        return {.result = result::waiting};
    }

    // A refund or dispute of a payment that is credited: posts the difference to what has been posted.
    outcome settle_update(const event_name& event, const payment_update& update, payment_state& payment) {
        const payment_facts merged = merge(payment.facts, update.facts);
        const entitlement worth = settle(credited_of(*payment.credit), merged);
        // By the state, not by the news: what an older daemon has left unsettled is settled by any event.
        if (merged == payment.facts && worth.taken_tokens == payment.taken_tokens && payment.waiting.empty())
            return {.result = result::duplicate};
        if (!work_.has_room(payment.credit->user_id, payment.taken_tokens - worth.taken_tokens))
            return {.result = result::parked, .reason = reason::store_refused};
        work_.merge_facts(event.payment, update.facts);
        outcome made{.result = result::applied};
        if (auto posted = work_.post_settlement(event.payment, worth, event.id))
            made.posted.push_back(std::move(*posted));
        work_.release_waiting(event.payment, result::applied, reason::none);
        // A refund that may only release what was never captured: an operator looks at it.
        if (tells_unproven_refund(payment, update)) {
            made.result = result::parked;
            made.reason = reason::partial_capture_refund;
        }
        return made;
    }

  private:
    working_set& work_;
};

// Refunds and disputes that came before their purchase are settled in its transaction.
void settle_what_waited(working_set& work, const event_name& event, payment_state& payment, outcome& made) {
    const entitlement worth = settle(credited_of(*payment.credit), payment.facts);
    const std::string& cause = payment.waiting.empty() ? event.id : payment.waiting.back();
    if (auto posted = work.post_settlement(event.payment, worth, cause))
        made.posted.push_back(std::move(*posted));
    const bool unproven = worth.unproven_refund;
    work.release_waiting(event.payment, unproven ? result::parked : result::applied,
                         unproven ? reason::partial_capture_refund : reason::none);
}

} // namespace

outcome credit_payment(working_set& work, const event_name& event, const purchase& bought,
                       const assignment* by) {
    payment_state& payment = *work.payment(event.payment);
    outcome made{.result = result::applied};
    transaction_row row{.user_id = bought.user_id,
                        .type = transaction_type::purchase,
                        .source = source::token_pack,
                        .token_amount = bought.tokens,
                        .amount_paid_cents = bought.amount_cents,
                        .currency = bought.currency,
                        .payment_intent_id = event.payment,
                        .event_id = event.id,
                        .pack = bought.pack,
                        .quantity = bought.quantity};
    if (by != nullptr) {
        row.source = source::stripe;
        row.pack.clear(); // it stands on the payment: the row says that an operator decided
        row.quantity = 1;
        row.reason = by->reason;
        row.idempotency_key = by->idempotency_key;
        row.actor = by->actor;
    }
    made.posted.push_back(work.post(std::move(row)));
    payment.credit = credit{.user_id = bought.user_id,
                            .tokens = bought.tokens,
                            .amount_cents = bought.amount_cents,
                            .currency = bought.currency,
                            .catalog = bought.catalog,
                            .pack = bought.pack,
                            .quantity = bought.quantity,
                            .credited_at_us = work.last_posted_at_us()};
    work.mark_credited(event.payment);
    payment_facts asked;
    asked.amount_requested_cents = bought.amount_requested_cents;
    work.merge_facts(event.payment, asked);
    settle_what_waited(work, event, payment, made);
    return made;
}

bool tells_unproven_refund(const payment_state& payment, const payment_update& update) {
    const credited what = credited_of(*payment.credit);
    payment_facts alone = update.facts;
    alone.amount_requested_cents = payment.facts.amount_requested_cents;
    return settle(what, payment.facts).unproven_refund && settle(what, alone).unproven_refund;
}

outcome decide_effect(working_set& work, const event_name& event, const stripe_effect& effect) {
    decision deciding(work);
    return std::visit([&](const auto& each) { return deciding.decide(event, each); }, effect);
}

} // namespace tokenledger::ledger
