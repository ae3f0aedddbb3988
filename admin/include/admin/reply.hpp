// The reply to a request: status, JSON body, and the header fields that depend on the call.
#pragma once

#include "admin/problem.hpp"

#include "ledger/outcome.hpp"

#include <string>
#include <string_view>

namespace tokenledger::admin {

inline constexpr int retry_after_seconds = 5;

struct reply {
    unsigned status = 200;
    std::string body{};
    std::string_view content_type = "application/json";
    std::string allow{};       // the Allow field; empty: none
    bool retry_after = false;  // add Retry-After
    bool replayed = false;     // add Idempotency-Replayed: true
    std::string_view result{}; // for the log: "applied", or the problem's slug
};

[[nodiscard]] reply reply_for(const problem& what);

// The reply to a command. `batch`: the command had items, so a refusal names the item.
[[nodiscard]] reply reply_for(const ledger::completion& completed, bool batch);

// A 503 that says whether and how the request can be sent again.
[[nodiscard]] reply unavailable_reply(std::string_view why);

} // namespace tokenledger::admin
