// Replies to Stripe: status and JSON body of every answer of the webhook (contract, section 1).
#pragma once

#include "ledger/outcome.hpp"

#include <string>
#include <string_view>

namespace tokenledger::webhook {

struct reply {
    unsigned status = 200;
    std::string body;         // application/json; `{"result": "...", "event": "...", "reason": "..."}`
    bool retry_after = false; // add Retry-After
    std::string_view result;  // for the log and the metrics: "applied", "rejected", "unavailable", ...
    std::string_view reason;
};

inline constexpr int retry_after_seconds = 5;

// `event_id` may be empty; then the body has no "event".
[[nodiscard]] reply reply_for(const ledger::outcome& outcome, std::string_view event_id);
[[nodiscard]] reply unavailable_reply(std::string_view event_id); // 503
[[nodiscard]] reply rejected_reply(unsigned status); // 400 for signatures, 404, 405, 408, 413, 415, 431
[[nodiscard]] reply bad_event_reply();               // 400 (bad_event)
// 422 with a text that explains the remedy, or 200 ignored.
[[nodiscard]] reply thin_event_reply(bool handled, std::string_view event_id);

} // namespace tokenledger::webhook
