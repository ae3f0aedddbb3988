// The owner's connection, and the schema behind it.
#include "owner_database.hpp"

#include "application.hpp"
#include "log.hpp"

namespace tokenledger::daemon {

ledger::postgres_options owner_database(const config& with) {
    const database_config& database = with.database;
    return {.url = database.migrate_url.empty() ? database.url : database.migrate_url,
            .statement_timeout = database.statement_timeout,
            .connect_timeout = database.connect_timeout};
}

int check_schema(const ledger::postgres_options& database) {
    const auto schema = ledger::inspect_schema(database);
    if (schema.state == ledger::schema_state::current)
        return exit_ok;
    log::error("schema", {{"detail", schema.detail}});
    return exit_config;
}

} // namespace tokenledger::daemon
