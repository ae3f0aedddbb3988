// The constraints on strings of the configuration.
#pragma once

#include "config/config.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

extern const text_rule database_url;    // a libpq URI or connection string
extern const text_rule host_and_port;   // HOST:PORT
extern const text_rule proxy_address;   // numeric, or "unix"
extern const text_rule request_path;    // of an endpoint
extern const text_rule file_name;       // of a secret
extern const text_rule plain_file_name; // of anything else
extern const text_rule identifier;      // what the ledger stores
extern const text_rule metadata_key;    // of a Stripe object
extern const text_rule catalog_name;    // the NAME of [catalog.NAME]
extern const text_rule currency_code;   // lower-case ISO 4217, as Stripe writes it
extern const text_rule listener_name;   // of an admin listener
extern const text_rule socket_path;     // where clients connect to
extern const text_rule file_mode;       // octal
extern const text_rule group_name;      // of the system
extern const text_rule permit_name;     // of an admin listener
extern const text_rule lifetime_text;   // of a pack's tokens
extern const text_rule log_level_name;  // as spdlog knows them

// "never", "90d", "1y". Precondition: the rule holds.
[[nodiscard]] ledger::lifetime parse_lifetime(std::string_view text);

// "0660". Precondition: the rule holds.
[[nodiscard]] unsigned parse_mode(std::string_view octal);

} // namespace tokenledger::daemon
