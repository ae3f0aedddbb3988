// Sentences about events: what operators did, and what to do next.
#pragma once

#include "json/tree.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tokenledger::ctl {

// Returns the name to print for a uid.
using name_fn = std::function<std::string(std::int64_t uid)>;

// A sentence for each retry, dismissal and assignment of the event (the daemon's JSON of it): who, when, why.
[[nodiscard]] std::vector<std::string> what_was_done(const json_value& event, const name_fn& name);

// What to do about an event that is parked, waits or has expired; empty where there is nothing to do.
[[nodiscard]] std::string what_is_next(const json_value& event);

} // namespace tokenledger::ctl
