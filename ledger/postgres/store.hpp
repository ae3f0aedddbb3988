// The store over PostgreSQL.
#pragma once

#include "ledger/postgres.hpp"
#include "writer/store.hpp"

#include <memory>

namespace tokenledger::ledger {

// Connects at first use; connects again after a failure.
[[nodiscard]] std::unique_ptr<store> make_postgres_store(const postgres_options& options);

} // namespace tokenledger::ledger
