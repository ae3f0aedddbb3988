// Requests against the planner and a store in memory.
#pragma once

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

// What the fixtures run against; ledger/postgres/worked_examples_test.cpp sets another one.
using store_maker = std::unique_ptr<ledger::store> (*)(const std::shared_ptr<ledger::memory_database>&);
inline store_maker make_store = [](const std::shared_ptr<ledger::memory_database>& of) {
    return ledger::make_memory_store(of);
};

struct request_fixture {
    std::shared_ptr<ledger::memory_database> database = std::make_shared<ledger::memory_database>();
    std::unique_ptr<ledger::store> where = make_store(database);

    ledger::outcome run(ledger::command what) {
        const std::vector<ledger::command> batch{std::move(what)};
        return ledger::run_batch(*where, batch).front();
    }
    std::vector<ledger::outcome> run_all(const std::vector<ledger::command>& batch) {
        return ledger::run_batch(*where, batch);
    }

    [[nodiscard]] std::int64_t balance(const std::string& user) const {
        const auto at = database->accounts.find(user);
        return at == database->accounts.end() ? 0 : at->second.balance;
    }
    // A refused request must leave nothing behind.
    void require_refused(ledger::command what, ledger::refusal why, std::size_t item = 0) {
        const auto rows = database->transactions.size();
        const auto keys = database->keys;
        const ledger::outcome got = run(std::move(what));
        BOOST_TEST((got.result == ledger::result::refused));
        BOOST_TEST(to_string(got.refusal) == to_string(why));
        BOOST_TEST(got.item == item);
        BOOST_TEST(got.posted.empty());
        BOOST_TEST(database->transactions.size() == rows);
        BOOST_TEST((database->keys == keys));
    }
};

} // namespace tokenledger::test
