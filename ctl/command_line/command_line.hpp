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

// Collects subcommands; each puts what it does into `chosen` when it is the one.
struct command_line {
    CLI::App& app;
    common_options& common;
    command& chosen;
    // Values to offer for options that take others too.
    std::map<const CLI::Option*, std::vector<std::string>> offered{};

    // A subcommand (`within`: of another one) with the options that all have, and its examples.
    CLI::App* add(const std::string& name, const std::string& description, const std::string& examples,
                  command action, CLI::App* within = nullptr);
};

void add_writes(command_line& to);
void add_reads(command_line& to);
void add_events(command_line& to);
void add_operations(command_line& to);

// All of the above, with what all of them share.
void describe(command_line& line);

// What is wrong with the words: an unknown command or option with the one that was probably meant.
[[nodiscard]] std::string usage_fault(const CLI::App& app, const CLI::ParseError& error);

// Options that several of the above have.
void add_key(CLI::App& to, std::string& key);
void add_days(CLI::App& to, list_options& what); // --from, --to, --time-zone: a command has them once
// A whole number from `least` on, within int64. CLI11's own reading takes 010 for 8.
CLI::Option* add_number(CLI::App& to, const std::string& name, std::int64_t& number, std::int64_t least,
                        const std::string& help);
// Decimal digits within int64; nothing else.
std::optional<std::int64_t> whole_number(const std::string& text);
std::string environment_or(const char* name, const std::string& otherwise);

} // namespace tokenledger::ctl
