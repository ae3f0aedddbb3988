// A schema that is newer than the program: the program goes on writing if every newer migration allows it,
// and else writes no row after the migration.
#include "request_commands.hpp"
#include "store_fixture.hpp"
#include "writer/run_batch.hpp"

#include "ledger/health.hpp"
#include "ledger/schema.hpp"

#include <atomic>
#include <future>
#include <optional>

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::schema_state;
using ledger::store_failure;

namespace {

std::string own_version() {
    return std::string(ledger::known_migrations().back().version);
}

// `oldest`: the version that a program must know, as SQL.
std::string migration(const std::string& version, const std::string& oldest) {
    return "INSERT INTO tokenledger.schema_migrations (version, name, oldest_program) VALUES ('" + version +
           "', 'from_the_future', " + oldest + ");";
}

struct newer_schema : store_fixture {
    [[nodiscard]] schema_state state() const { return ledger::inspect_schema(options).state; }
    // Batches of every kind.
    static std::vector<std::vector<ledger::command>> batches(const std::string& n) {
        return {
            {purchase_by("evt_a" + n, "pi_" + n, "user_1")}, {ignored_command("evt_b" + n)},
            {purchase_by("evt_a", "pi_a", "user_1")}, // a duplicate
            {request("key_" + n, {granting("user_1", 5)})},  {request("key_d" + n, {deducting("user_1", 1)})},
            {lone_usage(using_up("req_" + n, "user_1", 0))}, {dismissing("key_e" + n, "evt_a")}};
    }
    static ledger::command dismissing(const std::string& key, const std::string& event) {
        ledger::dismiss_event what;
        what.event_id = event;
        what.reason = "because";
        return request(key, {what});
    }
    std::string rows() {
        return value(
            "SELECT (SELECT count(*) FROM tokenledger.stripe_events) + (SELECT count(*) FROM"
            " tokenledger.token_transactions) + (SELECT count(*) FROM tokenledger.idempotency_keys)");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(oldest_program, newer_schema)

BOOST_AUTO_TEST_CASE(oldest_program_of_a_migration_is_never_newer_than_the_migration) {
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.schema_migrations WHERE oldest_program > version") ==
               "0");
    BOOST_TEST(database.session().refused(migration("99990101000000", "'99990101000001'")).constraint ==
               "schema_migrations_oldest_program");
}

BOOST_AUTO_TEST_CASE(an_older_program_goes_on_if_all_newer_migrations_allow_it) {
    static_cast<void>(ledger::run_batch(*store, batches("0").front()));
    database.session().run(migration("99990101000000", "'" + own_version() + "'") +
                           migration("99990101000001", "'20261122150000'"));
    const auto report = ledger::inspect_schema(options);
    BOOST_TEST((report.state == schema_state::newer));
    BOOST_TEST(report.detail.find("99990101000001_from_the_future.sql") != std::string::npos);
    BOOST_TEST(ledger::may_serve(report.state));
    ledger::health_probe probe(options);
    for (int look = 0; look < 2; ++look)
        BOOST_TEST((probe.ask().schema.state == schema_state::newer));
    BOOST_TEST(ledger::migrate(options).empty());
    for (const auto& batch : batches("1"))
        static_cast<void>(ledger::run_batch(*store, batch));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.idempotency_keys WHERE scope = 'request'") == "2");
}

BOOST_AUTO_TEST_CASE(an_older_program_writes_no_batch_if_a_newer_migration_forbids_it) {
    const auto first = batches("0");
    static_cast<void>(ledger::run_batch(*store, {{purchase_by("evt_a", "pi_a", "user_1")}}));
    for (const std::string& oldest : {std::string("NULL"), std::string("'99990101000000'")}) {
        database.session().run(migration("99990101000000", oldest) +
                               migration("99990101000001", "'20261122150000'"));
        BOOST_TEST((state() == schema_state::unknown));
        BOOST_CHECK_THROW(static_cast<void>(ledger::migrate(options)), ledger::migration_refused);
        const std::string before = rows();
        for (const auto& batch : batches("1")) {
            BOOST_TEST((failure_of([&] { static_cast<void>(ledger::run_batch(*store, batch)); }) ==
                        store_failure::outdated));
        }
        BOOST_TEST(rows() == before);
        database.session().run("DELETE FROM tokenledger.schema_migrations WHERE version > '9999'");
        for (const auto& batch : batches(oldest == "NULL" ? "2" : "3")) // the same connection serves again
            static_cast<void>(ledger::run_batch(*store, batch));
    }
}

BOOST_AUTO_TEST_CASE(a_program_that_passes_no_version_counts_as_20261122220000) {
    const std::string call = "SELECT FROM tokenledger.open_batch('{}', '{}', '{}')";
    BOOST_TEST(database.session().refused(call).sqlstate == "TL003"); // by the migrations that came after it
    database.session().run("UPDATE tokenledger.schema_migrations SET oldest_program = '20261122220000'"
                           " WHERE version > '20261122220000'");
    database.session().run(call);
    database.session().run(migration("99990101000000", "'20261122220000'"));
    database.session().run(call);
    database.session().run(migration("99990101000001", "'20261129100000'"));
    BOOST_TEST(database.session().refused(call).sqlstate == "TL003");
}

BOOST_AUTO_TEST_CASE(a_migration_waits_for_the_running_batch_and_the_next_batch_is_refused) {
    open_batch running(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    running.lock();
    sql_session migrating(database.url());
    auto done = std::async(std::launch::async, [&] { migrating.run(migration("99990101000000", "NULL")); });
    database.session().wait_until("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
                                  "1");
    const auto other = new_store();
    auto next = std::async(std::launch::async, [&] {
        return failure_of(
            [&] { static_cast<void>(ledger::run_batch(*other, {{ignored_command("evt_2")}})); });
    });
    database.session().wait_until("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
                                  "2");
    static_cast<void>(running.apply());
    store->commit();
    done.get();
    BOOST_TEST((next.get() == store_failure::outdated));
    BOOST_TEST(value("SELECT string_agg(event_id, ',') FROM tokenledger.stripe_events") == "evt_1");
}

BOOST_AUTO_TEST_CASE(under_load_no_row_is_written_after_the_migration) {
    std::atomic<int> committed = 0;
    std::vector<std::future<std::optional<store_failure>>> writers;
    for (int writer = 0; writer < 3; ++writer)
        writers.push_back(std::async(std::launch::async, [&, writer]() -> std::optional<store_failure> {
            // No Boost.Test checks here: they are not thread-safe.
            const auto own = new_store();
            try {
                for (int i = 0; i < 100'000; ++i) {
                    const std::string n = std::to_string(writer) + "_" + std::to_string(i);
                    for (const auto& batch : {batches(n)[0], batches(n)[1], batches(n)[5]}) {
                        static_cast<void>(ledger::run_batch(*own, batch));
                        ++committed;
                    }
                }
            } catch (const ledger::store_error& error) {
                return error.failure();
            }
            return std::nullopt;
        }));
    while (committed < 300)
        std::this_thread::yield();
    // No event is added after the migration is recorded.
    const std::string there = value("BEGIN;" + migration("99990101000000", "NULL") +
                                    "SELECT count(*) FROM tokenledger.stripe_events");
    const std::string later = value("COMMIT; SELECT count(*) FROM tokenledger.stripe_events");
    for (auto& each : writers)
        BOOST_TEST((each.get() == store_failure::outdated));
    BOOST_TEST(std::stoi(there) >= 200);
    BOOST_TEST(later == there);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events") == there);
}

BOOST_AUTO_TEST_SUITE_END()
