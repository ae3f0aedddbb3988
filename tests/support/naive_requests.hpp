// A simple reference implementation of the contract for requests and actions on events, one at a time: a
// refused request restores the accounts from before.
#pragma once

#include "naive_operations.hpp"

#include <set>
#include <span>
#include <string>
#include <vector>

namespace tokenledger::test {

class naive_books : public naive_operations {
  public:
    // Takes the events of a batch first, then its requests. Before, what is over of the accounts that they
    // name is posted; of others too where the planner did so, which it may do at any time.
    std::vector<naive_outcome> take_batch(std::span<const ledger::command> batch,
                                          std::set<std::string> swept = {}) {
        for (const ledger::command& each : batch) {
            if (const auto* asked = std::get_if<ledger::admin_command>(&each)) {
                for (const ledger::operation& one : asked->operations) {
                    for (std::string& user : named_by(one))
                        swept.insert(std::move(user));
                }
            }
        }
        for (const std::string& user : swept)
            sweep(user);
        std::vector<naive_outcome> made(batch.size());
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto* event = std::get_if<ledger::stripe_command>(&batch[i]);
            if (event == nullptr)
                continue;
            const verdict said = naive_ledger::take(*event);
            made[i] = {.result = said.first, .reason = said.second, .posted = posted};
        }
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (const auto* asked = std::get_if<ledger::admin_command>(&batch[i]))
                made[i] = answer(*asked);
        }
        return made;
    }

  private:
    using operations = std::vector<ledger::operation>;
    struct answered {
        operations asked;
        naive_outcome first;
    };
    std::map<std::string, answered> keys_; // by scope and key
    using naive_operations::perform;

    // The request as the key remembers it: without values from today's catalogue and from the event.
    static operations asked_in(operations all) {
        for (ledger::operation& each : all) {
            if (auto* again = std::get_if<ledger::retry_event>(&each)) {
                again->effect = {};
                again->payment_intent_id.clear();
            } else if (auto* dismissed = std::get_if<ledger::dismiss_event>(&each)) {
                dismissed->payment_intent_id.clear();
            } else if (auto* assigned = std::get_if<ledger::assign_event>(&each)) {
                assigned->payment_intent_id.clear();
                assigned->currency.clear();
                assigned->amount_cents = assigned->amount_requested_cents = 0;
                if (!assigned->pack.empty()) { // its tokens come from the catalogue
                    assigned->tokens = 0;
                    assigned->catalog.clear();
                    assigned->lifetime = {};
                }
            }
        }
        return all;
    }

    static std::string key_of(const ledger::operation& what) {
        if (const auto* used = std::get_if<ledger::usage>(&what))
            return "usage " + used->request_id;
        if (const auto* captured = std::get_if<ledger::capture>(&what))
            return "usage " + captured->hold_id;
        if (const auto* held = std::get_if<ledger::hold>(&what))
            return "hold " + held->hold_id;
        if (const auto* released = std::get_if<ledger::release>(&what))
            return "release " + released->hold_id;
        if (const auto* back = std::get_if<ledger::reversal>(&what))
            return "reversal " + back->request_id;
        const auto* granted = std::get_if<ledger::grant>(&what);
        if (granted == nullptr || granted->source == ledger::grant_source::admin)
            return "";
        return (granted->source == ledger::grant_source::trial ? "trial " : "subscription ") +
               granted->reference;
    }

    // A hold that has the id of a usage, or the other way round.
    [[nodiscard]] bool has_id_of_another(const ledger::operation& what) const {
        if (const auto* used = std::get_if<ledger::usage>(&what))
            return keys_.contains("hold " + used->request_id);
        const auto* held = std::get_if<ledger::hold>(&what);
        return held != nullptr && keys_.contains("usage " + held->hold_id);
    }

    static naive_outcome refused(ledger::refusal why, std::size_t item = 0,
                                 ledger::reason because = ledger::reason::none) {
        return {.result = ledger::result::refused, .reason = because, .refusal = why, .item = item};
    }

    naive_outcome answer(const ledger::admin_command& what) {
        posted.clear();
        const bool lone = what.idempotency_key.empty();
        const std::string own = lone ? key_of(what.operations.front()) : "request " + what.idempotency_key;
        if (const auto before = keys_.find(own); before != keys_.end()) {
            if (before->second.asked != asked_in(what.operations))
                return refused(ledger::refusal::key_reused);
            naive_outcome first = before->second.first;
            first.replayed = true;
            first.hold = view_of_hold(what.operations.back());
            return first;
        }
        if (const auto* over = std::get_if<ledger::expire>(&what.operations.front())) {
            const auto swept = sweeps_.find(sweep_key(over->user_id, over->last_sequence));
            if (swept != sweeps_.end())
                return {.result = ledger::result::applied, .replayed = true, .posted = swept->second};
        }
        charges_of_command_.clear();
        const auto accounts_before = accounts;
        const std::size_t rows_before = rows.size();
        const auto balances_before = balances;
        std::vector<std::string> keys_of_operations;
        naive_outcome made{.result = ledger::result::applied};
        for (std::size_t i = 0; i < what.operations.size(); ++i) {
            const ledger::operation& each = what.operations[i];
            const std::string key = key_of(each);
            const std::int64_t uncovered_before = made.uncovered;
            ledger::refusal why = ledger::refusal::none;
            if (!lone && !key.empty()) {
                if (keys_.emplace(key, answered{{each}, {.result = ledger::result::applied}}).second)
                    keys_of_operations.push_back(key);
                else
                    why = key.starts_with("trial") || key.starts_with("subscription")
                              ? ledger::refusal::reference_used
                              : ledger::refusal::key_reused;
            }
            if (why == ledger::refusal::none && has_id_of_another(each))
                why = ledger::refusal::key_reused;
            if (why == ledger::refusal::none)
                why = std::visit([&](const auto& one) { return perform(one, made); }, each);
            if (why == ledger::refusal::none) {
                for (const std::string& user : named_by(each))
                    post_what_returned(user);
                if (!lone && !key.empty())
                    keys_.at(key).first.uncovered = made.uncovered - uncovered_before;
                continue;
            }
            accounts = accounts_before;
            rows.resize(rows_before);
            balances = balances_before;
            for (const std::string& used : keys_of_operations)
                keys_.erase(used);
            naive_outcome no = refused(why, i, made.reason);
            no.limit = made.limit;
            return no;
        }
        for (const auto& [id, one] : charges_of_command_) {
            if (one.counted < 0)
                charges_[id].counted += one.counted; // given back
            else
                charges_[id] = one;
        }
        for (const ledger::operation& each : what.operations) {
            if (const auto* limit = std::get_if<ledger::member_limit>(&each))
                set(*limit);
        }
        made.posted = posted;
        made.hold = view_of_hold(what.operations.back());
        keys_[own] = {asked_in(what.operations), made};
        return made;
    }

    // ---- Actions on events.
    void take_origin_of(const std::string& event) {
        const ledger::stripe_event& row = rows_.at(event);
        origin_ = {row.livemode.value(), row.account};
        by_operator_ = true;
    }
    ledger::refusal look(const std::string& event) const {
        const auto known = events.find(event);
        if (known == events.end())
            return ledger::refusal::unknown_event;
        const bool open =
            known->second.first == ledger::result::parked || known->second.first == ledger::result::waiting;
        return open ? ledger::refusal::none : ledger::refusal::event_settled;
    }
    ledger::refusal becomes(const std::string& event, const verdict& what, naive_outcome& made) {
        events[event] = what;
        made.result = what.first;
        made.reason = what.second;
        claimed_.insert(event); // an operator's decision is final
        return ledger::refusal::none;
    }

    ledger::refusal perform(const ledger::dismiss_event& what, naive_outcome& made) {
        if (const auto why = look(what.event_id); why != ledger::refusal::none)
            return why;
        payments_[what.payment_intent_id].waiting.erase(what.event_id);
        return becomes(what.event_id, {ledger::result::dismissed, events[what.event_id].second}, made);
    }

    ledger::refusal perform(const ledger::assign_event& what, naive_outcome& made) {
        if (const auto why = look(what.event_id); why != ledger::refusal::none)
            return why;
        const verdict was = events[what.event_id];
        if (was.first == ledger::result::waiting || was.second == ledger::reason::livemode_mismatch ||
            what.currency.empty())
            return ledger::refusal::not_assignable;
        payment& of = payments_[what.payment_intent_id];
        if (of.credit)
            return ledger::refusal::payment_has_owner;
        take_origin_of(what.event_id);
        if (mismatch(of) != ledger::reason::none)
            return ledger::refusal::not_assignable;
        if (what.tokens <= 0)
            return ledger::refusal::unknown_pack;
        ledger::purchase completed;
        completed.catalog = what.catalog;
        completed.pack = what.pack;
        completed.quantity = what.quantity;
        completed.user_id = what.user_id;
        completed.lifetime = what.lifetime;
        completed.tokens = what.tokens;
        completed.amount_cents = what.amount_cents;
        completed.currency = what.currency;
        completed.amount_requested_cents = what.amount_requested_cents;
        return becomes(what.event_id, credit(of, completed), made);
    }

    ledger::refusal perform(const ledger::retry_event& what, naive_outcome& made) {
        using ledger::result;
        if (const auto why = look(what.event_id); why != ledger::refusal::none)
            return why;
        const verdict was = events[what.event_id];
        if (was.first == result::waiting)
            return ledger::refusal::event_waiting;
        take_origin_of(what.event_id);
        if (const auto why = mismatch(payments_[what.payment_intent_id]); why != ledger::reason::none) {
            made.reason = why;
            return ledger::refusal::still_parked;
        }
        verdict said = decide(rows_.at(what.event_id), what.payment_intent_id, what.effect, true);
        const auto* update = std::get_if<ledger::payment_update>(&what.effect);
        const payment& of = payments_[what.payment_intent_id];
        constexpr auto none = ledger::reason::none;
        const auto why = update != nullptr && of.credit ? of.doubt(*update) : none;
        const bool was_settled = was.second == ledger::reason::partial_capture_refund ||
                                 (was.second == ledger::reason::currency_mismatch &&
                                  rows_.at(what.event_id).type != "payment_intent.succeeded");
        if (said.first == result::duplicate && why != none)
            said = {result::parked, why};
        else if (was_settled && (said.first == result::duplicate || said.first == result::ignored))
            said = {result::applied, ledger::reason::none}; // its facts were settled when it came
        if (said.first == result::parked && !brought_news_ && posted.empty()) {
            made.reason = said.second;
            return ledger::refusal::still_parked;
        }
        if (said.first != result::duplicate)
            payments_[what.payment_intent_id].origins.insert(origin_);
        return becomes(what.event_id, said, made);
    }
};

} // namespace tokenledger::test
