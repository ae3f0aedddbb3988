// The probe: one connection, one statement a look.
#include "ledger/health.hpp"

#include "ledger/schema.hpp"
#include "pg/connection.hpp"
#include "postgres/queue_counts.hpp"
#include "schema/inspect.hpp"

#include <string>
#include <utility>

namespace tokenledger::ledger {

namespace {

// The full comparison sends every migration, so it runs only when the recorded migrations have changed.
constexpr const char* recorded_migrations =
    "SELECT coalesce(string_agg(version || '=' || coalesce(encode(checksum, 'hex'), ''), ',' ORDER BY "
    "version), '')"
    " FROM tokenledger.schema_migrations";

// By token_holds_end and token_accounts_due.
constexpr std::string_view holds_and_expiries =
    "(SELECT count(*) FROM tokenledger.token_holds WHERE ended IS NULL AND expires_at > "
    "statement_timestamp()),"
    " (SELECT coalesce(sum(tokens), 0)::text FROM tokenledger.token_holds"
    "   WHERE ended IS NULL AND expires_at > statement_timestamp()),"
    " (SELECT count(*) FROM tokenledger.token_holds WHERE ended IS NULL"
    "   AND expires_at <= statement_timestamp() AND expires_at > statement_timestamp() - interval '1 day'),"
    " (SELECT coalesce((extract(epoch FROM statement_timestamp() - min(due_at)) * 1000000)::bigint, 0)"
    "   FROM tokenledger.token_accounts WHERE due_at < 'infinity' AND due_at <= statement_timestamp())";

} // namespace

struct health_probe::state {
    postgres_options options;
    std::unique_ptr<pg::connection> connection{};
    std::string compared{}; // recorded_migrations, when the schema was last good
    schema_report good{};   // the report of that time

    health ask() {
        if (!connection)
            connection = std::make_unique<pg::connection>(options.url, options.connect_timeout);
        connection->limit(options.statement_timeout + options.connect_timeout);
        health found;
        if (compared.empty() || recorded() != compared) {
            compared.clear();
            found.schema = inspect_schema(*connection);
            if (!may_serve(found.schema.state))
                return found;
            compared = recorded();
            good = found.schema;
        } else {
            found.schema = good;
        }
        const pg::rows counts = read("SELECT " + queue_counts(options.waiting_expires) +
                                     ", current_setting('fsync'), current_setting('full_page_writes'), " +
                                     std::string(holds_and_expiries));
        found.parked = counts.number(0, 0);
        found.waiting = counts.number(0, 1);
        found.open_holds = counts.number(0, 4);
        found.held_tokens = counts.text(0, 5);
        found.timed_out_holds = counts.number(0, 6);
        found.expiry_lag = static_cast<double>(counts.number(0, 7)) / 1e6;
        if (found.expiry_lag > 0)
            found.due = read_due();
        for (const auto& [column, name] : {std::pair(2U, "fsync"), std::pair(3U, "full_page_writes")}) {
            if (counts.text(0, column) == "off")
                found.unsafe_settings.emplace_back(name);
        }
        return found;
    }

    std::vector<expire> read_due() {
        const pg::rows overdue = read("SELECT user_id, last_sequence FROM tokenledger.token_accounts"
                                      " WHERE due_at < 'infinity' AND due_at <= statement_timestamp()"
                                      " ORDER BY due_at LIMIT " +
                                      std::to_string(max_due_accounts));
        std::vector<expire> found;
        for (std::size_t row = 0; row < overdue.size(); ++row)
            found.push_back(
                {.user_id = std::string(overdue.text(row, 0)), .last_sequence = overdue.number(row, 1)});
        return found;
    }

    [[nodiscard]] std::string recorded() { return std::string(read(recorded_migrations).text(0, 0)); }

    // A transaction of its own, so that a pooler may hand the connection on in between.
    pg::rows read(const std::string& query) {
        pg::rows found = connection->exec("BEGIN READ ONLY; SET LOCAL enable_seqscan = off;"
                                          " SET LOCAL statement_timeout = " +
                                          std::to_string(options.statement_timeout.count()) + "; " + query);
        if (!connection->rollback())
            throw store_error(store_failure::unavailable, "the connection was lost");
        return found;
    }
};

health_probe::health_probe(postgres_options options)
    : state_(std::make_unique<state>(state{.options = std::move(options)})) {
}

health_probe::~health_probe() = default;

health health_probe::ask() {
    try {
        return state_->ask();
    } catch (...) {
        state_->connection.reset();
        state_->compared.clear();
        throw;
    }
}

} // namespace tokenledger::ledger
