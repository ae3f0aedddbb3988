// The verification: one snapshot, one step after another.
#include "ledger/verify.hpp"

#include "pg_cursor.hpp"
#include "verify_checks.hpp"
#include "verify_reader.hpp"

#include <algorithm>

namespace tokenledger::ledger {

namespace {

// Per sort or hash; a statement has a handful.
constexpr std::string_view work_mem = "64MB";
// A reader that hangs, or whose machine died, must not hold vacuum back for ever.
constexpr std::string_view longest_pause = "10min";

// Everything sees what was committed when the first statement ran. Nested loops are for a few rows: on
// statistics from when the ledger was small they would take for ever, and there is no check that needs them.
std::string opening() {
    return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0;"
           " SET LOCAL idle_in_transaction_session_timeout = '" +
           std::string(longest_pause) + "'; SET LOCAL work_mem = '" + std::string(work_mem) +
           "'; SET LOCAL enable_nestloop = off; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL jit = off;"
           " SET LOCAL TimeZone = 'UTC'";
}

std::string text_of(const pg::result& rows, std::size_t row, std::size_t column) {
    return std::string(rows.get(row, column).value_or(""));
}

class verification {
  public:
    verification(const verify_options& options, const std::function<void(const discrepancy&)>& sink)
        : options_(options),
          sink_(sink),
          connection_(options.database.url, options.database.connect_timeout) {}

    verify_totals run() {
        const auto began = std::chrono::steady_clock::now();
        connection_.exec(opening());
        step("counts");
        count();
        for (const verify_check& check : verify_checks())
            run(check);
        // A purchase matches one payment, by its key, and every credited payment has one: where the numbers
        // are the same as well, none has two.
        if (purchases_ != credited_ || totals_.discrepancies > 0)
            run(twice_check());
        step("settlement");
        verify_settlement(connection_, report_);
        step("dictionaries of evidence");
        verify_dictionaries(connection_, report_);
        if (options_.evidence) {
            step("evidence");
            verify_evidence(connection_, report_);
        }
        connection_.commit();
        totals_.elapsed = std::chrono::steady_clock::now() - began;
        return totals_;
    }

  private:
    void step(std::string_view name) {
        ++step_;
        const std::size_t steps = verify_checks().size() + (options_.evidence ? 4U : 3U);
        if (options_.progress)
            options_.progress(name, std::min(step_, steps), steps);
    }

    void count() {
        const auto number = [&](const std::string& sql) { return connection_.exec(sql).number(0, 0); };
        totals_.accounts = number("SELECT count(*) FROM tokenledger.token_accounts");
        totals_.events = number("SELECT count(*) FROM tokenledger.stripe_events");
        const pg::result payments =
            connection_.exec("SELECT count(*), count(user_id) FROM tokenledger.payments");
        totals_.payments = payments.number(0, 0);
        credited_ = payments.number(0, 1);
        const pg::result rows =
            connection_.exec("SELECT count(*), count(*) FILTER (WHERE transaction_type = 'purchase')"
                             " FROM tokenledger.token_transactions");
        totals_.transactions = rows.number(0, 0);
        purchases_ = rows.number(0, 1);
    }

    void run(const verify_check& check) {
        step(check.step);
        read_through_cursor(
            connection_, discrepancies_of(check), rows_per_fetch, [&](const pg::result& rows) {
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
        ++totals_.discrepancies;
        sink_(found);
    };
    pg::connection connection_;
    verify_totals totals_;
    std::int64_t purchases_ = 0;
    std::int64_t credited_ = 0; // payments
    std::size_t step_ = 0;
};

} // namespace

void read_through_cursor(pg::connection& connection, const std::string& select, std::size_t fetch,
                         const std::function<void(const pg::result&)>& each) {
    pg::cursor rows(connection, "verifying", select, fetch);
    while (const pg::result* piece = rows.fetch())
        each(*piece);
    rows.close();
}

verify_totals verify(const verify_options& options, const std::function<void(const discrepancy&)>& sink) {
    return verification(options, sink).run();
}

} // namespace tokenledger::ledger
