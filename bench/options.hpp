// The checked options of the load generator: bounded in count and time, loopback addresses only.
#pragma once

#include <cstdint>
#include <string>

namespace tokenledger::bench {

enum class load_mode : std::uint8_t {
    distinct,  // every event another payment, spread over `users` accounts
    hot,       // every event another payment, all to one account
    duplicate, // one event, repeatedly
    refund,    // purchases spread over `users` accounts, and then a full refund of each
};

struct load_options {
    std::string address = "127.0.0.1"; // numeric, in 127.0.0.0/8
    std::uint16_t port = 0;
    std::string path = "/stripe/webhook";
    std::string secret;
    load_mode mode = load_mode::distinct;
    std::uint32_t connections = 64;
    std::uint64_t requests = 100000;
    double duration_s = 120; // no request is begun later than this
    double rate = 0;         // requests per second, open loop; 0: closed loop
    std::uint64_t users = 100000;
    std::uint64_t first_user = 0;
    std::uint64_t first = 0; // number of the first event: a later run goes on where an earlier one ended
    std::string log;         // file with one line an answer; empty: none
    bool json = false;
    bool self_test = false;
};

// The validity of a signature is 300 s; all are made just before the run.
inline constexpr double max_duration_s = 240;
inline constexpr std::uint64_t max_requests = 5'000'000;
inline constexpr std::uint32_t max_connections = 10'000;

// Ends the process with a message if the command line is wrong, or after --help.
[[nodiscard]] load_options read_options(int argc, char** argv);

} // namespace tokenledger::bench
