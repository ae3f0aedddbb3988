// Accounts with lots and holds against the planner and a store in memory, at times that a test sets.
#pragma once

#include "ledger_checks.hpp"
#include "payment_commands.hpp"
#include "payment_facts.hpp"
#include "request_commands.hpp"
#include "request_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

// Everything is alice's, unless a test says otherwise.
struct lots_fixture : request_fixture {
    // 2026-11-01T00:00:00Z
    static constexpr std::int64_t start_us = 1'793'491'200'000'000;
    static constexpr std::int64_t second = 1'000'000;
    static constexpr std::int64_t hour = 3600 * second;
    static constexpr std::int64_t day = 24 * hour;

    lots_fixture() { database->now_us = start_us; }
    ~lots_fixture() { require_sound(*database); }
    lots_fixture(const lots_fixture&) = delete;
    lots_fixture& operator=(const lots_fixture&) = delete;

    void at(std::int64_t since_start_us) { database->now_us = start_us + since_start_us; }
    [[nodiscard]] static std::int64_t later(std::int64_t since_start_us) { return start_us + since_start_us; }

    std::string next_key() { return "key_" + std::to_string(++keys_); }
    ledger::outcome ask(ledger::operation what) { return run(request(next_key(), {std::move(what)})); }
    // "applied", or the refusal.
    std::string said(ledger::command what) {
        const ledger::outcome got = run(std::move(what));
        if (got.result == ledger::result::refused)
            return std::string(to_string(got.refusal));
        return std::string(to_string(got.result)) + (got.replayed ? " replayed" : "");
    }
    std::string said(ledger::operation what) { return said(request(next_key(), {std::move(what)})); }

    void grant_until(std::int64_t tokens, std::optional<std::int64_t> since_start_us,
                     const std::string& user = "alice") {
        ask(granting_until(user, tokens,
                           since_start_us ? std::optional(later(*since_start_us)) : std::nullopt));
    }

    [[nodiscard]] const ledger::account_state& account(const std::string& user = "alice") const {
        return database->accounts.find(user)->second;
    }
    [[nodiscard]] std::int64_t available(const std::string& user = "alice") const {
        return account(user).available(database->now_us);
    }
    [[nodiscard]] std::int64_t held(const std::string& user = "alice") const {
        return ledger::held(account(user).lots, database->now_us);
    }
    // Remaining tokens by number of the lot, those that have none left included.
    [[nodiscard]] std::vector<std::int64_t> remaining(const std::string& user = "alice") const {
        std::vector<std::int64_t> left(static_cast<std::size_t>(account(user).lots.last_lot));
        for (const ledger::lot_state& lot : account(user).lots.lots)
            left.at(static_cast<std::size_t>(lot.lot) - 1) = lot.remaining;
        return left;
    }
    // Token amounts of the rows from the given one on.
    [[nodiscard]] std::vector<std::int64_t> amounts_from(std::size_t row) const {
        std::vector<std::int64_t> amounts;
        for (; row < database->transactions.size(); ++row)
            amounts.push_back(database->transactions[row].token_amount);
        return amounts;
    }
    [[nodiscard]] std::vector<std::int64_t> expiries() const {
        std::vector<std::int64_t> amounts;
        for (const ledger::transaction_row& row : database->transactions) {
            if (row.source == ledger::source::expiry)
                amounts.push_back(row.token_amount);
        }
        return amounts;
    }

    // Buys 1000 tokens for 1000 cents with pi_1, which can be used for so many days.
    ledger::outcome buy(std::int64_t days) {
        ledger::stripe_command bought = purchase_command(next_event(), "pi_1", {.amount_cents = 1000});
        std::get<ledger::purchase>(bought.effect).lifetime.days = days;
        return run(bought);
    }
    // So many cents of pi_1 in all: as many tokens.
    ledger::outcome refund(std::int64_t cents, const std::string& id = "re_1") {
        return run(update_command(next_event(), "pi_1", refund_of(id, cents)));
    }
    ledger::outcome refund_fails(std::int64_t cents, const std::string& id = "re_1") {
        return run(update_command(next_event(), "pi_1", refund_of(id, cents, ledger::refund_status::voided)));
    }

  private:
    std::string next_event() { return "evt_" + std::to_string(++events_); }
    int keys_ = 0;
    int events_ = 0;
};

} // namespace tokenledger::test
