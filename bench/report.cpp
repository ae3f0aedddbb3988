// Prints a run: for people, or as one JSON object for bench/run.
#include "report.hpp"

#include "options.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace tokenledger::bench {
namespace {

struct summary {
    double rate = 0;
    double p50_ms = 0;
    double p90_ms = 0;
    double p99_ms = 0;
    double max_ms = 0;
    double cpu_us = 0; // of the generator, per answer
    double busy = 0;   // share of one core that the generator took
};

summary summarise(run_result& result) {
    summary made;
    auto& sorted = result.latencies_ns;
    if (sorted.empty() || result.elapsed_ns <= 0)
        return made;
    std::sort(sorted.begin(), sorted.end());
    const auto quantile_ms = [&](std::size_t percent) {
        const std::size_t rank = (sorted.size() * percent + 99) / 100; // nearest rank
        return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1]) / 1e6;
    };
    const auto count = static_cast<double>(sorted.size());
    made.rate = count * 1e9 / static_cast<double>(result.elapsed_ns);
    made.p50_ms = quantile_ms(50);
    made.p90_ms = quantile_ms(90);
    made.p99_ms = quantile_ms(99);
    made.max_ms = quantile_ms(100);
    made.cpu_us = static_cast<double>(result.cpu_ns) / count / 1e3;
    made.busy = static_cast<double>(result.cpu_ns) / static_cast<double>(result.elapsed_ns);
    return made;
}

void print_json(const summary& found, const run_result& result) {
    std::printf("{\"answers\": %zu, \"elapsed_s\": %.6f, \"rate\": %.1f, \"p50_ms\": %.3f, \"p90_ms\": %.3f, "
                "\"p99_ms\": %.3f, \"max_ms\": %.3f, \"cpu_us\": %.2f, \"busy\": %.3f, \"broken\": %llu, "
                "\"unsent\": %llu, \"gave_up\": %s, \"results\": [",
                result.latencies_ns.size(), static_cast<double>(result.elapsed_ns) / 1e9, found.rate,
                found.p50_ms, found.p90_ms, found.p99_ms, found.max_ms, found.cpu_us, found.busy,
                static_cast<unsigned long long>(result.broken),
                static_cast<unsigned long long>(result.unsent), result.gave_up ? "true" : "false");
    const char* separator = "";
    for (const auto& kind : result.answers) {
        std::printf("%s{\"status\": %d, \"result\": \"%s\", \"count\": %llu}", separator, kind.status,
                    kind.result.c_str(), static_cast<unsigned long long>(kind.count));
        separator = ", ";
    }
    std::printf("]}\n");
}

} // namespace

void write_log(const std::string& file, const run_result& result) {
    std::ofstream out(file);
    for (const auto& each : result.lines)
        out << each.due_ns << ' ' << each.left_ns << ' ' << each.done_ns << ' ' << each.status << '\n';
    if (!out.flush())
        throw std::runtime_error("cannot write " + file);
}

void print_report(const load_options& options, run_result& result) {
    const summary found = summarise(result);
    if (options.json) {
        print_json(found, result);
        return;
    }
    std::printf("%.0f requests/s (%zu answers in %.2f s)\n", found.rate, result.latencies_ns.size(),
                static_cast<double>(result.elapsed_ns) / 1e9);
    std::printf("latency ms: p50 %.2f  p90 %.2f  p99 %.2f  max %.2f\n", found.p50_ms, found.p90_ms,
                found.p99_ms, found.max_ms);
    for (const auto& kind : result.answers) {
        std::printf("%d %s: %llu\n", kind.status, kind.result.c_str(),
                    static_cast<unsigned long long>(kind.count));
    }
    std::printf("generator: %.2f us of CPU a request, %.0f %% of one core\n", found.cpu_us, found.busy * 100);
    if (result.broken > 0 || result.unsent > 0 || result.gave_up) {
        std::printf("broken %llu, unsent %llu%s\n", static_cast<unsigned long long>(result.broken),
                    static_cast<unsigned long long>(result.unsent), result.gave_up ? ", gave up" : "");
    }
}

} // namespace tokenledger::bench
