// The planner. Commands are taken one after another against a working copy of the snapshot, so a batch means
// exactly what its commands would mean one at a time.
#include "ledger/plan.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

namespace {

template <class Visit>
void for_each_live_purchase(std::span<const command> batch, const event_id_set& committed, Visit visit) {
    for (const command& each : batch) {
        const auto& stripe = std::get<stripe_command>(each);
        const auto* bought = std::get_if<purchase>(&stripe.effect);
        if (bought != nullptr && !committed.contains(stripe.event.id))
            visit(stripe.event, *bought);
    }
}

std::vector<std::string_view> sorted_once(std::vector<std::string_view> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

class planner {
  public:
    explicit planner(const snapshot& known)
        : known_(known),
          payments_(known.payments),
          accounts_(known.accounts) {}

    void take(std::size_t position, const command& what) {
        const auto& stripe = std::get<stripe_command>(what);
        const std::string_view id = stripe.event.id;
        if (known_.committed_events.contains(id) || !seen_.insert(id).second) {
            plan_.outcomes.push_back({.result = result::duplicate});
            return;
        }
        outcome settled =
            std::visit([&](const auto& effect) { return decide(stripe.event, effect); }, stripe.effect);
        const bool keep = settled.result == result::applied || settled.result == result::parked ||
                          settled.result == result::waiting;
        plan_.events.push_back({.command = position,
                                .result = settled.result,
                                .reason = settled.reason,
                                .with_evidence = keep,
                                .has_effect = settled.result == result::applied});
        plan_.outcomes.push_back(std::move(settled));
    }

    batch_plan finish() && {
        for (const std::string_view id : credited_)
            plan_.payments.emplace_back(id, *payments_.find(id)->second.credit);
        for (const std::string_view user : changed_)
            plan_.accounts.emplace_back(user, accounts_.find(user)->second);
        return std::move(plan_);
    }

  private:
    static outcome decide(const stripe_event&, const ignore_event& effect) {
        return {.result = result::ignored, .reason = effect.reason};
    }

    static outcome decide(const stripe_event&, const park_event& effect) {
        return {.result = result::parked, .reason = effect.reason};
    }

    outcome decide(const stripe_event& event, const purchase& bought) {
        const auto payment = payments_.find(event.payment_intent_id);
        if (payment == payments_.end())
            return {.result = result::parked, .reason = reason::bad_payload};
        if (payment->second.credit)
            return against(*payment->second.credit, bought);
        if (bought.refused != reason::none)
            return {.result = result::parked, .reason = bought.refused};
        const auto account = accounts_.find(bought.user_id);
        std::int64_t balance_after = 0;
        if (account == accounts_.end() || bought.tokens <= 0 ||
            __builtin_add_overflow(account->second.balance, bought.tokens, &balance_after))
            return {.result = result::parked, .reason = reason::store_refused};
        return credit_account(event, bought, payment->second, *account, balance_after);
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

    outcome credit_account(const stripe_event& event, const purchase& bought, payment_state& payment,
                           account_map::value_type& entry, std::int64_t balance_after) {
        const std::string& user = entry.first;
        account_state& account = entry.second;
        const std::int64_t created_at = std::max(known_.now_us, account.last_created_at_us);
        plan_.transactions.push_back({.user_id = user,
                                      .sequence = account.last_sequence + 1,
                                      .type = transaction_type::purchase,
                                      .source = source::token_pack,
                                      .token_amount = bought.tokens,
                                      .balance_before = account.balance,
                                      .balance_after = balance_after,
                                      .amount_paid_cents = bought.amount_cents,
                                      .currency = bought.currency,
                                      .payment_intent_id = event.payment_intent_id,
                                      .event_id = event.id,
                                      .pack = bought.pack,
                                      .quantity = bought.quantity,
                                      .created_at_us = created_at});
        payment.credit = credit{.user_id = user,
                                .tokens = bought.tokens,
                                .amount_cents = bought.amount_cents,
                                .currency = bought.currency,
                                .catalog = bought.catalog,
                                .pack = bought.pack,
                                .quantity = bought.quantity};
        account = {.balance = balance_after,
                   .last_sequence = account.last_sequence + 1,
                   .last_created_at_us = created_at};
        credited_.push_back(event.payment_intent_id);
        changed_.insert(user);
        return {.result = result::applied,
                .posted = posting{.user_id = user,
                                  .sequence = account.last_sequence,
                                  .token_amount = bought.tokens,
                                  .balance_after = balance_after}};
    }

    const snapshot& known_;
    payment_map payments_;
    account_map accounts_;
    std::set<std::string_view> seen_;
    std::vector<std::string_view> credited_;
    std::set<std::string_view> changed_;
    batch_plan plan_;
};

} // namespace

std::vector<std::string_view> payments_to_lock(std::span<const command> batch,
                                               const event_id_set& committed) {
    std::vector<std::string_view> ids;
    for_each_live_purchase(batch, committed, [&](const stripe_event& event, const purchase&) {
        ids.emplace_back(event.payment_intent_id);
    });
    return sorted_once(std::move(ids));
}

std::vector<std::string_view> accounts_to_lock(std::span<const command> batch, const event_id_set& committed,
                                               const payment_map& payments) {
    std::vector<std::string_view> users;
    for_each_live_purchase(batch, committed, [&](const stripe_event& event, const purchase& bought) {
        const auto payment = payments.find(event.payment_intent_id);
        if (bought.refused == reason::none && payment != payments.end() && !payment->second.credit)
            users.emplace_back(bought.user_id);
    });
    return sorted_once(std::move(users));
}

batch_plan plan(std::span<const command> batch, const snapshot& known) {
    planner work(known);
    for (std::size_t i = 0; i < batch.size(); ++i)
        work.take(i, batch[i]);
    return std::move(work).finish();
}

} // namespace tokenledger::ledger
