// A simple reference implementation of the contract for requests and actions on events, one at a time: a
// refused request restores the balances from before.
#pragma once

#include "naive_ledger.hpp"

#include <algorithm>
#include <ctime>
#include <optional>
#include <span>
#include <tuple>

namespace tokenledger::test {

struct naive_outcome {
    ledger::result result = ledger::result::ignored;
    ledger::reason reason = ledger::reason::none;
    ledger::refusal refusal = ledger::refusal::none;
    std::size_t item = 0;
    bool replayed = false;
    std::vector<naive_posting> posted{};
    std::int64_t uncovered = 0;

    std::optional<ledger::limit_reached> limit{};

    bool operator==(const naive_outcome&) const = default;
};

inline naive_outcome naive(const ledger::outcome& of) {
    naive_outcome made{.result = of.result,
                       .reason = of.reason,
                       .refusal = of.refusal,
                       .item = of.item,
                       .replayed = of.replayed,
                       .uncovered = of.uncovered,
                       .limit = of.limit};
    for (const ledger::posting& each : of.posted)
        made.posted.push_back({each.user_id, each.token_amount, each.balance_after});
    return made;
}

inline std::string in_words(const naive_outcome& of) {
    std::string text(to_string(of.result));
    for (const std::string_view each : {to_string(of.reason), to_string(of.refusal)})
        text += (each.empty() ? "" : " ") + std::string(each);
    text += of.replayed ? " replayed" : "";
    if (of.limit)
        text += " limit " + of.limit->member + " " + std::string(to_string(of.limit->per)) + " " +
                std::to_string(of.limit->left);
    text += of.uncovered != 0 ? " uncovered " + std::to_string(of.uncovered) : "";
    for (const naive_posting& each : of.posted)
        text += ", " + each.user + " " + std::to_string(each.tokens) + " " + std::to_string(each.balance);
    return text;
}

class naive_books : public naive_ledger {
  public:
    std::int64_t now_us = 0;

    // Takes the events of a batch first, then its requests.
    std::vector<naive_outcome> take_batch(std::span<const ledger::command> batch) {
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
    // What was charged, less what was given back.
    struct charge {
        std::string member;
        std::int64_t tokens = 0;
        std::int64_t counted = 0;
        std::int64_t at_us = 0;
    };
    using charges = std::map<std::pair<std::string, std::string>, charge>; // by user and request id
    std::map<std::tuple<std::string, std::string, ledger::limit_window>, std::int64_t> limits_;
    charges charges_;
    charges charges_of_command_; // not known to its other operations

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
                }
            }
        }
        return all;
    }

    static std::string key_of(const ledger::operation& what) {
        if (const auto* used = std::get_if<ledger::usage>(&what))
            return "usage " + used->request_id;
        if (const auto* back = std::get_if<ledger::reversal>(&what))
            return "reversal " + back->request_id;
        const auto* granted = std::get_if<ledger::grant>(&what);
        if (granted == nullptr || granted->source == ledger::grant_source::admin)
            return "";
        return (granted->source == ledger::grant_source::trial ? "trial " : "subscription ") +
               granted->reference;
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
            return first;
        }
        charges_of_command_.clear();
        const auto balances_before = balances;
        const auto keys_before = keys_;
        naive_outcome made{.result = ledger::result::applied};
        for (std::size_t i = 0; i < what.operations.size(); ++i) {
            const ledger::operation& each = what.operations[i];
            const std::string key = key_of(each);
            const std::int64_t uncovered_before = made.uncovered;
            ledger::refusal why = ledger::refusal::none;
            if (!lone && !key.empty() &&
                !keys_.emplace(key, answered{{each}, {.result = ledger::result::applied}}).second)
                why = key.starts_with("usage") || key.starts_with("reversal")
                          ? ledger::refusal::key_reused
                          : ledger::refusal::reference_used;
            if (why == ledger::refusal::none)
                why = std::visit([&](const auto& one) { return perform(one, made); }, each);
            if (why == ledger::refusal::none) {
                if (!lone && !key.empty())
                    keys_.at(key).first.uncovered = made.uncovered - uncovered_before;
                continue;
            }
            balances = balances_before;
            keys_ = keys_before;
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
        keys_[own] = {asked_in(what.operations), made};
        return made;
    }

    // ---- Operations on balances.
    ledger::refusal perform(const ledger::grant& what, naive_outcome&) {
        if (what.existing && !balances.contains(what.user_id))
            return ledger::refusal::unknown_account;
        post(what.user_id, what.tokens);
        return ledger::refusal::none;
    }
    ledger::refusal perform(const ledger::deduction& what, naive_outcome&) {
        return take_from(what.user_id, what.tokens, what.allow_negative);
    }
    ledger::refusal perform(const ledger::transfer& what, naive_outcome&) {
        if (what.from == what.to)
            return ledger::refusal::same_account;
        if (!balances.contains(what.to))
            return ledger::refusal::unknown_account;
        const ledger::refusal why = take_from(what.from, what.tokens, false);
        if (why == ledger::refusal::none)
            post(what.to, what.tokens);
        return why;
    }
    void set(const ledger::member_limit& what) {
        const std::tuple of{what.user_id, what.member, what.per};
        limits_.erase(of);
        if (what.tokens)
            limits_[of] = *what.tokens;
    }
    ledger::refusal perform(const ledger::member_limit& what, naive_outcome&) {
        return balances.contains(what.user_id) ? ledger::refusal::none : ledger::refusal::unknown_account;
    }
    ledger::refusal perform(const ledger::reversal& what, naive_outcome&) {
        if (!balances.contains(what.user_id))
            return ledger::refusal::unknown_account;
        const auto charged = charges_.find({what.user_id, what.request_id});
        if (charged == charges_.end())
            return ledger::refusal::unknown_usage;
        const std::int64_t back = what.tokens.value_or(charged->second.tokens);
        if (back == 0 || back > charged->second.tokens)
            return ledger::refusal::exceeds_charge;
        charges_of_command_[{what.user_id, what.request_id}] = charged->second;
        charges_of_command_[{what.user_id, what.request_id}].counted = -back;
        post(what.user_id, back);
        return ledger::refusal::none;
    }
    ledger::refusal perform(const ledger::usage& what, naive_outcome& made) {
        charge& told = charges_of_command_[{what.user_id, what.request_id}];
        told = {.member = what.member, .at_us = now_us};
        if (what.charge == 0)
            return ledger::refusal::none;
        ledger::refusal why = ledger::refusal::none;
        const std::int64_t before = balances.contains(what.user_id) ? balances[what.user_id] : 0;
        if (what.overrun != ledger::overrun::to_zero)
            why = take_from(what.user_id, what.charge, what.overrun == ledger::overrun::allow_negative);
        else
            why = take_what_is_there(what, made);
        if (why != ledger::refusal::none)
            return why;
        const std::int64_t charged = before - balances[what.user_id];
        if (!what.member.empty() && charged > 0)
            made.limit = limit_below(what, charged);
        told.tokens = told.counted = charged;
        return made.limit ? ledger::refusal::member_limit : ledger::refusal::none;
    }
    ledger::refusal take_what_is_there(const ledger::usage& what, naive_outcome& made) {
        if (!balances.contains(what.user_id))
            return ledger::refusal::unknown_account;
        std::int64_t charged = 0;
        while (charged < what.charge && balances[what.user_id] - charged > 0)
            ++charged;
        if (charged > 0)
            post(what.user_id, -charged);
        made.uncovered += what.charge - charged;
        return ledger::refusal::none;
    }

    // True if the window that ends now has the time in it; by the calendar of the C library.
    [[nodiscard]] bool is_in(ledger::limit_window window, std::int64_t at_us) const {
        if (window == ledger::limit_window::rolling)
            return at_us >= now_us - 24LL * 3600 * 1'000'000;
        const auto calendar = [](std::int64_t us) {
            const std::time_t seconds = us / 1'000'000;
            std::tm made{};
            gmtime_r(&seconds, &made);
            return made;
        };
        const std::tm then = calendar(at_us);
        const std::tm now = calendar(now_us);
        const bool same_month = then.tm_year == now.tm_year && then.tm_mon == now.tm_mon;
        return same_month && (window == ledger::limit_window::month || then.tm_mday == now.tm_mday);
    }
    [[nodiscard]] std::optional<ledger::limit_reached> limit_below(const ledger::usage& what,
                                                                   std::int64_t charged) const {
        using enum ledger::limit_window;
        std::optional<ledger::limit_reached> found;
        for (const ledger::limit_window window : {day, month, rolling}) {
            auto limit = limits_.find({what.user_id, what.member, window});
            if (limit == limits_.end())
                limit = limits_.find({what.user_id, "*", window});
            if (limit == limits_.end())
                continue;
            std::int64_t left = limit->second;
            for (const charges* each : {&charges_, &charges_of_command_}) {
                for (const auto& [id, one] : *each) {
                    const bool is_theirs = id.first == what.user_id && one.member == what.member;
                    if (is_theirs && is_in(window, one.at_us) && one.counted > 0)
                        left -= one.counted;
                }
            }
            left = std::max<std::int64_t>(left, 0);
            if (charged > left && (!found || left < found->left))
                found = {.member = what.member, .per = window, .tokens = limit->second, .left = left};
        }
        return found;
    }
    ledger::refusal take_from(const std::string& user, std::int64_t tokens, bool allow_negative) {
        if (!balances.contains(user))
            return ledger::refusal::unknown_account;
        if (balances[user] < tokens && !allow_negative)
            return ledger::refusal::insufficient_balance;
        post(user, -tokens);
        return ledger::refusal::none;
    }

    template <ledger::on_hold Operation>
    ledger::refusal perform(const Operation&, naive_outcome&) {
        return ledger::refusal::unknown_hold;
    }
    ledger::refusal perform(const ledger::expire&, naive_outcome&) { return ledger::refusal::nothing_due; }

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
