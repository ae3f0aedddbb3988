// The sender of a request, for logs: the peer, or the client that a trusted proxy names.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

// `peer`: its numeric address; empty: a unix socket. `forwarded`: every X-Forwarded-For field, in order.
// Each proxy appends the address that it saw: the list is read from its end, as long as the address that
// appended the entry is trusted. An entry that is not a numeric address ends it.
[[nodiscard]] std::string client_address(std::string_view peer, std::span<const std::string_view> forwarded,
                                         const std::set<std::string, std::less<>>& trusted);

} // namespace tokenledger::daemon
