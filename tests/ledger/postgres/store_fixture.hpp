// Batches and plans for tests of the store alone.
#pragma once

#include "commands.hpp"
#include "ledger/postgres.hpp"
#include "postgres/store.hpp"
#include "store_failures.hpp"
#include "test_database.hpp"

#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

namespace tokenledger::test {

// The steps of run_batch, one at a time.
struct open_batch {
    explicit open_batch(ledger::store& in, std::vector<ledger::command> what)
        : where(in),
          batch(std::move(what)),
          evidence(batch.size(), "packed") {}

    void lock() {
        static_cast<void>(where.begin({}));
        known.payments = where.lock_payments(ledger::payments_to_lock(batch, {}));
        auto locked = where.lock_accounts(ledger::accounts_to_lock(batch, {}, known.payments));
        known.accounts = std::move(locked.accounts);
        known.now_us = locked.now_us;
        rows = ledger::plan(batch, known);
    }
    std::vector<std::size_t> apply() { return where.apply(rows, batch, evidence); }
    void run() {
        lock();
        static_cast<void>(apply());
        where.commit();
    }

    ledger::store& where;
    std::vector<ledger::command> batch;
    std::vector<std::string> evidence;
    ledger::snapshot known;
    ledger::batch_plan rows;
};

// Alone in its batch; again if another transaction was faster.
inline ledger::outcome run(ledger::store& where, const ledger::command& what) {
    const std::vector<ledger::command> batch{what};
    for (;;) {
        try {
            return ledger::run_batch(where, batch).front();
        } catch (const ledger::store_error& error) {
            if (error.failure() != ledger::store_failure::conflict)
                throw;
        }
    }
}

struct store_fixture {
    [[nodiscard]] std::unique_ptr<ledger::store> new_store(const std::string& user = "") const {
        ledger::postgres_options with = options;
        with.url = url_with(database.url(), "", user);
        return ledger::make_postgres_store(with);
    }
    std::string value(const std::string& sql) { return database.session().value(sql); }
    // Checks that no row and no open transaction of a batch is left.
    void check_untouched() {
        BOOST_TEST(value("SELECT count(*) FROM tokenledger.payments") == "0");
        BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events") == "0");
        BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_transactions") == "0");
        database.session().wait_until(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL",
            "0");
    }

    test_database database;
    ledger::postgres_options options{.url = database.url()};
    std::unique_ptr<ledger::store> store = ledger::make_postgres_store(options);
};

} // namespace tokenledger::test
