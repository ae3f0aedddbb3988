// The wrapper around libpqxx: how each failure of a connection is classified.
#include "pg/connection.hpp"

#include "ledger/postgres.hpp"
#include "store_failures.hpp"
#include "test_database.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

using namespace tokenledger;
using namespace std::chrono_literals;
using ledger::store_error;
using ledger::store_failure;
using ledger::pg::connection;
using test::failure_of;

namespace {

std::string raise(const std::string& sqlstate) {
    return "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + sqlstate + "'; END $$";
}

void make_trap(test::test_database& database, const std::string& statement) {
    database.session().run("DROP TABLE IF EXISTS trap; CREATE TABLE trap (n int)");
    test::make_commit_trap(database, "trap", statement);
}

store_failure failure_of_trapped_commit(const std::string& url) {
    connection server(url, 10s);
    server.exec("BEGIN; INSERT INTO trap VALUES (1)");
    return failure_of([&] { server.commit(); });
}

// Makes every COMMIT wait for a standby that does not exist, once the server's processes have reloaded.
struct missing_standby {
    missing_standby() { set("'nobody'"); }
    ~missing_standby() { set("''"); }
    missing_standby(const missing_standby&) = delete;
    missing_standby& operator=(const missing_standby&) = delete;

    static void set(const std::string& names) {
        test::sql_session session(test::server_url());
        session.run("ALTER SYSTEM SET synchronous_standby_names = " + names);
        session.run("SELECT pg_reload_conf()");
    }
};

// Commits rows of `kept` until a COMMIT fails.
store_failure commit_until_failure(connection& server, std::optional<std::chrono::milliseconds> limit) {
    return failure_of([&] {
        for (int attempt = 0; attempt < 10'000; ++attempt) {
            server.limit(std::nullopt);
            server.exec("BEGIN; INSERT INTO kept VALUES (1)");
            server.limit(limit);
            server.commit();
        }
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(connections)

BOOST_AUTO_TEST_CASE(the_sqlstate_decides_the_kind_of_failure) {
    const std::pair<const char*, store_failure> expectations[] = {
        {"22003", store_failure::refused},     {"22021", store_failure::refused},
        {"23514", store_failure::refused},     {"23505", store_failure::refused},
        {"23503", store_failure::refused},     {"40001", store_failure::conflict},
        {"40P01", store_failure::conflict},    {"40003", store_failure::unavailable},
        {"42P01", store_failure::unavailable}, {"42501", store_failure::unavailable},
        {"53100", store_failure::unavailable}, {"55P03", store_failure::unavailable},
        {"57014", store_failure::unavailable}, {"57P01", store_failure::unavailable},
        {"P0001", store_failure::unavailable}, {"TL001", store_failure::unavailable},
        {"XX001", store_failure::unavailable},
    };
    connection server(test::server_url(), 10s);
    for (const auto& [sqlstate, expected] : expectations) {
        BOOST_TEST_CONTEXT(sqlstate)
        BOOST_TEST(
            (failure_of([&, state = std::string(sqlstate)] { server.exec(raise(state)); }) == expected));
    }
}

BOOST_AUTO_TEST_CASE(a_url_that_libpq_cannot_read_has_its_own_error_that_does_not_repeat_it) {
    for (const char* url : {"postgresql://[::1", "nonsense=1", "postgresql://u:secret%zz@h/d"}) {
        BOOST_CHECK_EXCEPTION(connection(url, 1s), tokenledger::ledger::unreadable_url,
                              [&](const tokenledger::ledger::unreadable_url& error) {
                                  return std::string_view(error.what()).find(url) == std::string_view::npos;
                              });
        BOOST_TEST(!tokenledger::ledger::is_readable_url(url));
    }
}

BOOST_AUTO_TEST_CASE(a_password_in_a_url_is_found_in_every_notation) {
    using tokenledger::ledger::has_password;
    for (const char* url : {"postgresql://u:secret@h/d", "postgres://u@h/d?password=secret",
                            "password=secret", "host=h sslpassword='secret'"})
        BOOST_TEST(has_password(url), url);
    for (const char* url :
         {"postgresql://u@h/d", "postgresql://u:@h/d", "host=h passfile=/x", "password=''", ""})
        BOOST_TEST(!has_password(url), url);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_unavailable) {
    BOOST_TEST((failure_of([] { connection("host=/nonexistent dbname=postgres", 2s); }) ==
                store_failure::unavailable));
}

BOOST_AUTO_TEST_CASE(settings_of_the_url_override_the_defaults) {
    connection server(test::url_with(test::server_url(), "postgres") + " application_name=mine", 10s);
    BOOST_TEST(server.exec("SHOW application_name").text(0, 0) == "mine");
    connection other(test::server_url(), 10s);
    BOOST_TEST(other.exec("SHOW application_name").text(0, 0) == "tokenledgerd");
    BOOST_TEST(other.exec("SHOW client_encoding").text(0, 0) == "UTF8");
}

BOOST_AUTO_TEST_CASE(a_nul_in_text_is_refused_instead_of_cut) {
    connection server(test::server_url(), 10s);
    const std::optional<std::string> value[] = {std::string("a\0b", 3)};
    BOOST_TEST((failure_of([&] { server.exec("SELECT $1", value); }) == store_failure::refused));
    BOOST_TEST((failure_of([&] { static_cast<void>(server.quote(std::string_view("a\0b", 3))); }) ==
                store_failure::refused));
}

BOOST_AUTO_TEST_CASE(null_and_empty_text_are_different_in_both_directions) {
    connection server(test::server_url(), 10s);
    const std::optional<std::string> values[] = {std::nullopt, ""};
    const auto rows = server.exec("SELECT $1::text, $2::text, $1 IS NULL, $2 IS NULL", values);
    BOOST_TEST(!rows.get(0, 0).has_value());
    BOOST_TEST((rows.get(0, 1) == std::optional<std::string_view>("")));
    BOOST_TEST(rows.text(0, 2) == "t");
    BOOST_TEST(rows.text(0, 3) == "f");
    BOOST_CHECK_THROW(static_cast<void>(rows.text(0, 0)), store_error);
    BOOST_CHECK_THROW(static_cast<void>(rows.number(0, 1)), store_error);
}

BOOST_AUTO_TEST_CASE(a_connection_is_usable_after_a_refusal_that_was_rolled_back) {
    connection server(test::server_url(), 10s);
    server.exec("BEGIN");
    BOOST_TEST((failure_of([&] { server.exec("SELECT 1 / 0"); }) == store_failure::refused));
    BOOST_TEST(server.rollback());
    BOOST_TEST(server.exec("SELECT 1").number(0, 0) == 1);
}

BOOST_AUTO_TEST_CASE(a_long_error_text_is_cut_to_one_short_line) {
    connection server(test::server_url(), 10s);
    const std::optional<std::string> value[] = {std::string(100'000, 'x')};
    BOOST_CHECK_EXCEPTION(server.exec("SELECT $1::bigint", value), store_error, [](const store_error& error) {
        return error.failure() == store_failure::refused && std::string_view(error.what()).size() < 1000 &&
               std::string_view(error.what()).find('\n') == std::string_view::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_connection_whose_backend_was_killed_does_not_reconnect) {
    connection server(test::server_url(), 10s);
    const auto kill = [&] { server.exec("SELECT pg_terminate_backend(pg_backend_pid())"); };
    BOOST_TEST((failure_of(kill) == store_failure::unavailable));
    // A new session instead of the old one would lack half of the transaction.
    BOOST_TEST((failure_of([&] { server.exec("SELECT 1"); }) == store_failure::unavailable));
    BOOST_TEST(!server.rollback());
}

BOOST_AUTO_TEST_CASE(a_backend_killed_during_commit_is_in_doubt) {
    test::test_database database(test::test_database::contents::nothing);
    make_trap(database, "PERFORM pg_terminate_backend(pg_backend_pid());");
    BOOST_TEST((failure_of_trapped_commit(database.url()) == store_failure::in_doubt));
}

BOOST_AUTO_TEST_CASE(the_sqlstate_of_a_failed_commit_decides_whether_it_is_in_doubt) {
    test::test_database database(test::test_database::contents::nothing);
    for (const auto& [sqlstate, expected] :
         {std::pair("23514", store_failure::refused), std::pair("40001", store_failure::conflict),
          std::pair("40P01", store_failure::conflict), std::pair("57014", store_failure::unavailable),
          std::pair("57P01", store_failure::in_doubt), std::pair("XX000", store_failure::in_doubt)}) {
        make_trap(database, std::string("RAISE EXCEPTION USING ERRCODE = '") + sqlstate + "';");
        BOOST_TEST_CONTEXT(sqlstate)
        BOOST_TEST((failure_of_trapped_commit(database.url()) == expected));
    }
}

BOOST_AUTO_TEST_CASE(a_commit_with_a_warning_is_in_doubt) {
    test::test_database database(test::test_database::contents::nothing);
    make_trap(database, "RAISE WARNING 'hm';");
    BOOST_TEST((failure_of_trapped_commit(database.url()) == store_failure::in_doubt));
}

BOOST_AUTO_TEST_CASE(a_commit_cancelled_while_it_waits_for_its_standby_is_in_doubt) {
    test::test_database database(test::test_database::contents::nothing);
    database.session().run("CREATE TABLE kept (n int)");
    connection server(database.url(), 10s);
    const missing_standby standby;
    auto committing =
        std::async(std::launch::async, [&] { return commit_until_failure(server, std::nullopt); });
    database.session().wait_until(
        "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", "1");
    BOOST_TEST((committing.get() == store_failure::in_doubt));
}

BOOST_AUTO_TEST_CASE(a_statement_that_exceeds_its_limit_loses_its_connection) {
    connection server(test::server_url(), 10s);
    server.limit(50ms);
    BOOST_TEST((failure_of([&] { server.exec("SELECT pg_sleep(3600)"); }) == store_failure::unavailable));
    BOOST_TEST(!server.rollback());
}

BOOST_AUTO_TEST_CASE(a_commit_that_exceeds_its_limit_is_in_doubt) {
    test::test_database database(test::test_database::contents::nothing);
    database.session().run("CREATE TABLE kept (n int)");
    connection server(database.url(), 10s);
    const missing_standby standby;
    BOOST_TEST((commit_until_failure(server, 100ms) == store_failure::in_doubt));
}

BOOST_AUTO_TEST_CASE(a_limit_applies_only_during_calls_and_can_be_renewed) {
    connection server(test::server_url(), 10s);
    test::sql_session clock(test::server_url());
    for (int round = 0; round < 3; ++round) {
        server.limit(1ms);
        clock.run("SELECT pg_sleep(0.01)"); // the limit passes outside of libpq
        server.limit(1h);
        BOOST_TEST(server.exec("SELECT 1").number(0, 0) == 1);
        server.limit(std::nullopt);
        BOOST_TEST(server.exec("SELECT 2").number(0, 0) == 2);
    }
}

BOOST_AUTO_TEST_SUITE_END()
