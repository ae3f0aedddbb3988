// Creates databases from a migrated template, which takes a fraction of the time of a migration.
#include "test_database.hpp"

#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"

#include <chrono>
#include <cstdlib>
#include <libpq-fe.h>
#include <memory>
#include <unistd.h>

// Read by LeakSanitizer. libpqxx 6.4 leaks the last result of a connection that breaks, as happens often in
// these tests.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpqxx-6.4\n";
}

namespace tokenledger::test {

namespace {

PGconn* as_connection(void* handle) {
    return static_cast<PGconn*>(handle);
}

std::string field_of(const PGresult* result, int field) {
    const char* text = PQresultErrorField(result, field);
    return text != nullptr ? text : "";
}

std::string new_name() {
    static int count = 0;
    return "tokenledger_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

// Migrated once per program; dropped when the program ends.
struct migrated_template {
    migrated_template() : name(new_name() + "_template") {
        sql_session(server_url()).run("CREATE DATABASE " + name);
        static_cast<void>(ledger::migrate({.url = url_with(server_url(), name)}));
    }
    ~migrated_template() {
        try {
            sql_session(server_url()).run("DROP DATABASE IF EXISTS " + name);
        } catch (const std::exception&) { // the server is gone, and the template with it
        }
    }
    migrated_template(const migrated_template&) = delete;
    migrated_template& operator=(const migrated_template&) = delete;
    std::string name;
};

} // namespace

sql_session::sql_session(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    PGconn* connection = as_connection(connection_);
    if (PQstatus(connection) != CONNECTION_OK) {
        const std::string message = PQerrorMessage(connection);
        PQfinish(connection);
        throw sql_error(message, "08006", "");
    }
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
}

sql_session::~sql_session() {
    PQfinish(as_connection(connection_));
}

std::vector<sql_session::row> sql_session::rows(const std::string& sql) {
    PGconn* connection = as_connection(connection_);
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection, sql.c_str()), PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw sql_error(PQerrorMessage(connection), field_of(result.get(), PG_DIAG_SQLSTATE),
                        field_of(result.get(), PG_DIAG_CONSTRAINT_NAME));
    std::vector<row> all(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t r = 0; r < all.size(); ++r) {
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            const int line = static_cast<int>(r);
            if (PQgetisnull(result.get(), line, column) != 0)
                all[r].emplace_back();
            else
                all[r].emplace_back(PQgetvalue(result.get(), line, column));
        }
    }
    return all;
}

std::string sql_session::value(const std::string& sql) {
    const auto all = rows(sql);
    if (all.size() != 1 || all[0].size() != 1)
        throw std::logic_error("not one value: " + sql);
    return all[0][0].value_or("NULL");
}

sql_error sql_session::refused(const std::string& sql) {
    try {
        rows(sql);
    } catch (const sql_error& error) {
        return error;
    }
    throw std::logic_error("not refused: " + sql);
}

void sql_session::wait_until(const std::string& sql, std::string_view expected) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    std::string last;
    while ((last = value(sql)) != expected) {
        if (std::chrono::steady_clock::now() > give_up)
            throw std::runtime_error("still " + last + ": " + sql);
        run("SELECT pg_sleep(0.005)"); // does not keep the processor busy
    }
}

std::string server_url() {
    const char* url = std::getenv("TOKENLEDGER_TEST_DATABASE_URL");
    if (url == nullptr || *url == '\0')
        throw std::runtime_error("TOKENLEDGER_TEST_DATABASE_URL is not set: run this program as "
                                 "`tools/with-postgres PROGRAM`");
    return url;
}

std::string url_with(const std::string& url, const std::string& database, const std::string& user) {
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(
        PQconninfoParse(url.c_str(), &error), PQconninfoFree);
    const std::unique_ptr<char, void (*)(void*)> message(error, PQfreemem);
    if (!parsed)
        throw std::runtime_error(message ? message.get() : "out of memory");
    std::string text;
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        const std::string_view keyword = option->keyword;
        std::string value = option->val != nullptr ? option->val : "";
        if (keyword == "dbname" && !database.empty())
            value = database;
        if (keyword == "user" && !user.empty())
            value = user;
        if (!value.empty()) // values of a test server need no escapes
            text.append(keyword).append("='").append(value).append("' ");
    }
    return text;
}

void control_server(const std::string& arguments) {
    const char* program = std::getenv("TOKENLEDGER_TEST_PGCTL");
    if (program == nullptr)
        throw std::runtime_error(
            "TOKENLEDGER_TEST_PGCTL is not set: run this program under tools/with-postgres");
    const std::string command = std::string(program) + " " + arguments + " >/dev/null 2>&1";
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error("failed: " + command);
}

test_database::test_database(contents what) : name_(new_name()), url_(url_with(server_url(), name_)) {
    std::string from = "template0";
    if (what == contents::migrated) {
        static const migrated_template migrated;
        from = migrated.name;
    }
    sql_session(server_url()).run("CREATE DATABASE " + name_ + " TEMPLATE " + from);
}

test_database::~test_database() {
    session_.reset();
    if (std::getenv("TOKENLEDGER_TEST_PGDATA") != nullptr)
        return; // the whole server is thrown away; dropping costs a checkpoint each time
    try {
        sql_session(server_url()).run("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) { // the server goes with the test run
    }
}

sql_session& test_database::session() {
    if (!session_)
        session_.emplace(url_);
    return *session_;
}

} // namespace tokenledger::test
