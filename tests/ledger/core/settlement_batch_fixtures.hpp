// A ledger in memory with short calls for purchases, refunds and disputes of one payment.
#pragma once

#include "ledger_checks.hpp"
#include "payment_commands.hpp"
#include "settlement_fixtures.hpp"

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::ledger::fixtures {

using test::dispute_of;
using test::in_words;
using test::refund_of;

inline payment_facts charge_of(std::int64_t cents) {
    return paid{}.charge_shows(cents).facts;
}

// "alice" buys 1000 tokens for 900 cents with pi_1, unless a test says otherwise.
struct shop {
    std::shared_ptr<memory_database> database = std::make_shared<memory_database>();
    std::unique_ptr<store> where = make_memory_store(database);
    int events = 0;

    static stripe_command purchase_of(const std::string& event, const std::string& payment = "pi_1",
                                      const test::bought& what = {.amount_cents = 900}) {
        return test::purchase_command(event, payment, what);
    }
    static stripe_command update_of(const std::string& event, const payment_facts& facts,
                                    const std::string& payment = "pi_1") {
        return test::update_command(event, payment, facts);
    }

    std::vector<outcome> run(const std::vector<command>& batch) {
        std::vector<outcome> made = run_batch(*where, batch);
        test::require_sound(*database);
        return made;
    }
    outcome run(const stripe_command& one) { return run(std::vector<command>{one}).front(); }
    // Each with a new event id: evt_1, evt_2, ...
    outcome buy() { return run(purchase_of(next_event())); }
    outcome update(const payment_facts& facts) { return run(update_of(next_event(), facts)); }
    outcome end(const payment_facts& why) { return run(test::end_command(next_event(), "pi_1", why)); }

    [[nodiscard]] std::int64_t balance(const std::string& user = "alice") const {
        const auto account = database->accounts.find(user);
        return account == database->accounts.end() ? 0 : account->second.balance;
    }
    [[nodiscard]] std::string stored(const std::string& event) const {
        const memory_database::stored_event& row = database->events.at(event);
        const std::string_view why = to_string(row.reason);
        return std::string(to_string(row.result)) + (why.empty() ? "" : " ") + std::string(why);
    }
    [[nodiscard]] const transaction_row& last_row() const { return database->transactions.back(); }
    [[nodiscard]] std::size_t rows() const { return database->transactions.size(); }

  private:
    std::string next_event() { return "evt_" + std::to_string(++events); }
};

} // namespace tokenledger::ledger::fixtures
