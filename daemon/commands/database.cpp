// The daemon's connection and the owner's, and the schema behind them.
#include "commands/database.hpp"

#include "commands/exit_status.hpp"
#include "ledger/schema.hpp"
#include "system/log.hpp"

namespace tokenledger::daemon {

ledger::postgres_options postgres_options_of(const config& with, const std::string& url) {
    return {.url = url,
            .statement_timeout = with.database.statement_timeout,
            .connect_timeout = with.database.connect_timeout,
            .waiting_expires = std::chrono::days(with.webhook.waiting_expires_days)};
}

ledger::postgres_options owner_database(const config& with) {
    const database_config& database = with.database;
    return postgres_options_of(with, database.migrate_url.empty() ? database.url : database.migrate_url);
}

int check_schema(const ledger::postgres_options& database) {
    const auto schema = ledger::inspect_schema(database);
    if (schema.state == ledger::schema_state::current)
        return exit_ok;
    log::error("schema", {{"detail", schema.detail}});
    return exit_config;
}

} // namespace tokenledger::daemon
