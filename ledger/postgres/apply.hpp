// Writes a plan's rows: one statement, one round trip, each table filled from arrays.
#pragma once

#include "pg/connection.hpp"
#include "writer/store.hpp"

namespace tokenledger::ledger {

// See store::apply. Throws conflict, too, if the database holds something else than what the plan was made
// from.
[[nodiscard]] std::vector<std::size_t> apply_rows(pg::connection& connection, const batch_plan& rows,
                                                  std::span<const command> batch,
                                                  std::span<const std::string> evidence);

} // namespace tokenledger::ledger
