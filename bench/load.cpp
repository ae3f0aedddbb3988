// tokenledger_load: posts signed events to a tokenledgerd on this machine and reports the results.
#include "client.hpp"
#include "echo_responder.hpp"
#include "options.hpp"
#include "report.hpp"
#include "request_maker.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>

int main(int argc, char** argv) {
    using namespace tokenledger::bench;
    try {
        load_options options = read_options(argc, argv);
        request_maker maker(options);
        std::optional<echo_responder> responder;
        if (options.self_test) {
            responder.emplace(maker.request_bytes());
            options.address = "127.0.0.1";
            options.port = responder->port();
        }
        maker.sign(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
        load_client client(options, maker);
        run_result result = client.run();
        const bool complete = !result.gave_up && result.broken == 0 && !result.latencies_ns.empty();
        if (!options.log.empty())
            write_log(options.log, result);
        print_report(options, result);
        return complete ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tokenledger_load: %s\n", error.what());
        return 1;
    }
}
