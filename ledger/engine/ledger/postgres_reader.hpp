// The read side on PostgreSQL: a connection of its own, no lock, no session state.
#pragma once

#include "ledger/postgres.hpp"
#include "ledger/reader.hpp"
#include "ledger/schema.hpp"

#include <memory>

namespace tokenledger::ledger {

// Connects at first use; connects again after a failure. statement_timeout holds for each statement of a
// call. Precondition: the schema is current (inspect_schema).
[[nodiscard]] std::unique_ptr<reader> make_postgres_reader(const postgres_options& options);

} // namespace tokenledger::ledger
