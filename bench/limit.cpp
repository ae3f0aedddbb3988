// tokenledger_limit: writes the rows of purchases straight into the ledger's tables, batch after batch, and
// reports the time that PostgreSQL took. No HTTP, no checks: the upper limit for any receiver, and with
// batches of one, the cost of a bare INSERT and COMMIT.
#include "limit_rows.hpp"
#include "report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <map>

namespace {

using namespace tokenledger::bench;

struct limit_options {
    load_options load;
    std::string database;
    std::uint64_t batch = 256;
    bool unprepared = false;
};

std::int64_t cpu_time_ns() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// Counts PostgreSQL's time only, not that of building a batch.
run_result write_rows(const limit_options& options) {
    pipeline database(options.database, limit_statements(), !options.unprepared);
    limit_rows rows(options.load);
    run_result result;
    const auto enough_ns = static_cast<std::int64_t>(options.load.duration_s * 1e9);
    std::uint64_t written = 0;
    while (written < options.load.requests && result.elapsed_ns < enough_ns) {
        const auto count = std::min(options.batch, options.load.requests - written);
        const auto parameters = rows.batch(written, count);
        const std::int64_t cpu_before = cpu_time_ns();
        const std::int64_t took_ns = database.transaction(parameters).count();
        result.cpu_ns += cpu_time_ns() - cpu_before;
        result.elapsed_ns += took_ns;
        result.latencies_ns.insert(result.latencies_ns.end(), count, took_ns); // of each row's commit
        written += count;
    }
    result.answers.push_back({200, "applied", written});
    return result;
}

limit_options read_command_line(CLI::App& app, int argc, char** argv) {
    limit_options options;
    const std::map<std::string, load_mode> modes{{"distinct", load_mode::distinct}, {"hot", load_mode::hot}};
    app.add_option("--database", options.database, "URL of a migrated, empty database")->required();
    app.add_option("--mode", options.load.mode, "distinct or hot")->transform(CLI::CheckedTransformer(modes));
    app.add_option("--requests", options.load.requests, "rows of each table")
        ->check(CLI::Range(std::uint64_t{1}, max_requests))
        ->capture_default_str();
    app.add_option("--duration", options.load.duration_s, "seconds of PostgreSQL's time at most")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    app.add_option("--users", options.load.users, "accounts in distinct mode")->capture_default_str();
    app.add_option("--batch", options.batch, "purchases a transaction")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_flag("--unprepared", options.unprepared, "parse and plan the statements each time");
    app.add_flag("--json", options.load.json, "print one JSON object");
    app.parse(argc, argv);
    return options;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Writes the rows of purchases straight into the ledger's tables"};
    try {
        const limit_options options = read_command_line(app, argc, argv);
        run_result result = write_rows(options);
        print_report(options.load, result);
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tokenledger_limit: %s\n", error.what());
        return 1;
    }
}
