// The limits of each listener, from the configuration and from what the system allows.
#pragma once

#include "config/config.hpp"
#include "http/service.hpp"

namespace tokenledger::daemon {

struct server_limits {
    http_limits webhook;
    http_limits admin; // of each admin listener
    http_limits operations;
};

// Takes as many file descriptors as the system allows, and lowers the webhook's connections, with a line in
// the log, if there are not enough for all of them.
[[nodiscard]] server_limits limits_within_system(const config& with);

} // namespace tokenledger::daemon
