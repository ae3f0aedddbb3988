// Read through a cursor, make the file durable, delete, record, commit.
#include "ledger/archive.hpp"

#include "base/hex.hpp"
#include "pg/connection.hpp"
#include "pg/cursor.hpp"
#include "retention/settled_time.hpp"

namespace tokenledger::ledger {

namespace {

constexpr std::size_t usages_per_fetch = 1000;

std::string timestamp(std::int64_t us) {
    return "(timestamptz 'epoch' + " + std::to_string(us) + " * interval '1 microsecond')";
}

void check_rights(pg::connection& connection) {
    const pg::rows may = connection.exec("SELECT has_table_privilege('tokenledger.token_usage', 'DELETE')"
                                         " AND has_table_privilege('tokenledger.usage_archives', 'INSERT'),"
                                         " current_user");
    if (may.text(0, 0) != "t")
        throw archive_refused("the role " + std::string(may.text(0, 1)) +
                              " may not delete from tokenledger.token_usage: [database] migrate_url must name"
                              " the owner of the schema");
}

void check_time(pg::connection& connection, std::int64_t before_us) {
    require_settled<archive_refused>(connection, before_us);
    const std::string before = timestamp(before_us);
    const pg::rows is = connection.exec("SELECT to_char(max(before), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
                                        " max(before) >= " +
                                        before + " FROM tokenledger.usage_archives");
    if (is.get(0, 1) == "t")
        throw archive_refused("operations before " + std::string(is.text(0, 0)) +
                              " were archived already: the time must be later");
}

std::string opening() {
    return "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; " + std::string(pg::plain_text_settings) +
           "SET LOCAL statement_timeout = 0;"
           " SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL cursor_tuple_fraction = 1;"
           " SET LOCAL TimeZone = 'UTC'; SET LOCAL client_min_messages = warning;"
           // One archive at a time; readers may go on. Taken before the snapshot, and without waiting.
           " LOCK TABLE tokenledger.usage_archives IN SHARE ROW EXCLUSIVE MODE NOWAIT";
}

archive_totals move_rows(pg::connection& connection, const archive_request& request) {
    // Decimals are text, so that no reader rounds them.
    const std::string old =
        " FROM tokenledger.token_usage WHERE created_at < " + timestamp(request.before_us);
    archive_totals totals;
    const auto write_each = [&](const pg::rows& rows) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            request.write(std::string(rows.text(row, 0)) + "\n");
            ++totals.usages;
        }
    };
    read_through_cursor(connection,
                        "SELECT row_to_json(line)::text FROM (SELECT user_id, request_id, action_type,"
                        " model_used, tokens_used, input_tokens, output_tokens, cost_estimate::text AS"
                        " cost_estimate, charged_tokens, deduction_sequence, actor, to_char(created_at,"
                        " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS created_at, cached_input_tokens,"
                        " reasoning_tokens, member, to_char(occurred_at,"
                        " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS occurred_at, uncovered_tokens, metadata" +
                            old + " ORDER BY token_usage.created_at, user_id, request_id) AS line",
                        usages_per_fetch, write_each);
    if (totals.usages == 0)
        return totals;
    const std::string file_sha256 = request.finish();

    const pg::rows gone = connection.exec(
        "WITH gone AS (DELETE" + old +
        " RETURNING charged_tokens) INSERT INTO tokenledger.usage_archives (before, usages, charged_usages,"
        " charged_tokens, file_sha256) SELECT " +
        timestamp(request.before_us) +
        ", count(*), count(*) FILTER (WHERE charged_tokens > 0), coalesce(sum(charged_tokens), 0), decode('" +
        base::to_hex(file_sha256) + "', 'hex') FROM gone RETURNING usages, charged_usages, charged_tokens");
    if (gone.number(0, 0) != totals.usages)
        throw store_error(store_failure::conflict, "rows of token_usage changed while they were archived");
    totals.charged_usages = gone.number(0, 1);
    totals.charged_tokens = gone.text(0, 2);
    return totals;
}

} // namespace

archive_totals archive_usage(const archive_request& request) {
    pg::connection connection(request.database.url, request.database.connect_timeout);
    check_rights(connection);
    connection.exec(opening());
    archive_totals totals;
    try {
        check_time(connection, request.before_us);
        totals = move_rows(connection, request);
    } catch (...) {
        // Now, not when the server notices the closed connection: the next archive need not wait.
        static_cast<void>(connection.rollback());
        throw;
    }
    connection.commit();
    return totals;
}

bool is_archived(const postgres_options& database, std::string_view file_sha256) {
    pg::connection connection(database.url, database.connect_timeout);
    connection.limit(database.statement_timeout + database.connect_timeout);
    return connection
               .exec("SELECT EXISTS (SELECT FROM tokenledger.usage_archives WHERE file_sha256 = decode('" +
                     base::to_hex(file_sha256) + "', 'hex'))")
               .text(0, 0) == "t";
}

} // namespace tokenledger::ledger
