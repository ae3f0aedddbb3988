// Completes an operator's action on an event with the stored event's data.
#pragma once

#include "services/endpoints.hpp"

#include "admin/event_action.hpp"

#include "ledger/reader.hpp"

#include <variant>

namespace tokenledger::daemon {

// Throws what the reader throws.
[[nodiscard]] std::variant<ledger::operation, admin::problem>
complete_event_action(const admin::event_action& asked, ledger::reader& from,
                      const event_translator& translator);

} // namespace tokenledger::daemon
