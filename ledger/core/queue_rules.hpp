// The planner's part for what operators do about parked and waiting events.
#pragma once

#include "core/batch_ledger.hpp"

#include <cstddef>

namespace tokenledger::ledger {

// Refused, with `work` untouched; or what became of the event, with all that followed. Precondition: the
// only operation of `what` acts on an event, and its key is unused.
[[nodiscard]] outcome decide_action(batch_ledger& work, std::size_t position, const admin_command& what);

} // namespace tokenledger::ledger
