// The command line: subcommands, options, help and examples.
#pragma once

#include "client/client.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tokenledger::ctl {

using command = std::function<int(const context&)>;

// Collects subcommands. The one that is parsed stores its action in `chosen`.
struct command_line {
    CLI::App& app;
    common_options& common;
    command& chosen;
    // Values that completions offer for options that also take other values.
    std::map<const CLI::Option*, std::vector<std::string>> offered{};

    // Adds a subcommand (`within`: of another one) with the common options and its examples.
    CLI::App* add(const std::string& name, const std::string& description, const std::string& examples,
                  command action, CLI::App* within = nullptr);
};

void add_writes(command_line& to);
void add_usage_writes(command_line& to);
void add_hold_writes(command_line& to);
void add_reads(command_line& to);
void add_events(command_line& to);
void add_operations(command_line& to);

// Adds all subcommands and the common options.
void describe(command_line& line);

// The message of a usage error; for an unknown command or option, with the nearest known one.
[[nodiscard]] std::string usage_fault(const CLI::App& app, const CLI::ParseError& error);

// Options that several commands have.
void add_key(CLI::App& to, std::string& key,
             const std::string& help = "The idempotency key; a random one unless given");
void add_days(CLI::App& to, list_options& what);   // --from, --to, --time-zone; once per command
void add_expires(CLI::App& to, end_options& what); // --expires, --time-zone; likewise
// A whole number from `least` on, within int64. CLI11's own reading takes 010 for 8.
CLI::Option* add_number(CLI::App& to, const std::string& name, std::int64_t& number, std::int64_t least,
                        const std::string& help);
CLI::Option* add_number(CLI::App& to, const std::string& name, std::optional<std::int64_t>& number,
                        std::int64_t least, const std::string& help);
// Decimal digits within int64; nothing else.
std::optional<std::int64_t> whole_number(const std::string& text);
std::string environment_or(const char* name, const std::string& otherwise);

} // namespace tokenledger::ctl
