// The planner's rules for operators' decisions about parked and waiting events.
#pragma once

#include "core/batch_ledger.hpp"

#include <cstddef>

namespace tokenledger::ledger {

// Refused, with `work` unchanged; or the event's new outcome, with all its consequences. Precondition: the
// only operation of `what` acts on an event, and its key is unused.
[[nodiscard]] outcome decide_event_action(batch_ledger& work, std::size_t position,
                                          const admin_command& what);

} // namespace tokenledger::ledger
