// Addresses of sockets as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

// Stands for peers at unix sockets in `trusted_proxies`.
inline constexpr std::string_view unix_peer = "unix";

struct listen_address {
    std::string host;       // numeric IPv4 or IPv6
    std::uint16_t port = 0; // 0: the system chooses one, and the log shows it

    bool operator==(const listen_address&) const = default;
};

// An IPv4 or IPv6 address, without brackets.
[[nodiscard]] bool is_numeric_address(const std::string& text);

// "HOST:PORT" with a numeric IPv4 address, or an IPv6 address in brackets, and a port of 0..65535.
[[nodiscard]] std::optional<listen_address> parse_address(std::string_view text);

// The inverse of parse_address, for logs.
[[nodiscard]] std::string to_string(const listen_address& address);

} // namespace tokenledger::daemon
