// The databases that the service and the commands use, and their roles.
#pragma once

#include "config/config.hpp"

#include "ledger/postgres.hpp"

namespace tokenledger::daemon {

inline constexpr int exit_unavailable = 69; // EX_UNAVAILABLE of sysexits.h: the database cannot be asked

// `url`, with the limits of the configuration.
[[nodiscard]] ledger::postgres_options postgres_options_of(const config& with, const std::string& url);

// [database] migrate_url, or url if it is not set.
[[nodiscard]] ledger::postgres_options owner_database(const config& with);

// exit_ok, or exit_config after a log line: the schema is not the one that this program knows. Throws
// ledger::store_error.
[[nodiscard]] int check_schema(const ledger::postgres_options& database);

} // namespace tokenledger::daemon
