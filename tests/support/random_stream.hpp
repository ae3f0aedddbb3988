// Random streams of all commands of the ledger, about few accounts, payments and events.
#pragma once

#include "action_commands.hpp"
#include "payment_commands.hpp"
#include "random_lots.hpp"
#include "request_commands.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

// A random refund, dispute or end of a payment.
inline ledger::command random_update(std::mt19937_64& random, const std::string& event,
                                     const std::string& payment) {
    const auto pick = [&](std::uint64_t below) { return static_cast<std::int64_t>(random() % below); };
    ledger::payment_facts facts;
    switch (pick(8)) {
    case 0:
        return end_command(event, payment, {.canceled = true});
    case 1:
        return end_command(event, payment, {.not_ours = true});
    case 2:
        facts.not_ours = pick(4) == 0;
        [[fallthrough]];
    case 3:
        facts.refunded_cumulative_cents = pick(1000);
        facts.refunded_currency = pick(2) == 0 ? "" : pick(8) == 0 ? "eur" : "usd";
        break;
    case 4: {
        ledger::dispute_fact& dispute = facts.disputes["dp_" + std::to_string(pick(2))];
        dispute.amount_cents = pick(1000);
        dispute.funds_withdrawn = pick(2) == 0;
        dispute.funds_reinstated = pick(4) == 0;
        dispute.status = static_cast<ledger::dispute_status>(pick(4));
        for (auto moves = pick(4); moves > 0; --moves) { // the id holds both, so they never change
            const std::int64_t cents = (pick(9) - 6) * 70;
            const std::string currency = pick(4) == 0 ? "eur" : "usd";
            if (cents != 0)
                dispute.balance_transactions["txn_" + std::to_string(cents) + currency] =
                    ledger::movement_of(cents, currency);
        }
        break;
    }
    default:
        facts.refunds["re_" + std::to_string(pick(3))] = {
            .amount_cents = pick(500),
            .status = static_cast<ledger::refund_status>(pick(5) == 0),
            .moved_money = pick(4) != 0,
            .currency = pick(2) == 0   ? ""
                        : pick(8) == 0 ? "eur"
                                       : "usd"};
    }
    return update_command(event, payment, facts);
}

// An event has the same payment and type at every endpoint; every third is a purchase.
class mixed_stream : public lots_stream {
  public:
    using pools = stream_pools;
    // `name` is part of all keys and request ids: streams of different names have none in common.
    mixed_stream(std::uint64_t seed, std::string name, pools of) : lots_stream(seed, std::move(name), of) {}

    ledger::command next() {
        if (of_.lots && started_ < of_.users) // else most of what follows is refused
            return remember({granting("user_" + std::to_string(started_++), tokens())});
        if (of_.lots && pick(2) == 0)
            return pick(12) == 0 ? swept() : remember(balances());
        switch (pick(20)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
        case 7:
        case 8:
            return delivered(pick(of_.events));
        case 9:
        case 10:
        case 11:
        case 12:
        case 13:
            return remember(action(pick(of_.events)));
        default:
            return pick(4) == 0 && !asked_.empty() ? again() : remember(balances());
        }
    }

    std::vector<ledger::command> next(std::size_t count) {
        std::vector<ledger::command> made;
        while (made.size() < count)
            made.push_back(next());
        return made;
    }

  private:
    static bool is_purchase(std::uint64_t event) { return event % 3 == 0; }

    ledger::stripe_command delivered(std::uint64_t number) {
        const std::string event = "evt_" + std::to_string(number);
        const std::string payment = "pi_" + std::to_string(number % of_.payments);
        ledger::stripe_command made{.event = make_event(event, payment), .effect = {}};
        if (!is_purchase(number))
            made.event.type = "refund.updated";
        if (pick(3) == 0)
            made.event.endpoint = "/another";
        // The same mode at every endpoint; only the endpoint /another names the account.
        made.event.livemode = number % 11 != 4;
        if (number % 5 == 1 && made.event.endpoint == "/another")
            made.event.account = "acct_" + std::to_string(number % 2);
        switch (pick(8)) {
        case 0:
            made.effect = ledger::park_event{ledger::reason::bad_payload};
            break;
        case 1:
            made.effect = ledger::park_event{ledger::reason::livemode_mismatch};
            break;
        case 2:
            made.effect = ledger::ignore_event{};
            break;
        default:
            made.effect = is_purchase(number) ? bought_by(event, payment) : told_of(event, payment);
        }
        return made;
    }

    ledger::stripe_effect told_of(const std::string& event, const std::string& payment) {
        return std::get<ledger::stripe_command>(random_update(random_, event, payment)).effect;
    }

    ledger::stripe_effect bought_by(const std::string& event, const std::string& payment) {
        if (pick(8) == 0)
            return ledger::payment_update{.facts = {.not_ours = true}, .moves_tokens = false};
        const auto why = pick(3) == 0 ? ledger::reason::unknown_pack : ledger::reason::none;
        auto made = purchase_command(event, payment,
                                     {.user = user(),
                                      .tokens = tokens(),
                                      .amount_cents = 900 + static_cast<std::int64_t>(pick(2)),
                                      .currency = pick(10) == 0 ? "eur" : "usd",
                                      .refused = why});
        if (pick(4) == 0) // captured in part
            std::get<ledger::purchase>(made.effect).amount_requested_cents = 1000;
        std::get<ledger::purchase>(made.effect).lifetime = lifetime();
        return made.effect;
    }

    std::vector<ledger::operation> action(std::uint64_t number) {
        const std::string event = "evt_" + std::to_string(number);
        const std::string payment = "pi_" + std::to_string(number % of_.payments);
        switch (pick(5)) {
        case 0:
            return {dismissing(event, payment)};
        case 1:
        case 2:
            return {assigned(number, event, payment)};
        default:
            return {retrying(delivered(number))};
        }
    }

    ledger::operation assigned(std::uint64_t number, const std::string& event, const std::string& payment) {
        auto made = std::get<ledger::assign_event>(
            assigning(event, payment,
                      {.user = user(),
                       .tokens = tokens(),
                       .amount_cents = static_cast<std::int64_t>(pick(5) == 0 ? 0 : 900 + pick(2)),
                       .currency = is_purchase(number) ? "usd" : ""}));
        if (pick(3) == 0) { // by pack, which the catalogue may lack
            made.pack = "pack_" + std::to_string(pick(3));
            made.quantity = static_cast<std::int64_t>(1 + pick(2));
            made.tokens = pick(4) == 0 ? 0 : made.tokens;
            made.lifetime = lifetime();
        }
        return made;
    }

    ledger::operation used() {
        ledger::usage made = using_up(call_id("req_", "hold_"), user(), pick(3) == 0 ? 0 : tokens());
        made.overrun = static_cast<ledger::overrun>(pick(3));
        made.member = member();
        used_.push_back(made);
        return made;
    }

    ledger::operation limited() {
        ledger::member_limit made{.user_id = user(),
                                  .member = member(),
                                  .per = of_.only_rolling_limits ? ledger::limit_window::rolling
                                                                 : static_cast<ledger::limit_window>(pick(3)),
                                  .tokens = std::nullopt};
        if (made.member.empty())
            made.member = ledger::every_member;
        if (pick(4) != 0)
            made.tokens = tokens();
        return made;
    }

    // Of a usage of the stream, which may have been refused; at times of another account's.
    ledger::operation reversed() {
        if (used_.empty())
            return reversing("req_" + name_ + "none", user());
        const ledger::usage& what = used_[pick(used_.size())];
        ledger::reversal made = reversing(what.request_id, pick(8) == 0 ? user() : what.user_id);
        if (pick(2) == 0)
            made.tokens = 1 + static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(what.charge + 2)));
        return made;
    }

    ledger::operation balance() {
        if (of_.lots && pick(2) == 0)
            return with_lots();
        switch (pick(8)) {
        case 4:
            return reversed();
        case 5:
            return limited();
        case 0: {
            ledger::grant made = granting(user(), tokens());
            made.existing = pick(3) == 0;
            return made;
        }
        case 1:
            return granting(user(), tokens(),
                            pick(2) == 0 ? ledger::grant_source::trial : ledger::grant_source::subscription,
                            "in_" + name_ + std::to_string(pick(20)));
        case 2:
            return deducting(user(), tokens(), pick(4) == 0);
        case 3:
            return moving(user(), user(), tokens());
        default:
            return used();
        }
    }

    std::vector<ledger::operation> balances() {
        std::vector<ledger::operation> made;
        for (auto left = 1 + (pick(3) == 0 ? pick(4) : 0); left > 0; --left)
            made.push_back(balance());
        return made;
    }

    // Sometimes reuses the key of an earlier request; a single operation with a key of its own may have no
    // other.
    ledger::command remember(std::vector<ledger::operation> what) {
        const bool has_own_key = std::holds_alternative<ledger::usage>(what.front()) ||
                                 std::holds_alternative<ledger::reversal>(what.front()) ||
                                 std::holds_alternative<ledger::hold>(what.front()) ||
                                 std::holds_alternative<ledger::capture>(what.front()) ||
                                 std::holds_alternative<ledger::release>(what.front());
        const bool lone = what.size() == 1 && has_own_key && pick(2) == 0;
        const auto number = pick(12) == 0 ? pick(asked_.size() + 1) : asked_.size();
        asked_.push_back(request(lone ? "" : "key_" + name_ + std::to_string(number), std::move(what)));
        return asked_.back();
    }
    // Repeats a request; an action perhaps with the values of a different catalogue.
    ledger::command again() {
        auto made = std::get<ledger::admin_command>(asked_[pick(asked_.size())]);
        auto* retried = std::get_if<ledger::retry_event>(&made.operations.front());
        if (retried != nullptr && pick(2) == 0)
            retried->effect = ledger::park_event{ledger::reason::unknown_pack};
        auto* assigned_before = std::get_if<ledger::assign_event>(&made.operations.front());
        if (assigned_before != nullptr && !assigned_before->pack.empty() && pick(2) == 0)
            assigned_before->tokens = static_cast<std::int64_t>(pick(2)) * tokens();
        return made;
    }

    std::vector<ledger::command> asked_;
    std::uint64_t started_ = 0; // accounts
};

} // namespace tokenledger::test
