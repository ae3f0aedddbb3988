// Lock conflicts, and connections that break at any step.
#include "store_fixture.hpp"

#include <future>

using namespace tokenledger;
using namespace tokenledger::test;
using namespace std::chrono_literals;
using ledger::store_failure;

namespace {

const std::string blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                            " AND wait_event_type = 'Lock'";

void remove_commit_trap(test_database& database) {
    database.session().run("DROP TRIGGER at_commit ON tokenledger.stripe_events");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(store_failures, store_fixture)

BOOST_AUTO_TEST_CASE(a_batch_waits_for_a_locked_payment_and_then_sees_its_credit) {
    open_batch first(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    first.lock();
    const auto other = new_store();
    open_batch second(*other, {purchase_by("evt_2", "pi_1", "user_1")});
    auto waiting = std::async(std::launch::async, [&] { second.lock(); });
    database.session().wait_until(blocked, "1");
    static_cast<void>(first.apply());
    store->commit();
    waiting.get();
    BOOST_TEST(second.known.payments.at("pi_1").credit.has_value());
    BOOST_TEST((second.rows.outcomes[0].result == ledger::result::duplicate));
    other->rollback();
}

BOOST_AUTO_TEST_CASE(a_batch_waits_for_a_locked_account_and_then_sees_its_balance) {
    open_batch first(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    first.lock();
    const auto other = new_store();
    open_batch second(*other, {purchase_by("evt_2", "pi_2", "user_1")});
    auto waiting = std::async(std::launch::async, [&] { second.run(); });
    database.session().wait_until(blocked, "1");
    static_cast<void>(first.apply());
    store->commit();
    waiting.get();
    BOOST_TEST(second.rows.transactions.at(0).sequence == 2);
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "200");
}

BOOST_AUTO_TEST_CASE(a_lock_on_a_payment_or_account_held_for_too_long_is_unavailable) {
    open_batch(*store, {purchase_by("evt_1", "pi_1", "user_1")}).run();
    options.statement_timeout = 500ms;
    const auto impatient = new_store();
    for (const char* lock : {"SELECT FROM tokenledger.payments WHERE payment_intent_id = 'pi_1' FOR UPDATE",
                             "SELECT FROM tokenledger.token_accounts WHERE user_id = 'user_1' FOR UPDATE"}) {
        sql_session holder(database.url());
        holder.run(std::string("BEGIN; ") + lock);
        open_batch second(*impatient,
                          {purchase_by("evt_2", "pi_1", "user_1"), purchase_by("evt_3", "pi_3", "user_1")});
        BOOST_TEST((failure_of([&] { second.lock(); }) == store_failure::unavailable));
        impatient->rollback();
        holder.run("COMMIT");
    }
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.payments") == "1");
    open_batch(*impatient, {purchase_by("evt_3", "pi_3", "user_1")}).run(); // on a new connection
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "200");
}

BOOST_AUTO_TEST_CASE(a_deadlock_is_a_conflict_and_the_batch_can_run_again) {
    open_batch(*store, {purchase_by("evt_1", "pi_1", "user_1")}).run();
    database.session().run("ALTER DATABASE " + database.name() + " SET deadlock_timeout = '10ms'");
    const auto victim = new_store();
    const std::vector<std::string_view> payments = {"pi_1"};
    const std::vector<std::string_view> users = {"user_1"};
    // A session that locks in the wrong order, accounts first, and does not check for deadlocks.
    sql_session rival(database.url());
    rival.run("SET deadlock_timeout = '1h'; BEGIN;"
              " SELECT FROM tokenledger.token_accounts WHERE user_id = 'user_1' FOR UPDATE");
    static_cast<void>(victim->begin({}));
    static_cast<void>(victim->lock_payments(payments));
    auto rival_done = std::async(std::launch::async, [&] {
        rival.run("SELECT FROM tokenledger.payments WHERE payment_intent_id = 'pi_1' FOR UPDATE; ROLLBACK");
    });
    database.session().wait_until(blocked, "1");
    BOOST_TEST(
        (failure_of([&] { static_cast<void>(victim->lock_accounts(users)); }) == store_failure::conflict));
    victim->rollback(); // gives the rival its lock
    rival_done.get();
    open_batch(*victim, {purchase_by("evt_2", "pi_2", "user_1")}).run();
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "200");
}

BOOST_AUTO_TEST_CASE(a_backend_killed_during_commit_is_in_doubt_and_the_next_batch_reconnects) {
    make_commit_trap(database, "tokenledger.stripe_events",
                     "PERFORM pg_terminate_backend(pg_backend_pid());");
    open_batch batch(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    batch.lock();
    static_cast<void>(batch.apply());
    BOOST_TEST((failure_of([&] { store->commit(); }) == store_failure::in_doubt));
    store->rollback();
    check_untouched();
    remove_commit_trap(database);
    open_batch(*store, batch.batch).run();
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

BOOST_AUTO_TEST_CASE(a_commit_that_the_database_refuses_is_refused_and_leaves_nothing) {
    make_commit_trap(database, "tokenledger.stripe_events", "RAISE EXCEPTION USING ERRCODE = '23514';");
    open_batch batch(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    BOOST_TEST((failure_of([&] { batch.run(); }) == store_failure::refused));
    store->rollback();
    check_untouched();
}

BOOST_AUTO_TEST_CASE(a_batch_whose_connection_breaks_between_two_steps_leaves_nothing) {
    const auto kill = [&] {
        value("SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE datname = "
              "current_database()"
              " AND application_name = 'tokenledgerd'");
    };
    open_batch batch(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    batch.lock();
    kill();
    BOOST_TEST((failure_of([&] { batch.apply(); }) == store_failure::unavailable));
    // The steps that follow must not run on a new connection, outside the transaction.
    BOOST_TEST((failure_of([&] { batch.apply(); }) == store_failure::unavailable));
    BOOST_TEST((failure_of([&] { store->commit(); }) == store_failure::unavailable));
    store->rollback();
    check_untouched();

    batch.lock();
    static_cast<void>(batch.apply());
    kill();
    BOOST_TEST((failure_of([&] { store->commit(); }) == store_failure::in_doubt));
    store->rollback();
    check_untouched();

    batch.lock();
    kill();
    store->rollback();
    open_batch(*store, batch.batch).run();
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

BOOST_AUTO_TEST_CASE(a_restart_of_the_server_causes_one_failure_and_no_loss) {
    open_batch(*store, {purchase_by("evt_1", "pi_1", "user_1")}).run();
    control_server("restart -m fast");
    const std::vector<std::string_view> ids = {"evt_1"};
    BOOST_TEST((failure_of([&] { static_cast<void>(store->begin({.events = ids})); }) ==
                store_failure::unavailable));
    store->rollback();
    BOOST_TEST(store->begin({.events = ids}).committed.size() == 1U);
    store->rollback();
    open_batch(*store, {purchase_by("evt_2", "pi_2", "user_1")}).run();
    BOOST_TEST(sql_session(database.url()).value("SELECT balance FROM tokenledger.token_accounts") == "200");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_down_is_unavailable_until_it_is_back) {
    control_server("stop -m immediate");
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST((failure_of([&] { static_cast<void>(store->begin({})); }) == store_failure::unavailable));
        store->rollback();
    }
    control_server("start");
    open_batch(*store, {purchase_by("evt_1", "pi_1", "user_1")}).run();
    BOOST_TEST(sql_session(database.url()).value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

BOOST_AUTO_TEST_CASE(a_commit_that_never_returns_is_aborted_and_in_doubt) {
    // statement_timeout does not apply to a COMMIT; the trap acts as a standby that never answers.
    make_commit_trap(database, "tokenledger.stripe_events",
                     "SET LOCAL statement_timeout = 0; PERFORM pg_sleep(3600);");
    options.statement_timeout = 500ms;
    options.connect_timeout = 500ms;
    const auto hurried = new_store();
    open_batch batch(*hurried, {purchase_by("evt_1", "pi_1", "user_1")});
    batch.lock();
    static_cast<void>(batch.apply());
    BOOST_TEST((failure_of([&] { hurried->commit(); }) == store_failure::in_doubt));
    hurried->rollback();
    // The server has not noticed that the client is gone.
    value("SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
          " AND datname = current_database()");
    check_untouched();
}

BOOST_AUTO_TEST_SUITE_END()
