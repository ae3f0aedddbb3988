// Lots and holds: read for accounts that have some, written where the plan has any.
#pragma once

#include "pg/connection.hpp"
#include "writer/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

[[nodiscard]] store::found_lots read_lots(pg::connection& connection, const store::wanted_lots& wanted);

// Also when an account is due next.
void apply_lots(pg::connection& connection, const batch_plan& rows);

// An SQL expression: what the row of this account and sequence did to lots, in the order of use, as
// taken_from_lots() reads it.
[[nodiscard]] std::string lots_of_row(std::string_view user_id, std::string_view sequence);
// Positive where the row took.
[[nodiscard]] std::vector<lot_tokens> taken_from_lots(std::string_view written);

} // namespace tokenledger::ledger
