// Messages on standard error: the daemon's problems, and the key of a write.
#pragma once

#include "client/client.hpp"

#include <string>

namespace tokenledger::ctl {

// For an answer that is a problem, or is not from the daemon.
[[nodiscard]] complaint complaint_of(const answer& got);

// The idempotency key of a write that is about to be sent.
void say_key(const context& in, const std::string& key);

} // namespace tokenledger::ctl
