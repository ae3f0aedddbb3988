// Transactions that read, and how far a walk forward may go.
#include "reader/session.hpp"

#include <algorithm>

namespace tokenledger::ledger {

namespace {

constexpr std::int64_t first_us = -62'135'596'800'000'000; // 0001-01-01T00:00:00Z
constexpr std::int64_t last_us = 253'402'300'799'000'000;  // 9999-12-31T23:59:59Z

// Each list has an index in its order, and a page takes the first rows of it. With statistics from when the
// tables were small the planner prefers to read all rows and sort them, or a hash join; both are always
// slower here. Incremental sort stays allowed for rows of one time, except for one user's list, where the
// planner would scan everybody's rows by time. Parallel workers are off: with one very large account the
// estimate of rows per sequence is thousands too high.
constexpr std::string_view keep_to_indexes =
    "; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
    "; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
    "; SET LOCAL max_parallel_workers_per_gather = 0";

// A writer holds its lock on the table from before it reads the clock until after its rows are visible. So
// rows that a later snapshot does not show were written in a transaction that is in pg_locks now, and their
// times are not before its start; or they are not before this transaction's start, now().
// Without a start: a session that is between transactions is done, or begins after now(). Anything else is
// hidden from this role, is a prepared transaction, or has track_activities off. A standby shows no writers.
constexpr std::string_view select_horizon = R"sql(
SELECT CASE WHEN NOT pg_is_in_recovery() AND coalesce(bool_and(known), true)
            THEN (extract(epoch FROM least(now(), min(began))) * 1000000)::bigint END
  FROM (SELECT a.xact_start AS began,
               l.pid IS NOT NULL
               AND (a.pid IS NULL OR a.xact_start IS NOT NULL OR coalesce(a.state, '') IN ('idle', 'active')) AS known
          FROM pg_catalog.pg_locks AS l
          LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
         WHERE l.locktype = 'relation'
           AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
           AND l.relation IN ('tokenledger.token_accounts'::regclass, 'tokenledger.token_transactions'::regclass,
                              'tokenledger.token_usage'::regclass, 'tokenledger.stripe_events'::regclass)
           AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
       ) AS writers
)sql";

} // namespace

std::string statement::time_after(std::int64_t us) {
    return time(std::min(us, last_us) + 1);
}

std::string statement::time(std::int64_t us) {
    return "(timestamptz 'epoch' + " + number(std::clamp(us, first_us, last_us)) +
           " * interval '1 microsecond')";
}

void read_session::open(plan_shape shape) {
    if (!connection_)
        connection_ = std::make_unique<pg::connection>(options_.url, options_.connect_timeout);
    connection_->limit(options_.statement_timeout + options_.connect_timeout);
    const std::string timeout = std::to_string(options_.statement_timeout.count());
    connection_->exec(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = " + timeout +
        "; SET LOCAL idle_in_transaction_session_timeout = " + timeout + "; SET LOCAL jit = off" +
        (shape == plan_shape::sums ? std::string() : std::string(keep_to_indexes)) +
        (shape == plan_shape::sorted ? "; SET LOCAL enable_incremental_sort = off" : ""));
}

std::optional<std::int64_t> read_session::horizon_us() {
    return run(plan_shape::sums, [](pg::connection& connection) -> std::optional<std::int64_t> {
        const pg::rows found = connection.exec(std::string(select_horizon));
        if (!found.get(0, 0))
            return std::nullopt;
        return found.number(0, 0);
    });
}

} // namespace tokenledger::ledger
