// The constraints on strings of the configuration.
#include "config/text_rules.hpp"

#include "config/address.hpp"

#include "admin/permit.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>

#include <arpa/inet.h>
#include <sys/un.h>

namespace tokenledger::daemon {
namespace {

constexpr std::size_t max_text_bytes = 4096;
constexpr std::size_t max_path_bytes = base::max_identifier_bytes; // stored with every event
constexpr std::ptrdiff_t max_metadata_key_characters = 40;         // https://docs.stripe.com/metadata#data
constexpr std::size_t max_name_bytes = 64;
constexpr std::size_t max_socket_path_bytes = sizeof(sockaddr_un::sun_path) - 1;

// No setting needs a control character, and a NUL would cut the text short in C.
bool is_clean(std::string_view text, std::size_t max_bytes) noexcept {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    return !text.empty() && text.size() <= max_bytes && std::ranges::none_of(text, is_control);
}

bool is_database_url(std::string_view text) noexcept {
    return is_clean(text, max_text_bytes) &&
           (text.starts_with("postgresql://") || text.starts_with("postgres://") ||
            (text.find("://") == std::string_view::npos && text.find('=') != std::string_view::npos));
}

bool is_address(std::string_view text) noexcept {
    return parse_address(text).has_value();
}

bool is_request_path(std::string_view text) noexcept {
    const auto is_path_character = [](char c) { return c > ' ' && c <= '~' && c != '?' && c != '#'; };
    return text.size() <= max_path_bytes && text.starts_with('/') &&
           std::ranges::all_of(text, is_path_character);
}

// The usual mistake is the secret itself instead of its file's name: it must not appear in a message.
bool is_file_name(std::string_view text) noexcept {
    return is_clean(text, max_text_bytes) && !text.starts_with("whsec_");
}

bool is_plain_file_name(std::string_view text) noexcept {
    return is_clean(text, max_text_bytes) && text.find("-----BEGIN") == std::string_view::npos;
}

bool is_metadata_key(std::string_view text) noexcept {
    const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return base::is_identifier(text) && text.find_first_of("[]") == std::string_view::npos &&
           std::ranges::count_if(text, starts_character) <= max_metadata_key_characters;
}

bool is_catalog_name(std::string_view text) noexcept {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return !text.empty() && text.size() <= max_name_bytes &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

// Not the name of another listener: it identifies listeners in the metrics.
bool is_listener_name(std::string_view text) noexcept {
    return is_catalog_name(text) && text != "webhook" && text != "operations";
}

bool is_socket_path(std::string_view text) noexcept {
    return is_clean(text, max_socket_path_bytes) && text.starts_with('/') && !text.ends_with('/');
}

bool is_file_mode(std::string_view text) noexcept {
    return (text.size() == 3 || (text.size() == 4 && text.front() == '0')) &&
           text.find_first_not_of("01234567") == std::string_view::npos;
}

bool is_group_name(std::string_view text) noexcept {
    return is_clean(text, max_name_bytes) && text.find_first_of(" :/") == std::string_view::npos;
}

bool is_permit(std::string_view text) noexcept {
    return admin::permit_of(text).has_value();
}

bool is_currency(std::string_view text) noexcept {
    return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_log_level(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warn", "error"};
    return std::ranges::find(levels, text) != levels.end();
}

std::optional<ledger::lifetime> lifetime_of(std::string_view text) noexcept {
    if (text == "never")
        return ledger::lifetime{};
    const bool in_years = text.ends_with('y');
    if (text.size() < 2 || (!in_years && !text.ends_with('d')) || text.front() == '0')
        return std::nullopt;
    std::int64_t number = 0;
    const char* const end = text.data() + text.size() - 1;
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    const std::int64_t most = in_years ? ledger::max_lifetime_years : ledger::max_lifetime_days;
    if (error != std::errc{} || stopped != end || number < 1 || number > most)
        return std::nullopt;
    return in_years ? ledger::lifetime{.years = number} : ledger::lifetime{.days = number};
}

bool is_lifetime(std::string_view text) noexcept {
    return lifetime_of(text).has_value();
}

bool is_proxy_address(std::string_view text) noexcept {
    return text == unix_peer || is_numeric_address(std::string(text));
}

} // namespace

constinit const text_rule database_url{
    "a libpq URI (postgresql://...) or a libpq connection string (key=value ...)", is_database_url, false};
constinit const text_rule host_and_port{
    "HOST:PORT with a numeric IPv4 address or an IPv6 address in brackets, and a port of 0 "
    "(the system chooses) to 65535",
    is_address};
constinit const text_rule proxy_address{"a numeric IPv4 or IPv6 address, or \"unix\"", is_proxy_address};
constinit const text_rule request_path{
    "a path that starts with '/', of at most 255 printable ASCII characters without "
    "'?', '#' or white space",
    is_request_path};
constinit const text_rule file_name{"the name of a file that holds the secret, not the secret itself",
                                    is_file_name, false};
constinit const text_rule plain_file_name{"the name of a file", is_plain_file_name, false};
constinit const text_rule identifier{"1 to 255 bytes of text without a NUL", base::is_identifier};
constinit const text_rule metadata_key{"a key of Stripe metadata: 1 to 40 characters without square brackets",
                                       is_metadata_key};
constinit const text_rule catalog_name{"the name of a catalogue: 1 to 64 of A-Z, a-z, 0-9, '_' and '-'",
                                       is_catalog_name};
constinit const text_rule currency_code{"a currency of three lower-case letters", is_currency};
constinit const text_rule listener_name{
    "a name of 1 to 64 of A-Z, a-z, 0-9, '_' and '-', and not 'webhook' or 'operations'", is_listener_name};
constinit const text_rule socket_path{"an absolute path of at most 107 bytes", is_socket_path};
constinit const text_rule file_mode{"an octal file mode such as 0660", is_file_mode};
constinit const text_rule group_name{"the name of a group", is_group_name};
constinit const text_rule permit_name{"one of read, usage, money, operate", is_permit};
constinit const text_rule lifetime_text{
    "\"never\", or a number of days or years: \"90d\", at most 36500, or \"1y\", at most 100", is_lifetime};
constinit const text_rule log_level_name{"one of trace, debug, info, warn, error", is_log_level};

ledger::lifetime parse_lifetime(std::string_view text) {
    return lifetime_of(text).value_or(ledger::lifetime{});
}

unsigned parse_mode(std::string_view octal) {
    unsigned made = 0;
    std::from_chars(octal.data(), octal.data() + octal.size(), made, 8);
    return made;
}

} // namespace tokenledger::daemon
