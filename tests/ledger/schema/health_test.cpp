// The health probe: schema, queue and settings, over one connection that it reopens after a failure.
#include "ledger/health.hpp"
#include "ledger/schema.hpp"
#include "schema_options.hpp"
#include "test_database.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

using namespace tokenledger;
using contents = test::test_database::contents;
using test::options_for;

namespace {

// `count` events of this result, received so many days ago.
std::string insert_events(const std::string& prefix, int count, const std::string& result, int days = 0) {
    return "INSERT INTO tokenledger.stripe_events (event_id, event_type, result, reason, endpoint, livemode,"
           " received_at, evidence_format, evidence) SELECT '" +
           prefix + "' || n, 'charge.refunded', '" + result +
           "', 'unknown_pack', '/', true, now() - interval '" + std::to_string(days) +
           " days', 1, '\\x00' FROM generate_series(1, " + std::to_string(count) + ") n;";
}

} // namespace

BOOST_AUTO_TEST_SUITE(health)

BOOST_AUTO_TEST_CASE(parked_and_waiting_events_are_counted_without_expired_ones) {
    test::test_database database;
    ledger::health_probe probe(options_for(database));
    ledger::health found = probe.ask();
    BOOST_TEST((found.schema.state == ledger::schema_state::current));
    BOOST_TEST(found.parked == 0);
    BOOST_TEST(found.waiting == 0);
    database.session().run(insert_events("parked", 3, "parked", 100) +
                           insert_events("new", 2, "waiting", 29) + insert_events("old", 5, "waiting", 31) +
                           insert_events("done", 7, "applied"));
    found = probe.ask();
    BOOST_TEST(found.parked == 3);
    BOOST_TEST(found.waiting == 2);
}

BOOST_AUTO_TEST_CASE(a_change_of_the_schema_is_noticed_by_the_next_call) {
    test::test_database database;
    ledger::health_probe probe(options_for(database));
    BOOST_TEST((probe.ask().schema.state == ledger::schema_state::current));
    database.session().run(
        "INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('99991231235959', 'x')");
    BOOST_TEST((probe.ask().schema.state == ledger::schema_state::unknown));
    database.session().run("DELETE FROM tokenledger.schema_migrations WHERE version = '99991231235959'");
    BOOST_TEST((probe.ask().schema.state == ledger::schema_state::current));
    database.session().run("UPDATE tokenledger.schema_migrations SET checksum = sha256('another')");
    BOOST_TEST((probe.ask().schema.state == ledger::schema_state::changed));
}

BOOST_AUTO_TEST_CASE(a_missing_schema_is_reported_and_found_after_the_migration) {
    test::test_database database(contents::nothing);
    ledger::health_probe probe(options_for(database));
    BOOST_TEST((probe.ask().schema.state == ledger::schema_state::missing));
    BOOST_TEST(!ledger::migrate(options_for(database)).empty());
    BOOST_TEST((probe.ask().schema.state == ledger::schema_state::current));
}

BOOST_AUTO_TEST_CASE(a_broken_connection_is_one_error_and_then_reopened) {
    test::test_database database;
    ledger::health_probe probe(options_for(database));
    BOOST_TEST(probe.ask().parked == 0);
    database.session().run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                           " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    BOOST_CHECK_THROW(static_cast<void>(probe.ask()), ledger::store_error);
    BOOST_TEST(probe.ask().parked == 0);
}

// Refunds and disputes of payments that are not ours may wait for ever.
BOOST_AUTO_TEST_CASE(the_count_reads_only_queued_events_and_no_applied_or_expired_ones) {
    test::test_database database;
    database.session().run(insert_events("done", 20'000, "applied") +
                           insert_events("foreign", 20'000, "waiting", 31) +
                           insert_events("parked", 3, "parked") + insert_events("new", 2, "waiting"));
    database.session().run("VACUUM ANALYZE tokenledger.stripe_events");
    test::sql_session& session = database.session();
    const std::string whole = "SELECT pg_stat_get_numscans('tokenledger.stripe_events'::regclass)";
    const std::string entries =
        "SELECT pg_stat_get_tuples_returned('tokenledger.stripe_events_outcome'::regclass)";
    const std::string before = session.value(whole);
    const std::string entries_before = session.value(entries);
    {
        ledger::health_probe probe(options_for(database));
        const ledger::health found = probe.ask();
        BOOST_TEST(found.parked == 3);
        BOOST_TEST(found.waiting == 2);
    }
    // A backend reports its statistics when it ends.
    session.wait_until(entries + " > " + entries_before, "t");
    BOOST_TEST(session.value(entries + " - " + entries_before) == "5");
    BOOST_TEST(session.value(whole) == before);
}

BOOST_AUTO_TEST_CASE(settings_with_which_a_crash_loses_events_are_reported) {
    test::test_database database;
    const auto found = [&] {
        ledger::health_probe probe(options_for(database));
        return probe.ask().unsafe_settings;
    };
    database.session().run("ALTER SYSTEM SET fsync = off");
    database.session().run("ALTER SYSTEM SET full_page_writes = off");
    database.session().run("SELECT pg_reload_conf()");
    using strings = std::vector<std::string>;
    while (found() != strings{"fsync", "full_page_writes"}) // until the server has reloaded
        std::this_thread::yield();
    database.session().run("ALTER SYSTEM SET fsync = on");
    database.session().run("ALTER SYSTEM RESET full_page_writes");
    database.session().run("SELECT pg_reload_conf()");
    while (!found().empty())
        std::this_thread::yield();
    database.session().run("ALTER SYSTEM RESET fsync"); // as the tests' server was started
    database.session().run("SELECT pg_reload_conf()");
}

BOOST_AUTO_TEST_SUITE_END()
