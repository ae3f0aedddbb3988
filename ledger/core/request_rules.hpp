// The planner's rules for requests of operators and of the local application.
#pragma once

#include "core/batch_ledger.hpp"

#include <cstddef>
#include <vector>

namespace tokenledger::ledger {

// All operations of the command or none. `position` is its place in the batch.
[[nodiscard]] outcome decide_admin(batch_ledger& work, std::size_t position, const admin_command& what);

// Every key that the command reads: those that it uses up unless it is refused, its own key first, and those
// that nobody may have used.
[[nodiscard]] std::vector<key_id> keys_of(const admin_command& what);

} // namespace tokenledger::ledger
