// A PostgreSQL database for one test, on the server that tools/with-postgres has started.
#pragma once

#include "files.hpp"

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::test {

// An error of the server.
class sql_error : public std::runtime_error {
  public:
    sql_error(const std::string& what, std::string state, std::string constraint_name)
        : std::runtime_error(what),
          sqlstate(std::move(state)),
          constraint(std::move(constraint_name)) {}

    std::string sqlstate;
    std::string constraint; // empty if none was violated
};

// A plain connection to observe and disturb the code under test.
class sql_session {
  public:
    explicit sql_session(const std::string& url);
    ~sql_session();
    sql_session(const sql_session&) = delete;
    sql_session& operator=(const sql_session&) = delete;

    using row = std::vector<std::optional<std::string>>;
    std::vector<row> rows(const std::string& sql); // of the last statement; throws sql_error
    std::string value(const std::string& sql);     // the one value, NULL as "NULL"; throws sql_error
    void run(const std::string& sql) { rows(sql); }
    // The error that `sql` must end in; throws std::logic_error if it succeeds.
    sql_error refused(const std::string& sql);
    // Repeats `sql` until its value is `expected`; throws std::runtime_error after a minute.
    void wait_until(const std::string& sql, std::string_view expected);

  private:
    void* connection_;
};

// TOKENLEDGER_TEST_DATABASE_URL; throws std::runtime_error that says how to run the test if it is not set.
[[nodiscard]] std::string server_url();
// The URL with another database or user; an empty one is not changed.
[[nodiscard]] std::string url_with(const std::string& url, const std::string& database,
                                   const std::string& user = "");
// Runs pg_ctl on the throw-away server ("restart -m fast"); throws std::runtime_error if it fails.
void control_server(const std::string& arguments);

// Dropped at the end of the test in spite of open connections; a throw-away server keeps it until its end.
class test_database {
  public:
    enum class contents { migrated, nothing };
    explicit test_database(contents what = contents::migrated);
    ~test_database();
    test_database(const test_database&) = delete;
    test_database& operator=(const test_database&) = delete;

    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    // Opened at first use, as superuser.
    sql_session& session();

  private:
    std::string name_;
    std::string url_;
    std::optional<sql_session> session_;
};

} // namespace tokenledger::test
