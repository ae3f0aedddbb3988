// Writes a plan's rows: one statement, one round trip, each table filled from arrays.
#pragma once

#include "pg/connection.hpp"
#include "writer/store.hpp"

namespace tokenledger::ledger {

// See store::apply. Also throws conflict if the database no longer holds what the plan was computed from.
[[nodiscard]] std::vector<std::size_t> apply_rows(pg::connection& connection, const batch_plan& rows,
                                                  std::span<const command> batch,
                                                  std::span<const std::string> evidence);

} // namespace tokenledger::ledger
