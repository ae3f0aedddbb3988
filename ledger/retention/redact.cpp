// Along the primary key, one transaction a batch: lock, unpack, hash, write.
#include "ledger/redact.hpp"

#include "base/sha256.hpp"

#include "base/hex.hpp"
#include "pg/array.hpp"
#include "pg/connection.hpp"
#include "postgres/evidence_reader.hpp"
#include "retention/settled_time.hpp"

#include <optional>
#include <string>

namespace tokenledger::ledger {

namespace {

// If this batch and a daemon each hold an event which the other wants, the database aborts one of them.
constexpr int max_conflicts = 10; // one after another

std::string begin(const postgres_options& database) {
    return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " + std::string(pg::plain_text_settings) +
           "SET LOCAL client_min_messages = warning;"
           " SET LOCAL statement_timeout = " +
           std::to_string(database.statement_timeout.count()) +
           // By key, whatever the statistics say.
           "; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = "
           "off";
}

void check_rights(pg::connection& connection) {
    const pg::rows may = connection.exec(
        "SELECT has_column_privilege('tokenledger.stripe_events', 'evidence_sha256', 'UPDATE'),"
        " current_user");
    if (may.text(0, 0) != "t")
        throw redact_refused(
            "the role " + std::string(may.text(0, 1)) +
            " may not redact evidence: [database] migrate_url must name the owner of the schema");
}

// The condition on stripe_events for these events.
std::string is_redacted(std::int64_t before_us) {
    return "received_at < timestamptz 'epoch' + " + std::to_string(before_us) +
           " * interval '1 microsecond' AND evidence IS NOT NULL AND result NOT IN ('parked', 'waiting')";
}

std::optional<std::string> hash_of(const std::optional<evidence>& plain) {
    if (!plain)
        return std::nullopt;
    return base::sha256_stream().add(plain->signature_header).add("\n").add(plain->body).finish();
}

class redaction {
  public:
    explicit redaction(const redact_request& request)
        : request_(request),
          connection_(request.database.url, request.database.connect_timeout) {}

    redact_totals run() {
        check_rights(connection_);
        require_settled<redact_refused>(connection_, request_.before_us);
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
        return totals_;
    }

  private:
    // False: that was the last batch.
    bool batch() {
        connection_.exec(begin(request_.database));
        const std::optional<std::string> from[] = {last_};
        const pg::rows rows =
            connection_.exec("SELECT event_id, encode(evidence, 'hex') FROM tokenledger.stripe_events WHERE "
                             "event_id > $1 AND " +
                                 is_redacted(request_.before_us) + " ORDER BY event_id LIMIT " +
                                 std::to_string(redact_batch_events) + " FOR UPDATE",
                             from);
        redact_totals totals = totals_;
        pg::array ids, hashes;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const auto hash = hash_of(reader_.unpack(base::from_hex(rows.text(row, 1))));
            if (!hash) {
                ++totals.damaged;
                continue;
            }
            ids.add(rows.text(row, 0));
            hashes.add(base::to_hex(*hash));
            ++totals.redacted;
        }
        const std::optional<std::string> values[] = {std::move(ids).finish(), std::move(hashes).finish()};
        connection_.exec(
            "UPDATE tokenledger.stripe_events AS event SET evidence = NULL, evidence_format = NULL,"
            " evidence_sha256 = decode(given.hash, 'hex')"
            " FROM unnest($1::text[], $2::text[]) AS given (event_id, hash)"
            " WHERE event.event_id = given.event_id",
            values);
        connection_.commit();
        totals_ = totals;
        if (rows.size() > 0)
            last_ = rows.text(rows.size() - 1, 0);
        if (request_.progress)
            request_.progress(totals_.redacted);
        return rows.size() == redact_batch_events;
    }

    const redact_request& request_;
    pg::connection connection_;
    evidence_reader reader_{connection_};
    std::string last_; // event_id; no id is empty
    redact_totals totals_;
};

} // namespace

redact_preview preview_redaction(const redact_request& request) {
    // A transaction that is left open by an exception ends with the connection.
    pg::connection connection(request.database.url, request.database.connect_timeout);
    check_rights(connection);
    require_settled<redact_refused>(connection, request.before_us);
    // It reads every event, however long that takes.
    connection.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = 0;"
                    " SET LOCAL TimeZone = 'UTC'");
    const std::string as_text = ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    const pg::rows found =
        connection.exec("SELECT count(*), coalesce(to_char(min(received_at)" + as_text +
                        ", ''), coalesce(to_char(max(received_at)" + as_text +
                        ", '') FROM tokenledger.stripe_events WHERE " + is_redacted(request.before_us));
    redact_preview made{.events = found.number(0, 0),
                        .first_received = std::string(found.text(0, 1)),
                        .last_received = std::string(found.text(0, 2))};
    connection.commit();
    return made;
}

redact_totals redact_evidence(const redact_request& request) {
    return redaction(request).run();
}

} // namespace tokenledger::ledger
