// Random commands on accounts with lots and holds, several in a batch, at times that go on by themselves.
#pragma once

#include "lots_ledger.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

class random_lots : public timed_ledger {
  public:
    explicit random_lots(std::uint64_t seed) : random_(seed) {
        for (const std::string& user : users_)
            ask(granting(user, 50));
    }

    // A batch, some time after the one before.
    void step() {
        const std::int64_t pause = any(0, 3) == 0 ? 0 : any(1, 6 * hour);
        now_us += pause;
        std::vector<ledger::command> batch;
        for (std::int64_t left = any(1, 4); left > 0; --left)
            batch.push_back(any_command());
        run(batch);
    }

  private:
    std::int64_t any(std::int64_t from, std::int64_t to) {
        return std::uniform_int_distribution<std::int64_t>(from, to)(random_);
    }
    bool one_in(std::int64_t many) { return any(1, many) == 1; }
    const std::string& user() { return users_.at(static_cast<std::size_t>(any(0, 2))); }
    template <class Thing>
    const Thing& one_of(const std::vector<Thing>& things) {
        return things.at(static_cast<std::size_t>(any(0, static_cast<std::int64_t>(things.size()) - 1)));
    }

    struct named {
        std::string id;
        std::string user;
        std::int64_t tokens = 0;
    };

    ledger::command any_command() {
        if (const std::int64_t kind = any(0, 9); kind == 0)
            return any_purchase();
        else if (kind < 3 && !payments_.empty())
            return any_refund();
        std::vector<ledger::operation> operations{any_operation()};
        const bool is_alone = std::visit([](const auto& each) { return has_key(each); }, operations.front());
        if (is_alone && one_in(2))
            return lone(operations.front());
        while (one_in(4))
            operations.push_back(any_operation());
        return request("key_" + std::to_string(++keys), std::move(operations));
    }

    template <class Operation>
    static bool has_key(const Operation&) {
        return std::is_same_v<Operation, ledger::usage> || std::is_same_v<Operation, ledger::reversal> ||
               std::is_same_v<Operation, ledger::hold> || std::is_same_v<Operation, ledger::capture> ||
               std::is_same_v<Operation, ledger::release>;
    }

    ledger::command any_purchase() {
        payments_.push_back(
            {.id = "pi_" + std::to_string(payments_.size() + 1), .user = user(), .tokens = any(1, 200)});
        const named& paid = payments_.back();
        ledger::stripe_command bought = purchase_command(
            next_event(), paid.id, {.user = paid.user, .tokens = paid.tokens, .amount_cents = paid.tokens});
        std::get<ledger::purchase>(bought.effect).lifetime.days = any(0, 2);
        return bought;
    }

    // A new refund, or the failure of an old one, or what is known already.
    ledger::command any_refund() {
        const named& paid = one_of(payments_);
        auto refunds = std::count_if(refunds_.begin(), refunds_.end(),
                                     [&](const named& each) { return each.user == paid.id; });
        if (refunds == 0 || one_in(2)) {
            refunds_.push_back({.id = "re_" + std::to_string(refunds_.size() + 1),
                                .user = paid.id,
                                .tokens = any(1, paid.tokens)});
            return update_command(next_event(), paid.id,
                                  refund_of(refunds_.back().id, refunds_.back().tokens));
        }
        const named& old = *std::find_if(refunds_.begin(), refunds_.end(),
                                         [&](const named& each) { return each.user == paid.id; });
        const auto status = one_in(3) ? ledger::refund_status::counting : ledger::refund_status::voided;
        return update_command(next_event(), paid.id, refund_of(old.id, old.tokens, status));
    }

    ledger::operation any_operation() {
        switch (any(0, 9)) {
        case 0:
        case 1:
        case 2: {
            ledger::grant made = granting(user(), any(1, 150));
            if (!one_in(4))
                made.expires_at_us = now_us + any(1, 3 * day);
            if (one_in(5))
                made.priority = any(0, 100);
            return made;
        }
        case 3:
            return deducting(user(), any(1, 120), one_in(4));
        case 4: {
            const std::string from = user();
            const std::string to = user();
            return moving(from, to, any(1, 100));
        }
        case 5:
        case 6: {
            usages_.push_back({.id = "req_" + std::to_string(usages_.size() + 1), .user = user()});
            ledger::usage made = using_up(usages_.back().id, usages_.back().user, any(0, 150));
            made.overrun = static_cast<ledger::overrun>(any(0, 2));
            return made;
        }
        case 7:
            if (!usages_.empty()) {
                const named& back = one_of(usages_);
                return reversing(back.id, back.user, one_in(2) ? std::optional(any(1, 60)) : std::nullopt);
            }
            [[fallthrough]];
        default:
            return any_on_hold();
        }
    }

    ledger::operation any_on_hold() {
        if (holds_.empty() || one_in(2)) {
            holds_.push_back({.id = "hold_" + std::to_string(holds_.size() + 1), .user = user()});
            return holding(holds_.back().id, holds_.back().user, any(1, 120), any(1, 86'400));
        }
        // Most often one of the newest: those may be open.
        const std::size_t newest = holds_.size() - 1;
        const auto back = static_cast<std::size_t>(any(0, 5));
        const named& on = holds_.at(newest - std::min(newest, back));
        if (one_in(4))
            return ledger::release{.hold_id = on.id, .user_id = on.user};
        if (one_in(3))
            return ledger::extension{.hold_id = on.id,
                                     .user_id = on.user,
                                     .timeout_seconds = any(1, 86'400),
                                     .tokens = one_in(2) ? std::optional(any(1, 150)) : std::nullopt};
        usages_.push_back(on);
        return capturing(on.id, on.user, any(0, 150), one_in(4));
    }

    std::mt19937_64 random_;
    std::vector<std::string> users_{"ann", "ben", "cat"};
    std::vector<named> payments_;
    std::vector<named> refunds_; // user: the payment
    std::vector<named> usages_;
    std::vector<named> holds_;
};

} // namespace tokenledger::test
