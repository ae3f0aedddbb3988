// The command line of tokenledger_load.
#include "options.hpp"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>
#include <cstdlib>
#include <fstream>
#include <map>

namespace tokenledger::bench {
namespace {

// "127.0.0.1:8787". The generator must not be aimed at other machines.
std::string set_target(const std::string& text, load_options& options) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos)
        return "expected ADDRESS:PORT";
    options.address = text.substr(0, colon);
    in_addr parsed{};
    if (inet_pton(AF_INET, options.address.c_str(), &parsed) != 1 || (ntohl(parsed.s_addr) >> 24U) != 127U)
        return "only loopback addresses (127.0.0.0/8) are accepted";
    char* end = nullptr;
    const long port = std::strtol(text.c_str() + colon + 1, &end, 10);
    if (*end != '\0' || port < 1 || port > 65535)
        return "port out of range";
    options.port = static_cast<std::uint16_t>(port);
    return {};
}

std::string read_secret(const std::string& file) {
    std::ifstream in(file);
    std::string secret;
    in >> secret; // up to the end of the line, as the daemon reads it
    return secret;
}

} // namespace

load_options read_options(int argc, char** argv) {
    load_options options;
    std::string target;
    std::string secret_file;
    const std::map<std::string, load_mode> modes{{"distinct", load_mode::distinct},
                                                 {"hot", load_mode::hot},
                                                 {"duplicate", load_mode::duplicate},
                                                 {"refund", load_mode::refund}};

    CLI::App app{"Posts signed payment_intent.succeeded events to a tokenledgerd on this machine"};
    app.add_option("--target", target, "ADDRESS:PORT, loopback only");
    app.add_option("--path", options.path, "path of the webhook")->capture_default_str();
    app.add_option("--secret-file", secret_file, "file with the signing secret")->check(CLI::ExistingFile);
    app.add_option("--mode", options.mode, "distinct, hot, duplicate or refund")
        ->transform(CLI::CheckedTransformer(modes));
    app.add_option("--connections", options.connections, "connections kept alive")
        ->check(CLI::Range(std::uint32_t{1}, max_connections))
        ->capture_default_str();
    app.add_option("--requests", options.requests, "requests to send")
        ->check(CLI::Range(std::uint64_t{1}, max_requests))
        ->capture_default_str();
    app.add_option("--duration", options.duration_s, "seconds after which no request is begun")
        ->check(CLI::Range(0.01, max_duration_s))
        ->capture_default_str();
    app.add_option("--rate", options.rate, "requests per second (open loop); 0: as fast as answers come")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    app.add_option("--users", options.users, "accounts in distinct mode")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}))
        ->capture_default_str();
    app.add_option("--first", options.first, "number of the first event")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{100'000'000'000}))
        ->capture_default_str();
    app.add_option("--log", options.log, "write one line an answer: when due, left and done (ns), status");
    app.add_flag("--json", options.json, "print one JSON object");
    app.add_flag("--self-test", options.self_test,
                 "post to a responder inside this process: what the generator itself can do");
    try {
        app.parse(argc, argv);
        if (options.self_test) {
            options.secret = "whsec_self_test";
            options.mode = load_mode::distinct; // the responder recognizes requests by their size
            return options;
        }
        if (const auto wrong = set_target(target, options); !wrong.empty())
            throw CLI::ValidationError("--target", wrong);
        options.secret = secret_file.empty() ? "" : read_secret(secret_file);
        if (options.secret.empty())
            throw CLI::ValidationError("--secret-file", "a file with a secret is needed");
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error)); // NOLINT(concurrency-mt-unsafe): there is one thread yet
    }
    return options;
}

} // namespace tokenledger::bench
