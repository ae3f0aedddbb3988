// A simple reference implementation of the contract for events, one command at a time: a payment is the list
// of its facts, evaluated again each time.
#pragma once

#include "naive_accounts.hpp"
#include "naive_settlement.hpp"

#include "ledger/command.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tokenledger::test {

// By the calendar of the C library.
inline std::tm naive_calendar(std::int64_t us) {
    const std::time_t seconds = us / 1'000'000;
    std::tm made{};
    gmtime_r(&seconds, &made);
    return made;
}

inline std::optional<std::int64_t> naive_end_of(const ledger::lifetime& of, std::int64_t from_us) {
    if (of.days == 0 && of.years == 0)
        return std::nullopt;
    std::tm date = naive_calendar(from_us);
    date.tm_year += static_cast<int>(of.years);
    const bool was_leap_day = date.tm_mon == 1 && date.tm_mday == 29;
    std::tm trial = date;
    timegm(&trial);
    if (was_leap_day && trial.tm_mon != 1)
        date.tm_mday = 28;
    date.tm_mday += static_cast<int>(of.days);
    return static_cast<std::int64_t>(timegm(&date)) * 1'000'000 + from_us % 1'000'000;
}

class naive_ledger : public naive_accounts {
  public:
    using verdict = std::pair<ledger::result, ledger::reason>;

    verdict take(const ledger::stripe_command& what) {
        posted.clear();
        const std::string& id = what.event.id;
        const auto before = events.find(id);
        if (claimed_.contains(id) && !another_endpoint_can(what))
            return {ledger::result::duplicate, ledger::reason::none};
        const verdict said = decide(what.event, what.event.payment_intent_id, what.effect);
        // An event that is ignored or of the other mode claims nothing: another endpoint may apply it, or add
        // a fact.
        const bool ignored = said.first == ledger::result::ignored;
        const bool claims = !ignored && said.second != ledger::reason::livemode_mismatch;
        const bool tells = brought_news_ && !told_.contains(id);
        if (brought_news_ || !ignored)
            told_.insert(id);
        const bool was_ignored = before != events.end() && before->second.first == ledger::result::ignored;
        if (before != events.end() && !claims && (!was_ignored || (ignored && !tells)))
            return {ledger::result::duplicate, ledger::reason::none};
        if (claims)
            claimed_.insert(id);
        events[id] = said;
        rows_[id] = what.event;
        return said;
    }

    std::map<std::string, verdict> events; // the latest result of each

  protected:
    using origin = std::pair<bool, std::string>; // live mode, account

    struct payment {
        std::optional<ledger::purchase> credit;
        std::vector<ledger::payment_facts> said;
        std::set<std::string> waiting;
        std::int64_t taken = 0;
        std::int64_t by_stripe = 0; // by what it said when tokens moved last
        std::size_t pile = 0;       // that it bought; 0: its tokens never expire
        naive_amounts others; // what its refunds took from other piles, less what they gave back to them
        std::set<origin> origins;

        [[nodiscard]] naive_facts known() const { return told_by(said); }
        [[nodiscard]] ledger::entitlement worth(const naive_facts& facts) const {
            return naive_settlement(facts, credit->tokens, credit->amount_cents, credit->currency).worth();
        }
        // The reason to park a refund in another currency, or one that may only release what was never
        // captured: if both all facts together and those of its event alone show it.
        [[nodiscard]] ledger::reason doubt(const ledger::entitlement& one,
                                           const ledger::entitlement& other) const {
            if (one.other_currency_refund && other.other_currency_refund)
                return ledger::reason::currency_mismatch;
            return one.unproven_refund && other.unproven_refund ? ledger::reason::partial_capture_refund
                                                                : ledger::reason::none;
        }
        [[nodiscard]] ledger::reason doubt() const { return doubt(worth(known()), worth(known())); }
        [[nodiscard]] ledger::reason doubt(const ledger::payment_update& update) const {
            naive_facts alone = told_by({update.facts});
            alone.requested = known().requested;
            return doubt(worth(known()), worth(alone));
        }
    };

    std::map<std::string, payment> payments_;
    std::set<std::string> claimed_;
    std::set<std::string> told_; // events whose translation is kept
    bool brought_news_ = false;
    std::map<std::string, ledger::stripe_event> rows_; // the delivery behind each of `events`
    origin origin_;                                    // of the event that is being decided
    bool by_operator_ = false;

    verdict decide(const ledger::stripe_event& event, const std::string& payment_id,
                   const ledger::stripe_effect& what, bool by_operator = false) {
        brought_news_ = false;
        origin_ = {event.livemode.value(), event.account};
        by_operator_ = by_operator;
        return std::visit([&](const auto& effect) { return decide(event.id, payments_[payment_id], effect); },
                          what);
    }

    // Only one mode and one account, except that an operator may join a named account with the unnamed one.
    [[nodiscard]] ledger::reason mismatch(const payment& of) const {
        if (of.origins.empty() || of.origins.contains(origin_))
            return ledger::reason::none;
        if (!of.origins.contains({origin_.first, of.origins.begin()->second}))
            return ledger::reason::livemode_mismatch;
        const bool nameless = origin_.second.empty() || of.origins.contains({origin_.first, ""});
        return by_operator_ && nameless ? ledger::reason::none : ledger::reason::account_mismatch;
    }

    verdict credit(payment& of, const ledger::purchase& buys) {
        of.credit = buys;
        of.origins.insert(origin_);
        of.said.push_back({.amount_requested_cents = buys.amount_requested_cents});
        sweep(buys.user_id);
        naive_account& buyer = accounts[buys.user_id];
        if (const auto end = naive_end_of(buys.lifetime, time_of(buys.user_id))) {
            buyer.credit(0, {{{.ends_us = end, .paid = true}, buys.tokens}});
            of.pile = buyer.piles.size();
        } else {
            buyer.credit(buys.tokens, {});
        }
        note(buys.user_id, buys.tokens);
        take_back(of);
        if (const ledger::reason why = of.doubt(); why != ledger::reason::none)
            release(of, {ledger::result::parked, why});
        else
            release(of, {ledger::result::applied, ledger::reason::none});
        return {ledger::result::applied, ledger::reason::none};
    }

  private:
    // Parked without any effect on the ledger by another endpoint, and this endpoint could apply it.
    [[nodiscard]] bool another_endpoint_can(const ledger::stripe_command& what) const {
        const verdict was = events.at(what.event.id);
        if (was.first != ledger::result::parked || was.second == ledger::reason::partial_capture_refund ||
            rows_.at(what.event.id).endpoint == what.event.endpoint)
            return false;
        // A refund in another currency is parked after its facts were merged: no endpoint takes it over.
        if (was.second == ledger::reason::currency_mismatch &&
            rows_.at(what.event.id).type != "payment_intent.succeeded")
            return false;
        naive_ledger trial = *this;
        const verdict would = trial.decide(what.event, what.event.payment_intent_id, what.effect);
        // What another refund or dispute left to settle is no reason to take the event over.
        if (!trial.brought_news_ && std::holds_alternative<ledger::payment_update>(what.effect))
            return false;
        return would.first == ledger::result::applied || would.first == ledger::result::waiting;
    }

    verdict decide(const std::string&, payment&, const ledger::ignore_event& effect) {
        return {ledger::result::ignored, effect.reason};
    }
    verdict decide(const std::string&, payment&, const ledger::park_event& effect) {
        return {ledger::result::parked, effect.reason};
    }

    verdict decide(const std::string&, payment& of, const ledger::purchase& buys) {
        using ledger::reason;
        if (const reason why = mismatch(of); why != reason::none)
            return {ledger::result::parked, why};
        if (!of.credit && buys.refused != reason::none)
            return {ledger::result::parked, buys.refused};
        if (!of.credit)
            return credit(of, buys);
        if (buys.user_id.empty())
            return {ledger::result::parked, buys.refused};
        if (buys.user_id != of.credit->user_id)
            return {ledger::result::parked, reason::owner_mismatch};
        if (buys.currency != of.credit->currency)
            return {ledger::result::parked, reason::currency_mismatch};
        if (buys.amount_cents != of.credit->amount_cents)
            return {ledger::result::parked, reason::amount_mismatch};
        return {ledger::result::duplicate, reason::none};
    }

    verdict decide(const std::string& event, payment& of, const ledger::payment_update& update) {
        using ledger::result;
        constexpr auto none = ledger::reason::none;
        if (const ledger::reason why = mismatch(of); why != none)
            return {update.moves_tokens ? result::parked : result::ignored, why};
        const naive_facts before = of.known();
        of.said.push_back(update.facts);
        const bool news = of.known() != before;
        brought_news_ = news;
        if (of.credit && update.moves_tokens) {
            const bool moved = take_back(of);
            if (!news && !moved)
                return {result::duplicate, none};
            of.origins.insert(origin_);
            if (const ledger::reason why = of.doubt(update); why != none)
                return {result::parked, why};
            return {result::applied, none};
        }
        if (of.credit)
            return {result::ignored, none};
        if (of.known().canceled || of.known().not_ours) {
            release(of, {result::ignored, none});
            return {result::ignored, none};
        }
        if (!news)
            return {result::duplicate, none};
        of.waiting.insert(event);
        of.origins.insert(origin_);
        return {result::waiting, none};
    }

    // What its refunds and disputes are to take in all, given what they take by what Stripe said. What its
    // pile lost by its end is not taken again, what would return to a pile that is over is not given back,
    // and no more is given back than Stripe takes less: a reversal may have made more expire since.
    [[nodiscard]] std::int64_t to_take(const payment& of, std::int64_t by_stripe) {
        const std::string& user = of.credit->user_id;
        if (of.pile == 0 || !accounts[user].pile(of.pile).is_over(time_of(user)))
            return by_stripe;
        const naive_pile& own = accounts[user].pile(of.pile);
        std::int64_t taken = by_stripe - own.expired;
        taken = std::max(taken, std::min(own.refunded, of.taken));
        return std::max(taken, of.taken - std::max<std::int64_t>(of.by_stripe - by_stripe, 0));
    }
    // True if that moved tokens.
    bool take_back(payment& of) {
        const std::string& user = of.credit->user_id;
        sweep(user);
        const std::int64_t by_stripe = of.worth(of.known()).taken_tokens;
        const std::int64_t taken = to_take(of, by_stripe);
        const std::int64_t more = taken - of.taken;
        if (more == 0)
            return false;
        naive_account& account = accounts[user];
        std::int64_t none = 0;
        std::int64_t& refunded = of.pile != 0 ? account.pile(of.pile).refunded : none;
        if (more > 0) {
            for (const auto& [number, tokens] : account.take_back(of.pile, more)) {
                if (number != 0)
                    (number == of.pile ? refunded : of.others[number]) += tokens;
            }
        } else {
            // In the reverse order of the taking: what never expires, the others, its own.
            auto places = account.last_first(of.others);
            if (of.pile != 0)
                places.insert(places.begin(), {0, of.taken - refunded - sum_of(of.others)});
            if (of.pile != 0 && !account.pile(of.pile).is_over(time_of(user)))
                places.emplace_back(of.pile, refunded);
            for (const auto& [number, tokens] : account.give_back(-more, places)) {
                if (number != 0)
                    (number == of.pile ? refunded : of.others[number]) -= tokens;
            }
        }
        note(user, -more);
        of.taken = taken;
        of.by_stripe = by_stripe;
        post_what_returned(user);
        return true;
    }
    void release(payment& of, const verdict& becomes) {
        for (const std::string& event : of.waiting)
            events[event] = becomes;
        of.waiting.clear();
    }
};

} // namespace tokenledger::test
