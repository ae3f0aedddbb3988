// A ledger of lots and holds, at times that a test sets, and one with everything that they can go through.
#pragma once

#include "clocked_store.hpp"
#include "verify_ledger.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tokenledger::test {

// The days before today: verify goes by the database's clock.
struct timed_ledger : proven_fixture {
    static constexpr std::int64_t second = 1'000'000;
    static constexpr std::int64_t hour = 3600 * second;
    static constexpr std::int64_t day = 24 * hour;

    timed_ledger() { store = std::make_unique<clocked_store>(std::move(store), now_us); }

    void at(std::int64_t since_start_us) { now_us = start_us + since_start_us; }

    ledger::outcome take(ledger::command what) {
        return ledger::run_batch(*store, std::vector<ledger::command>{std::move(what)}).front();
    }
    void must(ledger::command what) {
        const ledger::outcome got = take(std::move(what));
        BOOST_TEST((got.result == ledger::result::applied), to_string(got.refusal));
    }
    void ask(ledger::operation what) { must(request("key_" + std::to_string(++keys), {std::move(what)})); }
    void refuses(ledger::operation what) {
        const ledger::outcome got = take(request("key_" + std::to_string(++keys), {std::move(what)}));
        BOOST_TEST((got.result == ledger::result::refused));
    }
    void grant(const std::string& user, std::int64_t tokens, std::optional<std::int64_t> until_us) {
        ask(granting_until(user, tokens, until_us ? std::optional(start_us + *until_us) : std::nullopt));
    }
    // As many cents as tokens.
    void buy(const std::string& payment, const std::string& user, std::int64_t tokens, std::int64_t days) {
        ledger::stripe_command bought =
            purchase_command(next_event(), payment, {.user = user, .tokens = tokens, .amount_cents = tokens});
        std::get<ledger::purchase>(bought.effect).lifetime.days = days;
        must(bought);
    }
    void refund(const std::string& payment, const std::string& id, std::int64_t cents,
                ledger::refund_status status = ledger::refund_status::counting) {
        must(update_command(next_event(), payment, refund_of(id, cents, status)));
    }
    void refund_fails(const std::string& payment, const std::string& id, std::int64_t cents) {
        refund(payment, id, cents, ledger::refund_status::voided);
    }
    std::string next_event() { return "evt_" + std::to_string(++events); }

    const std::int64_t start_us = [] {
        using namespace std::chrono;
        return duration_cast<microseconds>(floor<days>(system_clock::now() - days(40)).time_since_epoch())
            .count();
    }();
    std::int64_t now_us = start_us;
    int keys = 0;
    int events = 0;
};

// ann: 1 and 2 grants of lots 1 and 2, 3 a grant that never expires, 4 a charge, 5 an expiry that a refused
// deduction met, 6 a capture, 7 its leftover that is over, 8 a reversal, 9 what it returned to a lot that is
// over, 10 a transfer of lot 2; hold h3 is open.
// ben: 1 a grant, 2 the transfer, lot 1.
// cat: 1 a purchase, lot 1, 2 a charge, 3 its expiry, 4 its refund, 5 a grant of lot 2 that repays a debt.
// dan: 1 a purchase, 2 a deduction, 3 a grant of lot 1, 4 a refund of it, 5 its expiry, 6 the refund fails,
// 7 what that returned to the lot.
// eve: 1 a grant of lot 1, 2 its expiry, 3 a deduction that is a debt and takes what h4 holds.
struct lots_ledger : timed_ledger {
    lots_ledger() {
        grant("ann", 100, day);
        grant("ann", 300, 10 * day);
        ask(granting("ann", 50));
        must(lone_usage(using_up("req_1", "ann", 30)));
        at(12 * hour);
        must(lone(holding("h1", "ann", 40, 86'400)));
        must(lone(holding("h2", "ann", 5, 86'400)));
        must(lone(ledger::release{.hold_id = "h2", .user_id = "ann"}));
        at(25 * hour);
        refuses(deducting("ann", 5000));
        at(26 * hour);
        must(lone(capturing("h1", "ann", 25)));
        must(lone_reversal(reversing("req_1", "ann", 10)));
        ask(granting("ben", 1));
        ask(moving("ann", "ben", 60));
        must(lone(holding("h3", "ann", 20, 86'400)));
        at(0);
        buy("pi_1", "cat", 1000, 2);
        must(lone_usage(using_up("req_2", "cat", 300)));
        at(3 * day);
        refuses(deducting("cat", 1));
        refund("pi_1", "re_1", 800);
        grant("cat", 500, 20 * day);
        at(0);
        buy("pi_2", "dan", 100, 0);
        ask(deducting("dan", 100));
        grant("dan", 500, day);
        refund("pi_2", "re_2", 100);
        at(2 * day);
        refuses(deducting("dan", 1000));
        refund_fails("pi_2", "re_2", 100);
        at(0);
        grant("eve", 100, day);
        at(12 * hour);
        must(lone(holding("h4", "eve", 60, 86'400)));
        at(25 * hour);
        ask(deducting("eve", 150, true));
    }
};

} // namespace tokenledger::test
