// Addresses of sockets as text.
#include "config/address.hpp"

#include <array>
#include <charconv>
#include <cstddef>

#include <arpa/inet.h>

namespace tokenledger::daemon {
namespace {

bool is_numeric_host(int family, const std::string& host) {
    if (host.find(char{}) != std::string::npos) // C would read only up to the NUL
        return false;
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(family, host.c_str(), bytes.data()) == 1;
}

} // namespace

bool is_numeric_address(const std::string& text) {
    return is_numeric_host(AF_INET, text) || is_numeric_host(AF_INET6, text);
}

std::optional<listen_address> parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    listen_address made{std::string(host), 0};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), made.port);
    if (error != std::errc{} || end != digits.data() + digits.size() ||
        !is_numeric_host(bracketed ? AF_INET6 : AF_INET, made.host)) {
        return std::nullopt;
    }
    return made;
}

std::string to_string(const listen_address& address) {
    const bool is_v6 = address.host.find(':') != std::string::npos;
    return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

} // namespace tokenledger::daemon
