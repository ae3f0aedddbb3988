// Along the index of the list of events, a fixed number at a time: reads them without a lock, then deletes
// by key those that have not changed.
#include "ledger/retire.hpp"

#include "pg/array.hpp"
#include "pg/connection.hpp"
#include "retention/settled_time.hpp"

#include <string>

namespace tokenledger::ledger {

namespace {

// This batch and a daemon that takes such an event over may lock in two orders: the database aborts one.
constexpr int max_conflicts = 10; // one after another

constexpr std::string_view says_nothing =
    "result = 'ignored' AND evidence IS NULL AND evidence_sha256 IS NULL AND effect IS NULL";

std::string time_of(std::int64_t us) {
    return "(timestamptz 'epoch' + " + std::to_string(us) + " * interval '1 microsecond')";
}

class retirement {
  public:
    explicit retirement(const retire_request& request)
        : request_(request),
          connection_(request.database.url, request.database.connect_timeout) {}

    std::int64_t run() {
        check();
        int conflicts = 0;
        for (bool more = true; more;) {
            try {
                more = batch();
                conflicts = 0;
            } catch (const store_error& error) {
                if (error.failure() != store_failure::conflict || ++conflicts > max_conflicts ||
                    !connection_.rollback())
                    throw;
            }
        }
        return retired_;
    }

  private:
    void check() {
        const pg::rows is = connection_.exec(
            "SELECT has_table_privilege('tokenledger.stripe_events', 'DELETE'), current_user");
        if (is.text(0, 0) != "t" && !request_.only_count)
            throw retire_refused("the role " + std::string(is.text(0, 1)) +
                                 " may not delete from tokenledger.stripe_events: [database] migrate_url must"
                                 " name the owner of the schema");
        require_settled<retire_refused>(connection_, request_.before_us);
    }

    // False: that was the last batch.
    bool batch() {
        connection_.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " +
                         std::string(pg::plain_text_settings) +
                         "SET LOCAL client_min_messages = warning; SET LOCAL statement_timeout = " +
                         std::to_string(request_.database.statement_timeout.count()) +
                         // In the order of the index, whatever the statistics say.
                         "; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL "
                         "enable_sort = off; SET LOCAL max_parallel_workers_per_gather = 0");
        const std::string last = time_of(last_us_);
        const std::optional<std::string> from[] = {last_id_};
        const pg::rows rows = connection_.exec(
            "SELECT event_id, (extract(epoch FROM received_at) * 1000000)::bigint, " +
                std::string(says_nothing) + " FROM tokenledger.stripe_events WHERE received_at >= " + last +
                " AND (received_at, event_id) > (" + last + ", $1) AND received_at < " +
                time_of(request_.before_us) + " ORDER BY received_at, event_id LIMIT " +
                std::to_string(request_.batch_events),
            from);
        pg::array ids;
        std::int64_t silent = 0;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if (rows.text(row, 2) != "t")
                continue;
            ids.add(rows.text(row, 0));
            ++silent;
        }
        if (!request_.only_count && silent > 0)
            silent = erase(std::move(ids).finish());
        connection_.commit();
        looked_at_ += static_cast<std::int64_t>(rows.size());
        retired_ += silent;
        if (rows.size() > 0) {
            last_id_ = rows.text(rows.size() - 1, 0);
            last_us_ = rows.number(rows.size() - 1, 1);
        }
        if (request_.progress)
            request_.progress(looked_at_, retired_);
        return rows.size() == request_.batch_events;
    }

    // The endpoint that the event is for may have taken it over meanwhile.
    std::int64_t erase(std::string ids) {
        const std::optional<std::string> values[] = {std::move(ids)};
        const pg::rows gone = connection_.exec(
            "DELETE FROM tokenledger.stripe_events WHERE event_id = ANY($1::text[]) AND " +
                std::string(says_nothing) + " AND received_at < " + time_of(request_.before_us),
            values);
        return static_cast<std::int64_t>(gone.affected_rows());
    }

    const retire_request& request_;
    pg::connection connection_;
    std::string last_id_{};                          // no id is empty
    std::int64_t last_us_ = -62'135'596'800'000'000; // 0001-01-01T00:00:00Z
    std::int64_t looked_at_ = 0;
    std::int64_t retired_ = 0;
};

} // namespace

std::int64_t retire_ignored_events(const retire_request& request) {
    return retirement(request).run();
}

} // namespace tokenledger::ledger
