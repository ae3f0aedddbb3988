// migrations/rights.sql: applied after the migrations, alone if there are no new ones, and never over newer
// rights.
#include "schema_options.hpp"
#include "test_database.hpp"

#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// The privileges on every object, and the function that grants them.
const std::string rights = R"(
SELECT string_agg(entry, E'\n' ORDER BY entry) FROM (
    SELECT concat_ws(' ', 'schema', nspname, nspacl::text) AS entry
      FROM pg_namespace WHERE nspname = 'tokenledger'
    UNION ALL
    SELECT concat_ws(' ', relkind, relname, relacl::text)
      FROM pg_class WHERE relnamespace = 'tokenledger'::regnamespace AND relkind IN ('r', 'S', 'v')
       AND relacl IS NOT NULL
    UNION ALL
    SELECT concat_ws(' ', 'column', attrelid::regclass, attname, attacl::text)
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'tokenledger'::regnamespace AND attacl IS NOT NULL
    UNION ALL
    SELECT concat_ws(' ', 'function', proname, proacl::text)
      FROM pg_proc WHERE pronamespace = 'tokenledger'::regnamespace
    UNION ALL
    SELECT pg_get_functiondef('tokenledger.grant_privileges()'::regprocedure)) AS entries)";

const std::string function_of_rights =
    "SELECT prosrc FROM pg_proc WHERE oid = 'tokenledger.grant_privileges()'::regprocedure";
const std::string count_of_migrations = "SELECT count(*) FROM tokenledger.schema_migrations";
const std::string altered_function =
    "CREATE OR REPLACE FUNCTION tokenledger.grant_privileges() RETURNS void LANGUAGE plpgsql"
    " AS 'BEGIN NULL; END'";
// It allows any program to go on beside it.
const std::string newer_migration =
    "INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)"
    " VALUES ('99990101000000', 'from_the_future', '20261122150000')";

// A database with the first migrations, as another tool would apply them. Roles belong to the whole server,
// so roles.sql runs in another database: it also gives the schema to its owner.
struct database_with_roles : test_database {
    explicit database_with_roles(std::size_t migrations = 0) : test_database(contents::nothing) {
        test_database(contents::nothing).session().run(source_file("migrations/roles.sql"));
        for (const ledger::migration& each : ledger::known_migrations().first(migrations))
            session().run("BEGIN; " + std::string(each.sql) + "; COMMIT");
    }
    // The names of the applied migrations.
    std::vector<std::string> migrate() {
        std::vector<std::string> names;
        for (const ledger::applied_migration& each : ledger::migrate({.url = url()}))
            names.push_back(each.name);
        return names;
    }
    std::string value(const std::string& sql) { return session().value(sql); }
};

const std::vector<std::string> rights_alone{"rights"};
const std::vector<std::string> nothing;

const std::string& rights_of_a_new_database() {
    static const std::string found = [] {
        database_with_roles fresh;
        static_cast<void>(fresh.migrate());
        return fresh.value(rights);
    }();
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(current_rights)

BOOST_AUTO_TEST_CASE(the_program_contains_rights_sql_of_the_source_tree) {
    BOOST_TEST((source_file("migrations/rights.sql") == ledger::known_rights()));
}

BOOST_AUTO_TEST_CASE(a_change_of_the_rights_needs_a_new_migration) {
    // Two programs with the same migrations and different rights would undo each other's. A change of the
    // function needs a new migration, named here with the function's new hash.
    const std::string version = "20261130210000";
    const std::string sha256 = "14ad67a2300ea03e52becb4a561772c001df7992074ba41394b2e9367656bb34";
    test_database database;
    BOOST_TEST(database.session().value("SELECT encode(sha256(convert_to((" + function_of_rights +
                                        "), 'UTF8')), 'hex')") == sha256);
    BOOST_TEST(database.session().value(count_of_migrations + " WHERE version = '" + version + "'") == "1");
}

BOOST_AUTO_TEST_CASE(migrate_gives_the_rights_of_a_new_database_from_every_earlier_state) {
    const std::string expected = rights_of_a_new_database();
    BOOST_TEST(expected.find("tokenledger_daemon=ar/") != std::string::npos);
    for (std::size_t applied = 1; applied < known_count(); ++applied) {
        BOOST_TEST_CONTEXT("after " << applied << " migrations") {
            database_with_roles old(applied);
            // The last migrations do not restore the function.
            old.session().run(altered_function);
            BOOST_TEST(old.migrate().size() == known_count() - applied);
            BOOST_TEST(old.value(rights) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(rights_sql_run_by_hand_and_twice_grants_the_same_as_the_program) {
    database_with_roles database(known_count());
    database.session().run(altered_function + "; GRANT ALL ON tokenledger.payments TO tokenledger_report");
    for (int time = 0; time < 2; ++time) {
        database.session().run("BEGIN; " + source_file("migrations/rights.sql") + "; COMMIT");
        BOOST_TEST(database.value(rights) == rights_of_a_new_database());
    }
    BOOST_TEST(database.migrate() == nothing, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_function_altered_by_hand_is_restored_by_migrate) {
    database_with_roles database;
    static_cast<void>(database.migrate());
    database.session().run(altered_function + "; GRANT DELETE ON tokenledger.payments TO tokenledger_daemon");
    BOOST_TEST(database.migrate() == rights_alone, boost::test_tools::per_element());
    BOOST_TEST(database.value(rights) == rights_of_a_new_database());
    BOOST_TEST(database.value(count_of_migrations) == std::to_string(known_count()));
}

BOOST_AUTO_TEST_CASE(a_dropped_function_is_restored_by_migrate) {
    database_with_roles database;
    static_cast<void>(database.migrate());
    database.session().run("DROP FUNCTION tokenledger.grant_privileges()");
    BOOST_TEST(database.migrate() == rights_alone, boost::test_tools::per_element());
    BOOST_TEST(database.value(rights) == rights_of_a_new_database());
}

BOOST_AUTO_TEST_CASE(a_schema_with_altered_rights_still_counts_as_current) {
    test_database database;
    database.session().run(altered_function);
    const auto report = ledger::inspect_schema({.url = database.url()});
    BOOST_TEST((report.state == ledger::schema_state::current));
}

BOOST_AUTO_TEST_CASE(migrate_writes_nothing_if_the_rights_are_current) {
    database_with_roles database;
    static_cast<void>(database.migrate());
    const std::string written =
        "SELECT string_agg(xmin::text, ',' ORDER BY oid) FROM (SELECT oid, xmin FROM pg_proc WHERE"
        " pronamespace = 'tokenledger'::regnamespace UNION ALL SELECT oid, xmin FROM pg_class WHERE"
        " relnamespace = 'tokenledger'::regnamespace) AS objects";
    const std::string before = database.value(written);
    BOOST_TEST(database.migrate() == nothing, boost::test_tools::per_element());
    BOOST_TEST(database.value(written) == before);
}

BOOST_AUTO_TEST_CASE(if_the_rights_cannot_be_granted_the_last_migration_is_not_applied) {
    database_with_roles database(known_count() - 2);
    database.session().run("DROP TABLE tokenledger.usage_archives");
    BOOST_CHECK_THROW(static_cast<void>(database.migrate()), ledger::store_error);
    BOOST_TEST(database.value(count_of_migrations) == std::to_string(known_count() - 1));
}

BOOST_AUTO_TEST_CASE(an_older_program_leaves_newer_rights_alone) {
    for (const std::size_t applied : {known_count(), known_count() - 1}) {
        BOOST_TEST_CONTEXT(applied << " of the program's own migrations") {
            database_with_roles database(applied);
            database.session().run(newer_migration + "; " + altered_function +
                                   "; GRANT DELETE ON tokenledger.payments TO tokenledger_daemon");
            const std::string newer = database.value(rights);
            BOOST_TEST(database.migrate().size() == known_count() - applied);
            BOOST_TEST(database.value(rights) == newer);
            // Without the newer migration, this program restores its rights.
            database.session().run("DELETE FROM tokenledger.schema_migrations WHERE version > '9999'");
            BOOST_TEST(database.migrate() == rights_alone, boost::test_tools::per_element());
            BOOST_TEST(database.value(rights) == rights_of_a_new_database());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
