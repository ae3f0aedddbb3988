// The configuration as the daemon uses it, with its defaults. Read from one TOML file; every key is in the
// table of settings.cpp.
#pragma once

#include "admin/permit.hpp"
#include "config/address.hpp"
#include "config/tls_material.hpp"
#include "webhook/catalog.hpp"
#include "webhook/signature.hpp"
#include "webhook/translate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::daemon {

struct database_config {
    std::string url;
    std::string migrate_url; // empty: url
    std::int64_t connections = 2;
    std::int64_t max_batch = 256;
    std::int64_t queue_limit = 4096;
    std::chrono::milliseconds statement_timeout{5000};
    std::chrono::milliseconds connect_timeout{3000};
};

struct endpoint_config {
    webhook::endpoint_policy policy;
    // Holds the only copy of the secrets; null: they were not read.
    std::shared_ptr<const webhook::verifier> verifier{};
    std::vector<std::string> secret_names; // names of their files, in the same order
    std::string catalog;                   // name of the catalogue; empty: the default one
};

struct webhook_config {
    std::vector<listen_address> listen;
    std::int64_t max_body_bytes = 1048576;
    std::int64_t max_body_bytes_in_flight = 67108864;
    std::int64_t max_header_bytes = 16384;
    std::int64_t max_connections = 10000;
    std::chrono::milliseconds request_timeout{5000};
    std::chrono::milliseconds idle_timeout{75000};
    std::chrono::milliseconds drain_timeout{10000};
    std::int64_t tolerance_seconds = 300;
    std::int64_t waiting_expires_days = 30;
    std::set<std::string, std::less<>> trusted_proxies; // numeric addresses, or "unix"
    tls_context tls;                                    // made from the files; null: no TLS
    std::vector<endpoint_config> endpoints;             // by path, each path once
};

// A file that clients connect to. Its owner, group and mode decide who may.
struct socket_file {
    std::string path;
    unsigned mode = 0660;
    std::string group{}; // empty: the group of the process

    bool operator==(const socket_file&) const = default;
};

struct admin_listener_config {
    std::string name = "admin"; // in logs and metrics; unique
    socket_file file{};
    admin::permit_set permits = admin::every_permit; // what its clients may do
    std::int64_t max_tokens_per_request = 10'000'000;
};

struct admin_config {
    std::int64_t max_body_bytes = 1048576;
    std::int64_t max_connections = 256; // of each listener
    std::chrono::milliseconds request_timeout{5000};
    std::vector<admin_listener_config> listeners;
};

struct operations_config {
    std::vector<listen_address> listen; // empty: off
    std::int64_t max_connections = 64;
};

struct log_config {
    std::string level = "info";
    std::int64_t rejections_per_minute = 60; // log lines for refused requests; the rest is only counted
};

struct config {
    database_config database;
    webhook_config webhook;
    admin_config admin;
    operations_config operations;
    log_config log;
    std::map<std::string, webhook::catalog, std::less<>> catalogs; // "" is the default one
};

struct config_error {
    std::string file;
    std::uint32_t line = 0; // 0: the file as a whole
    std::string message;
};
// "FILE:LINE: message"
[[nodiscard]] std::string to_string(const config_error& error);

// Only `serve` and `check-config` use the signing secrets; the user of another command need not be able to
// read them.
enum class secret_files : std::uint8_t { read, left_alone };

// Either a configuration, or every error there is, in the order of the file. Reads the secrets' files as
// well: relative names are looked up in `credentials_directory` (empty: beside the configuration file).
[[nodiscard]] std::variant<config, std::vector<config_error>>
load_config(const std::filesystem::path& file, const std::filesystem::path& credentials_directory,
            secret_files secrets = secret_files::read);

// Keys that differ between the two and that a running daemon cannot take over: "database.url", ...
[[nodiscard]] std::vector<std::string> restart_needed(const config& running, const config& loaded);

// Copies into `running` every setting that needs no restart. Secrets and keys that `loaded` does not have
// are removed.
void take_over(config& running, const config& loaded);

// The listener of `from` whose permits apply to `running`: the one with the same socket. The socket decides
// who may connect, so the permits of another socket do not apply here: null. A socket from systemd without
// a listener in the configuration (no path) belongs to the only listener, as at start.
[[nodiscard]] const admin_listener_config* same_listener(const admin_listener_config& running,
                                                         const config& from);

// docs/configuration.md, generated from the table of settings.
[[nodiscard]] std::string configuration_reference();

// The text of daemon/man/tokenledgerd.toml.5, from the same table.
[[nodiscard]] std::string configuration_manual();

// systemd/tokenledgerd.toml.example, which the reference begins with. A line that is "#" and a key, without
// a space between, is a setting at its default or an alternative that is not chosen.
[[nodiscard]] std::string_view configuration_example();

} // namespace tokenledger::daemon
