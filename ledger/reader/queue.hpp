// For operators: the length of their queue, and what they did about events.
#pragma once

#include "reader/session.hpp"

namespace tokenledger::ledger {

[[nodiscard]] queue_view count_queue(read_session& session);

// Fills in the actions of these events, the oldest first: at most max_event_actions of one event, and
// max_payment_rows of all.
void read_event_actions(pg::connection& connection, std::vector<event_view>& events);

} // namespace tokenledger::ledger
