// The rules for one event: the decision table of purchases, refunds and disputes against the known state.
#include "core/event_rules.hpp"

#include <utility>

namespace tokenledger::ledger {

namespace {

void post_difference(batch_ledger& work, const event_name& event, const payment_state& payment,
                     const entitlement& worth, const std::string& cause, outcome& made) {
    if (auto posted = work.post_settlement(event.payment, worth, cause)) {
        made.posted.push_back(std::move(*posted));
        for (posting& each : work.post_returned(payment.credit->user_id))
            made.posted.push_back(std::move(each));
    }
}

class decision {
  public:
    explicit decision(batch_ledger& work) : work_(work) {}

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
        if (const reason why = origin_mismatch(event, *payment); why != reason::none)
            return {.result = result::parked, .reason = why};
        if (payment->credit)
            return against(*payment->credit, bought);
        if (const reason why = hindrance(bought); why != reason::none)
            return {.result = result::parked, .reason = why};
        return credit_payment(work_, event, bought, nullptr);
    }

    // Why a payment without a credit cannot be credited with this purchase; none: it can.
    [[nodiscard]] reason hindrance(const purchase& bought) const {
        if (bought.refused != reason::none)
            return bought.refused;
        const bool credits =
            bought.tokens > 0 && bought.amount_cents > 0 && work_.has_room(bought.user_id, bought.tokens);
        return credits ? reason::none : reason::store_refused;
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
        if (const reason why = origin_mismatch(event, *payment); why != reason::none)
            return {.result = update.moves_tokens ? result::parked : result::ignored, .reason = why};
        if (payment->credit && update.moves_tokens)
            return settle_update(event, update, *payment);
        const bool news = work_.merge_facts(event.payment, update.facts);
        if (payment->credit)
            return {.result = result::ignored}; // a credited payment is ours, whatever this event says
        if (payment->facts.canceled || payment->facts.not_ours) {
            work_.release_waiting(event.payment, result::ignored, reason::none);
            return {.result = result::ignored};
        }
        if (!news)
            return {.result = update.moves_tokens ? result::duplicate : result::ignored};
        payment->waiting.push_back(event.id);
        note_origin(event);
        return {.result = result::waiting};
    }

    // A refund or dispute of a credited payment: posts the difference to what was posted.
    outcome settle_update(const event_name& event, const payment_update& update, payment_state& payment) {
        const payment_facts merged = merge(payment.facts, update.facts);
        const entitlement worth = work_.worth_of(event.payment, *payment.credit, merged);
        // Compares states, not news: any event settles what an older daemon left unsettled.
        if (merged == payment.facts && worth.taken_tokens == payment.taken_tokens && payment.waiting.empty())
            return {.result = result::duplicate};
        if (!work_.has_room(payment.credit->user_id, payment.taken_tokens - worth.taken_tokens))
            return {.result = result::parked, .reason = reason::store_refused};
        work_.merge_facts(event.payment, update.facts);
        note_origin(event);
        outcome made{.result = result::applied};
        post_difference(work_, event, payment, worth, event.id, made);
        work_.release_waiting(event.payment, result::applied, reason::none);
        made.reason = doubt_about(payment, update);
        if (made.reason != reason::none)
            made.result = result::parked;
        return made;
    }

    static bool would_move(const event_name&, const ignore_event&) { return false; }
    static bool would_move(const event_name&, const park_event&) { return false; }

    bool would_move(const event_name& event, const purchase& bought) {
        const payment_state* payment = work_.payment(event.payment);
        return payment != nullptr && origin_mismatch(event, *payment) == reason::none && !payment->credit &&
               hindrance(bought) == reason::none;
    }

    bool would_move(const event_name& event, const payment_update& update) {
        const payment_state* payment = work_.payment(event.payment);
        if (payment == nullptr || origin_mismatch(event, *payment) != reason::none || !update.moves_tokens)
            return false;
        payment_state after = *payment;
        after.facts = merge(payment->facts, update.facts);
        if (after.facts == payment->facts)
            return false;
        if (!payment->credit)
            return !after.facts.canceled && !after.facts.not_ours;
        const entitlement worth = work_.worth_of(event.payment, *payment->credit, after.facts);
        return work_.has_room(payment->credit->user_id, payment->taken_tokens - worth.taken_tokens) &&
               doubt_about(after, update) == reason::none;
    }

  private:
    void note_origin(const event_name& event) {
        if (event.origin)
            work_.note_origin(event.payment, *event.origin);
    }

    batch_ledger& work_;
};

reason doubt_of(const entitlement& worth) {
    if (worth.other_currency_refund)
        return reason::currency_mismatch;
    return worth.unproven_refund ? reason::partial_capture_refund : reason::none;
}

// Refunds and disputes that came before their purchase are settled in its transaction.
void settle_what_waited(batch_ledger& work, const event_name& event, payment_state& payment, outcome& made) {
    const entitlement worth = work.worth_of(event.payment, *payment.credit, payment.facts);
    const std::string& cause = payment.waiting.empty() ? event.id : payment.waiting.back();
    post_difference(work, event, payment, worth, cause, made);
    const reason doubt = doubt_of(worth);
    work.release_waiting(event.payment, doubt == reason::none ? result::applied : result::parked, doubt);
}

} // namespace

reason origin_mismatch(const event_name& event, const payment_state& payment) {
    const std::set<event_origin>& known = payment.origins;
    if (!event.origin || known.empty() || known.contains(*event.origin))
        return reason::none;
    if (known.begin()->livemode != event.origin->livemode)
        return reason::livemode_mismatch;
    // An endpoint's own account has no name here, but has one where another endpoint delivers its events.
    const bool may_be_one = event.origin->account.empty() || known.begin()->account.empty();
    return event.by_operator && may_be_one ? reason::none : reason::account_mismatch;
}

outcome credit_payment(batch_ledger& work, const event_name& event, const purchase& bought,
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
        row.pack.clear(); // the pack is on the payment: the row shows that an operator decided
        row.quantity = 1;
        row.reason = by->reason;
        row.idempotency_key = by->idempotency_key;
        row.actor = by->actor;
    }
    std::vector<new_lot> opens;
    if (const auto end = end_of(bought.lifetime, work.account(bought.user_id)->now(work.clock_us())))
        opens.push_back({.terms = {.expires_at_us = end, .paid = true, .payment_intent_id = event.payment},
                         .tokens = bought.tokens});
    made.posted.push_back(work.post(std::move(row), opens));
    payment.credit = credit{.user_id = bought.user_id,
                            .tokens = bought.tokens,
                            .amount_cents = bought.amount_cents,
                            .currency = bought.currency,
                            .catalog = bought.catalog,
                            .pack = bought.pack,
                            .quantity = bought.quantity,
                            .credited_at_us = work.last_posted_at_us()};
    work.mark_credited(event.payment);
    if (event.origin)
        work.note_origin(event.payment, *event.origin);
    payment_facts asked;
    asked.amount_requested_cents = bought.amount_requested_cents;
    work.merge_facts(event.payment, asked);
    settle_what_waited(work, event, payment, made);
    return made;
}

reason doubt_about(const payment_state& payment, const payment_update& update) {
    const credited what = credited_of(*payment.credit);
    payment_facts alone = update.facts;
    alone.amount_requested_cents = payment.facts.amount_requested_cents;
    const entitlement all = entitlement_of(what, payment.facts);
    entitlement both = entitlement_of(what, alone);
    both.other_currency_refund = both.other_currency_refund && all.other_currency_refund;
    both.unproven_refund = both.unproven_refund && all.unproven_refund;
    return doubt_of(both);
}

bool would_move(batch_ledger& work, const event_name& event, const stripe_effect& effect) {
    decision deciding(work);
    return std::visit([&](const auto& each) { return deciding.would_move(event, each); }, effect);
}

outcome decide_effect(batch_ledger& work, const event_name& event, const stripe_effect& effect) {
    decision deciding(work);
    return std::visit([&](const auto& each) { return deciding.decide(event, each); }, effect);
}

} // namespace tokenledger::ledger
