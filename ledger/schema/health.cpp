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
                                     ", current_setting('fsync'), current_setting('full_page_writes')");
        found.parked = counts.number(0, 0);
        found.waiting = counts.number(0, 1);
        for (const auto& [column, name] : {std::pair(2U, "fsync"), std::pair(3U, "full_page_writes")}) {
            if (counts.text(0, column) == "off")
                found.unsafe_settings.emplace_back(name);
        }
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
