// Who sent a request, for logs: the peer, or whom a proxy that is trusted names.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

// `peer`: its numeric address; empty: a unix socket. `forwarded`: every X-Forwarded-For field, in order. Each
// proxy appends whom it saw, so the list is read from its end, for as long as the speaker is trusted; what is
// no numeric address ends it.
[[nodiscard]] std::string client_address(std::string_view peer, std::span<const std::string_view> forwarded,
                                         const std::set<std::string, std::less<>>& trusted);

} // namespace tokenledger::daemon
