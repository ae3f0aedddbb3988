// The planner's rules for requests of operators and of the local application.
#pragma once

#include "core/batch_ledger.hpp"

#include <cstddef>
#include <vector>

namespace tokenledger::ledger {

// All operations of the command or none. `position` is its place in the batch.
[[nodiscard]] outcome decide_admin(batch_ledger& work, std::size_t position, const admin_command& what);

// Every key that the command reads and, unless refused, uses up; its own key first.
[[nodiscard]] std::vector<key_id> keys_of(const admin_command& what);

} // namespace tokenledger::ledger
