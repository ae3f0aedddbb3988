// The probe: one connection, one statement a look.
#include "ledger/health.hpp"

#include "pg.hpp"
#include "schema_check.hpp"

#include <string>
#include <utility>

namespace tokenledger::ledger {

namespace {

// The whole comparison sends every migration: it is made again only when what the database records differs.
constexpr const char* recorded_migrations =
    "SELECT coalesce(string_agg(version || '=' || coalesce(encode(checksum, 'hex'), ''), ',' ORDER BY "
    "version), '')"
    " FROM tokenledger.schema_migrations";

// The predicate is that of the index stripe_events_queue, which holds nothing else.
std::string queue_counts(std::chrono::days waiting_expires) {
    return "SELECT count(*) FILTER (WHERE result = 'parked'),"
           " count(*) FILTER (WHERE result = 'waiting' AND received_at >= now() - interval '" +
           std::to_string(waiting_expires.count()) +
           " days') FROM tokenledger.stripe_events WHERE result IN ('parked', 'waiting')";
}

} // namespace

struct health_probe::state {
    postgres_options options;
    std::unique_ptr<pg::connection> connection{};
    std::string compared{}; // recorded_migrations, when the schema was last found to be current

    health ask() {
        if (!connection)
            connection = std::make_unique<pg::connection>(options.url, options.connect_timeout);
        connection->limit(options.statement_timeout + options.connect_timeout);
        health found;
        if (compared.empty() || recorded() != compared) {
            compared.clear();
            found.schema = inspect_schema(*connection);
            if (found.schema.state != schema_state::current)
                return found;
            compared = recorded();
        } else {
            found.schema.state = schema_state::current;
        }
        const pg::result counts = read(queue_counts(options.waiting_expires));
        found.parked = counts.number(0, 0);
        found.waiting = counts.number(0, 1);
        return found;
    }

    [[nodiscard]] std::string recorded() { return std::string(read(recorded_migrations).text(0, 0)); }

    // A transaction of its own, so that a pooler may hand the connection on in between.
    pg::result read(const std::string& query) {
        pg::result found = connection->exec("BEGIN READ ONLY; SET LOCAL statement_timeout = " +
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
