// Settings of a role, a database or a server: the ledger works with them or refuses the database.
#include "row_checks.hpp"
#include "verify_ledger.hpp"

#include "ledger/health.hpp"
#include "ledger/postgres_reader.hpp"
#include "ledger/schema.hpp"

using namespace tokenledger;
using namespace tokenledger::test;
using contents = test_database::contents;

namespace {

struct settings_fixture : store_fixture {
    void set(const std::string& setting) {
        value("SELECT 1"); // opens its session with the settings before
        sql_session(server_url()).run("ALTER DATABASE " + database.name() + " SET " + setting);
    }
    // Records the setting at the COMMIT of a batch.
    void watch_commits() {
        database.session().run(
            "CREATE TABLE held (setting text);"
            "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO public.held VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;"
            "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON tokenledger.stripe_events"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look();"
            "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON tokenledger.idempotency_keys"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look()");
    }
};

// Creates a database of this encoding, and returns the error of the migration.
std::string said_of(const std::string& encoding) {
    const std::string name = "tokenledger_encoded";
    sql_session server(server_url());
    server.run("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING '" + encoding + "' LOCALE 'C'");
    const ledger::postgres_options options{.url = url_with(server_url(), name)};
    std::string said;
    try {
        static_cast<void>(ledger::migrate(options));
    } catch (const ledger::migration_refused& error) {
        said = error.what();
    }
    const auto report = ledger::inspect_schema(options);
    BOOST_TEST((report.state == ledger::schema_state::unusable));
    BOOST_TEST(report.detail == said);
    {
        ledger::health_probe probe(options);
        BOOST_TEST((probe.ask().schema.state == ledger::schema_state::unusable));
    }
    BOOST_TEST(sql_session(options.url).value("SELECT to_regnamespace('tokenledger') IS NULL") == "t");
    server.run("DROP DATABASE " + name + " WITH (FORCE)");
    return said;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_settings, settings_fixture)

BOOST_AUTO_TEST_CASE(synchronous_commit_off_and_local_are_raised_to_on_for_every_batch) {
    watch_commits();
    int batches = 0;
    for (const auto& [setting, holds] :
         {std::pair("off", "on"), std::pair("local", "on"), std::pair("on", "on"),
          std::pair("remote_write", "remote_write"), std::pair("remote_apply", "remote_apply")}) {
        set(std::string("synchronous_commit = ") + setting);
        const std::string n = std::to_string(++batches);
        const std::vector<std::vector<ledger::command>> kinds = {
            {purchase_by("evt_a" + n, "pi_" + n, "user_1")},
            {ignored_command("evt_b" + n)},
            {request("key_" + n, {granting("user_1", 5)})},
            {lone_usage(using_up("req_" + n, "user_1", 0))}};
        for (const auto& batch : kinds) {
            const auto own = new_store();
            static_cast<void>(ledger::run_batch(*own, batch));
            BOOST_TEST_CONTEXT(setting)
            BOOST_TEST(value("SELECT string_agg(DISTINCT setting, ',') FROM held") == holds);
            BOOST_TEST(value("SELECT count(*) > 0 FROM held") == "t");
            database.session().run("TRUNCATE held");
        }
    }
}

BOOST_AUTO_TEST_CASE(arrays_and_literals_do_not_depend_on_settings_of_the_database) {
    for (const char* setting :
         {"array_nulls = off", "standard_conforming_strings = off", "client_encoding = 'LATIN1'"})
        set(setting);
    const std::string user = R"(a\'b"c{NULL},é)";
    const auto own = new_store();
    const std::vector<ledger::command> all = {
        purchase_by(R"(evt_\1)", R"(pi_\1)", user), ignored_command(R"(evt_\2)"),
        request(R"(key_\1)", {granting(user, 5), granting("NULL", 7)}),
        lone_usage(using_up(R"(req_\1)", user, 3)), lone_usage(using_up("req_2", user, 0))};
    for (const auto& each : ledger::run_batch(*own, all))
        BOOST_TEST((each.result == ledger::result::applied || each.result == ledger::result::ignored));
    for (const auto& each : ledger::run_batch(*own, all))
        BOOST_TEST((each.result == ledger::result::duplicate || each.replayed));

    const auto reader = ledger::make_postgres_reader(options);
    BOOST_TEST(reader->account(user).value().balance == 102);
    BOOST_TEST(reader->account("NULL").value().balance == 7);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events WHERE reason IS NOT NULL") == "0");
    std::vector<std::string> wrong;
    static_cast<void>(ledger::verify({.database = options, .evidence = false},
                                     [&](const auto& each) { wrong.push_back(each.check); }));
    BOOST_TEST(wrong.empty());
}

BOOST_AUTO_TEST_CASE(a_database_with_such_settings_can_be_migrated) {
    test_database empty(contents::nothing);
    sql_session(server_url())
        .run("ALTER DATABASE " + empty.name() + " SET array_nulls = off; ALTER DATABASE " + empty.name() +
             " SET standard_conforming_strings = off");
    BOOST_TEST(ledger::migrate({.url = empty.url()}).size() == ledger::known_migrations().size());
    BOOST_TEST((ledger::inspect_schema({.url = empty.url()}).state == ledger::schema_state::current));
}

BOOST_AUTO_TEST_CASE(a_database_that_is_not_utf8_is_refused_with_a_message) {
    for (const char* encoding : {"SQL_ASCII", "LATIN1"})
        BOOST_TEST(said_of(encoding) == std::string("the encoding of the database is ") + encoding +
                                            ", and must be UTF8: make another with CREATE DATABASE ... "
                                            "TEMPLATE template0 ENCODING 'UTF8'");
}

BOOST_AUTO_TEST_SUITE_END()
