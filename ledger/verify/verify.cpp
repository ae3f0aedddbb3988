// The verification: one snapshot, read by several connections, each of which runs one step after another.
#include "ledger/verify.hpp"

#include "pg/cursor.hpp"
#include "verify/checks.hpp"
#include "verify/steps.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace tokenledger::ledger {

namespace {

// Per sort or hash; a statement has a handful.
constexpr std::string_view work_mem = "64MB";
// A reader that hangs, or whose machine died, must not hold back vacuum for ever.
constexpr std::string_view longest_pause = "10min";

// Every statement sees what was committed when the first one ran. Nested loops are off: they suit a few
// rows, but with statistics of a small ledger they would take for ever, and no check needs them. Index
// scans are off: in index order nearly every row is on another page than the one before, so sorting is
// cheaper. A few rows by key have the bitmap scan. `snapshot`, if not empty, is an SQL literal: the
// exported snapshot of another connection.
std::string opening(const std::string& snapshot = {}) {
    return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;" +
           (snapshot.empty() ? "" : " SET TRANSACTION SNAPSHOT " + snapshot + ";") +
           " SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '" +
           std::string(longest_pause) + "'; SET LOCAL work_mem = '" + std::string(work_mem) +
           "'; SET LOCAL enable_nestloop = off; SET LOCAL enable_indexscan = off; SET LOCAL "
           "cursor_tuple_fraction = 1; SET LOCAL jit = off;"
           " SET LOCAL TimeZone = 'UTC'; " +
           std::string(pg::plain_text_settings);
}

std::string text_of(const pg::rows& rows, std::size_t row, std::size_t column) {
    return std::string(rows.get(row, column).value_or(""));
}

struct verify_step {
    std::string_view name;
    std::function<void(pg::connection&)> run;
};

class audit {
  public:
    audit(const verify_options& options, const std::function<void(const discrepancy&)>& sink)
        : options_(options),
          sink_(sink),
          steps_(all_steps()),
          of_(steps_.size()) {}

    verify_totals run() {
        const auto began = std::chrono::steady_clock::now();
        keeping_failure([this] { lead(); });
        for (std::thread& helper : helpers_)
            helper.join();
        if (failure_)
            std::rethrow_exception(failure_);
        totals_.elapsed = std::chrono::steady_clock::now() - began;
        return totals_;
    }

  private:
    // A long step starts early, or all other connections would wait for it at the end.
    std::vector<verify_step> all_steps() {
        std::vector<verify_step> steps;
        if (options_.evidence)
            steps.push_back({"evidence", [this](auto& where) {
                                 verify_evidence(where, report_, [this] {
                                     const std::lock_guard lock(guard_);
                                     go_on();
                                 });
                             }});
        steps.push_back({"counts", [this](auto& where) { count(where); }});
        for (const verify_check& check : verify_checks())
            steps.push_back(step_of(check));
        steps.push_back({"settlement", [this](auto& where) { verify_settlement(where, report_); }});
        steps.push_back(
            {"dictionaries of evidence", [this](auto& where) { verify_dictionaries(where, report_); }});
        return steps;
    }

    verify_step step_of(const verify_check& check) {
        return {check.step, [this, check](auto& where) { run_check(where, check); }};
    }

    // The snapshot ends with this connection, which closes before helpers are joined: behind a pooler with
    // one free connection a helper gets it only then.
    void lead() {
        pg::connection connection(options_.database.url, options_.database.connect_timeout);
        connection.exec(opening());
        if (options_.connections > 1) {
            const std::string snapshot =
                connection.quote(connection.exec("SELECT pg_export_snapshot()").text(0, 0));
            for (std::size_t helper = 1; helper < options_.connections; ++helper)
                start_helper(snapshot);
        }
        work(connection);
    }

    void start_helper(const std::string& snapshot) {
        try {
            helpers_.emplace_back([this, snapshot] { keeping_failure([&] { help(snapshot); }); });
        } catch (const std::system_error&) {
            return; // no free thread: the others do without
        }
    }

    void help(const std::string& snapshot) {
        std::optional<pg::connection> connection;
        try {
            connection.emplace(options_.database.url, options_.database.connect_timeout);
            connection->limit(options_.database.connect_timeout); // a pooler may make it wait
            connection->exec(opening(snapshot));
            connection->limit(std::nullopt);
        } catch (const store_error&) {
            return; // the server has no free connection, or the work is done: the others do without
        }
        work(*connection);
    }

    void work(pg::connection& connection) {
        while (const auto step = next()) {
            step->run(connection);
            const std::lock_guard lock(guard_);
            --in_hand_;
        }
        connection.commit();
    }

    std::optional<verify_step> next() {
        const std::lock_guard lock(guard_);
        if (failure_)
            return std::nullopt;
        if (next_ == steps_.size() && in_hand_ == 0 && !closed_) {
            closed_ = true;
            // A purchase matches one payment, by its key, and every credited payment has one. If the
            // numbers are equal too, no payment has two.
            if (purchases_ != credited_ || totals_.discrepancies > 0)
                steps_.push_back(step_of(twice_check()));
        }
        if (next_ == steps_.size())
            return std::nullopt;
        const verify_step step = steps_[next_];
        ++next_;
        if (options_.progress)
            options_.progress(step.name, std::min(next_, of_), of_);
        ++in_hand_;
        return step;
    }

    // Long steps ask this, under the guard: after another step failed, going on is useless.
    void go_on() const {
        if (failure_)
            throw store_error(store_failure::unavailable, "another part of the verification failed");
    }

    // The first failure ends the verification: no further step begins.
    template <class Call>
    void keeping_failure(Call call) noexcept {
        try {
            call();
        } catch (...) {
            const std::lock_guard lock(guard_);
            if (!failure_)
                failure_ = std::current_exception();
        }
    }

    void count(pg::connection& connection) {
        const auto number = [&](const std::string& sql) { return connection.exec(sql).number(0, 0); };
        totals_.accounts = number("SELECT count(*) FROM tokenledger.token_accounts");
        totals_.events = number("SELECT count(*) FROM tokenledger.stripe_events");
        const pg::rows payments =
            connection.exec("SELECT count(*), count(user_id) FROM tokenledger.payments");
        totals_.payments = payments.number(0, 0);
        credited_ = payments.number(0, 1);
        const pg::rows rows =
            connection.exec("SELECT count(*), count(*) FILTER (WHERE transaction_type = 'purchase')"
                            " FROM tokenledger.token_transactions");
        totals_.transactions = rows.number(0, 0);
        purchases_ = rows.number(0, 1);
    }

    void run_check(pg::connection& connection, const verify_check& check) {
        read_through_cursor(connection, discrepancies_of(check), rows_per_fetch, [&](const pg::rows& rows) {
            for (std::size_t row = 0; row < rows.size(); ++row) {
                const auto nothing = [](std::string text) { return text.empty() ? "nothing" : text; };
                report_({.check = text_of(rows, row, 0),
                         .user_id = text_of(rows, row, 1),
                         .sequence = text_of(rows, row, 2),
                         .payment_intent_id = text_of(rows, row, 3),
                         .event_id = text_of(rows, row, 4),
                         .expected = nothing(text_of(rows, row, 5)),
                         .found = nothing(text_of(rows, row, 6))});
            }
        });
    }

    const verify_options& options_;
    const std::function<void(const discrepancy&)>& sink_;
    const report_fn report_ = [this](const discrepancy& found) {
        const std::lock_guard lock(guard_);
        go_on();
        ++totals_.discrepancies;
        sink_(found);
    };
    std::vector<std::thread> helpers_;
    // The guard protects everything that the connections share, and the callbacks. Counts are read when no
    // step is running any more.
    std::mutex guard_;
    std::vector<verify_step> steps_;
    const std::size_t of_;
    std::size_t next_ = 0;
    std::size_t in_hand_ = 0;
    bool closed_ = false;
    std::exception_ptr failure_;
    verify_totals totals_;
    std::int64_t purchases_ = 0;
    std::int64_t credited_ = 0; // payments
};

} // namespace

verify_totals verify(const verify_options& options, const std::function<void(const discrepancy&)>& sink) {
    return audit(options, sink).run();
}

} // namespace tokenledger::ledger
