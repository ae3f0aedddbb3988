// Migrations on a real server: by the program, by psql, concurrent, and refused ones.
#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"
#include "schema_options.hpp"
#include "test_database.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <future>

using namespace tokenledger;
using ledger::schema_state;
using contents = test::test_database::contents;
using test::known_count;
using test::options_for;

namespace {

std::string path_of(const ledger::migration& file) {
    return "migrations/" + std::string(file.version) + "_" + std::string(file.name) + ".sql";
}

void run_psql(const test::test_database& database, const std::string& file) {
    const char* programs = std::getenv("TOKENLEDGER_TEST_PGBIN");
    BOOST_TEST_REQUIRE(programs != nullptr);
    const std::string command = std::string(programs) + "/psql -X -q -1 -v ON_ERROR_STOP=1 -d \"" +
                                database.url() + "\" -f " + test::source_path(file).string() + " >/dev/null";
    BOOST_TEST_REQUIRE(std::system(command.c_str()) == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(migrations)

BOOST_AUTO_TEST_CASE(the_program_contains_the_migrations_of_the_source_tree_in_order) {
    BOOST_TEST_REQUIRE(known_count() > 0U);
    std::string_view previous;
    for (const ledger::migration& file : ledger::known_migrations()) {
        BOOST_TEST(previous < file.version);
        previous = file.version;
        BOOST_TEST((test::source_file(path_of(file)) == file.sql), path_of(file));
    }
}

BOOST_AUTO_TEST_CASE(an_empty_database_is_missing_until_it_is_migrated_and_then_current) {
    test::test_database database(contents::nothing);
    const auto before = ledger::inspect_schema(options_for(database));
    BOOST_TEST((before.state == schema_state::missing));
    BOOST_TEST(before.detail.find(ledger::known_migrations().front().version) != std::string::npos);

    const auto applied = ledger::migrate(options_for(database));
    BOOST_TEST(applied.size() == known_count());
    BOOST_TEST(applied.front().version == ledger::known_migrations().front().version);
    BOOST_TEST(applied.front().name == ledger::known_migrations().front().name);
    const auto after = ledger::inspect_schema(options_for(database));
    BOOST_TEST((after.state == schema_state::current));
    BOOST_TEST(after.detail.empty());
}

BOOST_AUTO_TEST_CASE(migrating_again_applies_nothing) {
    test::test_database database;
    BOOST_TEST(ledger::migrate(options_for(database)).empty());
    BOOST_TEST(database.session().value("SELECT count(*) FROM tokenledger.schema_migrations") ==
               std::to_string(known_count()));
}

BOOST_AUTO_TEST_CASE(concurrent_migrations_all_succeed_and_apply_each_file_once) {
    test::test_database database(contents::nothing);
    std::vector<std::future<std::vector<ledger::applied_migration>>> runs;
    for (int i = 0; i < 4; ++i)
        runs.push_back(
            std::async(std::launch::async, [&] { return ledger::migrate(options_for(database)); }));
    std::size_t applied = 0;
    for (auto& run : runs)
        applied += run.get().size();
    BOOST_TEST(applied == known_count());
    BOOST_TEST((ledger::inspect_schema(options_for(database)).state == schema_state::current));
}

BOOST_AUTO_TEST_CASE(a_schema_applied_by_psql_is_current_and_migrate_records_the_checksums) {
    test::test_database database(contents::nothing);
    for (const ledger::migration& file : ledger::known_migrations())
        run_psql(database, path_of(file));
    run_psql(database, "migrations/rights.sql");
    const std::string unchecked = "SELECT count(*) FROM tokenledger.schema_migrations WHERE checksum IS NULL";
    BOOST_TEST(database.session().value(unchecked) == std::to_string(known_count()));
    BOOST_TEST((ledger::inspect_schema(options_for(database)).state == schema_state::current));

    BOOST_TEST(ledger::migrate(options_for(database)).empty());
    BOOST_TEST(database.session().value(unchecked) == "0");
    BOOST_TEST((ledger::inspect_schema(options_for(database)).state == schema_state::current));
}

BOOST_AUTO_TEST_CASE(the_checksum_is_the_sha256_of_the_file) {
    test::test_database database;
    const ledger::migration& file = ledger::known_migrations().front();
    BOOST_TEST_REQUIRE(file.sql.find("$file$") == std::string_view::npos);
    BOOST_TEST(
        database.session().value("SELECT checksum = sha256(convert_to($file$" + std::string(file.sql) +
                                 "$file$, 'UTF8')) FROM tokenledger.schema_migrations WHERE version = '" +
                                 std::string(file.version) + "'") == "t");
}

BOOST_AUTO_TEST_CASE(a_file_changed_after_it_was_applied_is_refused) {
    test::test_database database;
    database.session().run("UPDATE tokenledger.schema_migrations SET checksum = sha256('another')");
    const auto report = ledger::inspect_schema(options_for(database));
    BOOST_TEST((report.state == schema_state::changed));
    BOOST_CHECK_EXCEPTION(static_cast<void>(ledger::migrate(options_for(database))),
                          ledger::migration_refused, [&](const ledger::migration_refused& error) {
                              return error.what() == report.detail &&
                                     report.detail.find("was changed after it was applied") !=
                                         std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(a_schema_newer_than_the_program_is_refused) {
    test::test_database database;
    database.session().run("INSERT INTO tokenledger.schema_migrations (version, name) VALUES "
                           "('29990101000000', 'from_the_future')");
    const auto report = ledger::inspect_schema(options_for(database));
    BOOST_TEST((report.state == schema_state::unknown));
    BOOST_TEST(report.detail.find("29990101000000_from_the_future.sql") != std::string::npos);
    BOOST_CHECK_THROW(static_cast<void>(ledger::migrate(options_for(database))), ledger::migration_refused);
}

BOOST_AUTO_TEST_CASE(a_refused_or_failed_run_leaves_the_database_as_it_was) {
    test::test_database database(contents::nothing);
    // The function makes the first migration fail after it has created tables.
    database.session().run(
        "CREATE SCHEMA tokenledger; CREATE FUNCTION tokenledger.refuse_change() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
    BOOST_CHECK_THROW(static_cast<void>(ledger::migrate(options_for(database))), ledger::store_error);
    BOOST_TEST(database.session().value("SELECT count(*) FROM pg_tables WHERE schemaname = 'tokenledger'") ==
               "0");
    database.session().run("DROP FUNCTION tokenledger.refuse_change()");
    BOOST_TEST(ledger::migrate(options_for(database)).size() == known_count());
}

BOOST_AUTO_TEST_CASE(a_database_that_cannot_be_reached_is_an_error_and_not_a_state) {
    BOOST_CHECK_THROW(static_cast<void>(ledger::inspect_schema({.url = "host=/nonexistent"})),
                      ledger::store_error);
    BOOST_CHECK_THROW(static_cast<void>(ledger::migrate({.url = "host=/nonexistent"})), ledger::store_error);
}

BOOST_AUTO_TEST_CASE(with_roles_created_first_the_owner_can_migrate_and_the_daemon_cannot) {
    test::test_database database(contents::nothing);
    run_psql(database, "migrations/roles.sql");
    BOOST_TEST(ledger::migrate(options_for(database, "tokenledger_owner")).size() == known_count());
    BOOST_TEST(database.session().value("SELECT bool_and(tableowner = 'tokenledger_owner') FROM pg_tables"
                                        " WHERE schemaname = 'tokenledger'") == "t");
    const auto seen_by_daemon = ledger::inspect_schema(options_for(database, "tokenledger_daemon"));
    BOOST_TEST((seen_by_daemon.state == schema_state::current));
    BOOST_CHECK_THROW(
        static_cast<void>(ledger::migrate(
            {.url = test::url_with(test::test_database(contents::nothing).url(), "", "tokenledger_daemon")})),
        ledger::store_error);
}

BOOST_AUTO_TEST_CASE(roles_created_after_the_migration_and_twice_have_the_same_rights) {
    test::test_database late(contents::nothing);
    static_cast<void>(ledger::migrate(options_for(late)));
    run_psql(late, "migrations/roles.sql");
    run_psql(late, "migrations/roles.sql");
    test::test_database early(contents::nothing);
    run_psql(early, "migrations/roles.sql");
    static_cast<void>(ledger::migrate(options_for(early, "tokenledger_owner")));

    const std::string rights =
        "SELECT string_agg(concat_ws(' ', relname, pg_get_userbyid(relowner), relacl::text), E'\\n' ORDER BY "
        "relname)"
        " FROM pg_class WHERE relnamespace = 'tokenledger'::regnamespace AND relkind IN ('r', 'S')";
    const std::string expected = early.session().value(rights);
    BOOST_TEST(expected.find("tokenledger_daemon=ar/") != std::string::npos);
    BOOST_TEST(late.session().value(rights) == expected);
}

BOOST_AUTO_TEST_SUITE_END()
