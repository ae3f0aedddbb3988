// What the command line says, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tokenledger::ctl {

inline constexpr const char* default_socket = "/run/tokenledger/admin.sock";
inline constexpr std::int64_t default_confirm_above = 1'000'000; // tokens
inline constexpr int default_timeout_s = 30;
inline constexpr int verify_timeout_s = 3600; // it reads every row

// The exit codes of the contract.
inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_unreachable = 3; // the daemon, or (503) the database behind it

struct common_options {
    std::string socket = default_socket;
    bool json = false;
    std::int64_t timeout_s = 0; // 0: the command's default
};

// Filters and pages of the lists and reports; each is asked for where the daemon knows it.
struct list_options {
    std::string user{};
    std::string type{};
    std::string source{};
    std::string action{};
    std::string model{};
    std::string member{};
    std::string state{};
    std::string result{};
    std::string reason{};
    std::string payment{};
    std::int64_t actor = -1; // -1: whoever
    std::string from{};
    std::string to{};
    std::string time_zone{}; // whose days
    std::string cursor{};
    std::int64_t limit = 0; // 0: the command's default
    bool oldest_first = false;
    bool per_day = false;
    bool by_member = false;
    bool by_occurrence = false;
};

// When tokens end.
struct end_options {
    std::string at{}; // as it was told
    std::string time_zone{};
    std::optional<std::int64_t> us{}; // microseconds since the epoch; nullopt: never
};

struct balance_options {
    std::string user{};
    std::string at{};
};

struct payment_options {
    std::string id{};
    bool prove = false;
};

struct event_options {
    std::string id{};
    std::string user{};
    std::int64_t tokens = 0; // 0: a pack is named
    std::string pack{};
    std::int64_t quantity = 0; // 0: not told
    std::string reason{};
    std::string key{};
    bool body = false;
};

struct report_options {
    list_options filter{};
    std::vector<std::string> by{};
};

struct export_options {
    std::string list{};
    std::string format{}; // csv, jsonl
    std::string file{};   // empty: standard output
    bool spreadsheet = false;
    list_options filter{};
};

struct send_options {
    std::string file{};
    std::string secret_file{};
    std::string url{};
    std::int64_t timestamp = 0; // 0: now
};

} // namespace tokenledger::ctl
