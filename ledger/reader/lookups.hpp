// One account, one payment, one event.
#pragma once

#include "reader/session.hpp"

namespace tokenledger::ledger {

[[nodiscard]] std::optional<account_view> find_account(read_session& session, const std::string& user_id);
[[nodiscard]] std::optional<balance_view>
find_balance_at_time(read_session& session, const std::string& user_id, std::int64_t at_us);
[[nodiscard]] std::optional<balance_view>
find_balance_at_sequence(read_session& session, const std::string& user_id, std::int64_t sequence);
[[nodiscard]] std::optional<payment_view> find_payment(read_session& session,
                                                       const std::string& payment_intent_id);
[[nodiscard]] std::optional<event_view> find_event(read_session& session, const std::string& event_id);
[[nodiscard]] std::optional<evidence_view> find_evidence(read_session& session, const std::string& event_id);

} // namespace tokenledger::ledger
