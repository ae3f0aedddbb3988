// The limits of each listener.
#include "http/limits.hpp"

#include "http/server.hpp"
#include "system/log.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace tokenledger::daemon {

namespace {

// Descriptors that are not connections: database, log, timers, listeners.
constexpr std::int64_t other_descriptors = 64;
// A request to the operations listener has at most a tiny body.
constexpr std::int64_t operations_body_bytes = 4096;

// No more connections than there are descriptors; `others` of these are reserved.
std::int64_t connections_within_limits(std::int64_t wanted, std::int64_t others) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= static_cast<rlim_t>(wanted + others))
        return wanted;
    const auto have = static_cast<std::int64_t>(limit.rlim_cur);
    const std::int64_t possible = have > 2 * others ? have - others : have / 2;
    log::warn("max_connections lowered to the limit of open files",
              {{"wanted", wanted}, {"possible", possible}});
    return possible;
}

} // namespace

server_limits limits_within_system(const config& with) {
    const webhook_config& web = with.webhook;
    server_limits made;
    made.webhook = {.max_header_bytes = web.max_header_bytes,
                    .max_body_bytes = web.max_body_bytes,
                    .max_body_bytes_in_flight = web.max_body_bytes_in_flight,
                    .max_connections = web.max_connections,
                    .request_timeout = web.request_timeout,
                    .idle_timeout = web.idle_timeout,
                    .drain_timeout = web.drain_timeout};
    made.admin = made.webhook;
    made.admin.max_body_bytes = with.admin.max_body_bytes;
    made.admin.max_body_bytes_in_flight = with.admin.max_body_bytes * with.admin.max_connections;
    made.admin.max_connections = with.admin.max_connections;
    made.admin.request_timeout = with.admin.request_timeout;
    made.operations = made.webhook;
    made.operations.max_body_bytes = operations_body_bytes;
    made.operations.max_body_bytes_in_flight = operations_body_bytes * with.operations.max_connections;
    made.operations.max_connections = with.operations.max_connections;

    const auto refusals = static_cast<std::int64_t>(max_refusals);
    const auto admins = std::max<std::int64_t>(static_cast<std::int64_t>(with.admin.listeners.size()), 1);
    const std::int64_t others = other_descriptors + refusals +
                                admins * (with.admin.max_connections + refusals) +
                                with.operations.max_connections + refusals;
    made.webhook.max_connections = connections_within_limits(web.max_connections, others);
    return made;
}

} // namespace tokenledger::daemon
