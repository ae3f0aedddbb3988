// What is said on standard error: of the daemon's problems, and before a write.
#pragma once

#include "client/client.hpp"

#include <string>

namespace tokenledger::ctl {

// Of an answer that is a problem, or no answer of the daemon's at all.
[[nodiscard]] complaint complaint_of(const answer& got);

// The idempotency key of a write that is about to be sent.
void say_key(const context& in, const std::string& key);

} // namespace tokenledger::ctl
