// The schema of an open connection against the migrations that this program knows.
#pragma once

#include "ledger/postgres.hpp"

#include "ledger/schema.hpp"
#include "pg/connection.hpp"

namespace tokenledger::ledger {

[[nodiscard]] schema_report inspect_schema(pg::connection& connection);

} // namespace tokenledger::ledger
