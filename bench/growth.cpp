// tokenledger_growth: sends purchases through the ledger's own writer and store, and reports the speed after
// every step. No HTTP and no signatures: it measures the effect of a growing database.
#include "purchase_maker.hpp"

#include "ledger/postgres.hpp"
#include "ledger/postgres_writer.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <variant>

namespace {

using namespace tokenledger;
using namespace tokenledger::bench;
using steady = std::chrono::steady_clock;

struct growth_options {
    load_options load;
    std::string database;
    std::uint64_t step = 1'000'000;
    std::uint64_t in_flight = 64;
    std::size_t stores = 2;
};

// The purchases in flight, and the latencies since the last report. Completions run on the writer's threads.
class ledger_load {
  public:
    ledger_load(ledger::writer& into, std::uint64_t in_flight) : writer_(into), limit_(in_flight) {}

    // Waits until fewer than the limit are in flight.
    void send(ledger::stripe_command what) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return on_their_way_ < limit_; });
            ++on_their_way_;
        }
        const auto begun = steady::now();
        const auto taken =
            writer_.submit(std::move(what), begun + std::chrono::seconds(60),
                           [this, begun](ledger::completion said) { completed(std::move(said), begun); });
        if (taken != ledger::admission::accepted)
            throw std::runtime_error("the writer did not take a command");
    }

    // Waits for all purchases; returns the latencies since the last call. Throws if one was not applied.
    std::vector<std::int64_t> take_latencies() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return on_their_way_ == 0; });
        if (not_applied_ > 0)
            throw std::runtime_error(std::to_string(not_applied_) + " purchases were not applied");
        return std::exchange(latencies_ns_, {});
    }

  private:
    void completed(ledger::completion said, steady::time_point begun) {
        const auto* outcome = std::get_if<ledger::outcome>(&said);
        const bool applied = outcome != nullptr && outcome->result == ledger::result::applied;
        const std::lock_guard lock(mutex_);
        latencies_ns_.push_back((steady::now() - begun).count());
        not_applied_ += applied ? 0 : 1;
        --on_their_way_;
        changed_.notify_one();
    }

    ledger::writer& writer_;
    const std::uint64_t limit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t on_their_way_ = 0;
    std::uint64_t not_applied_ = 0;
    std::vector<std::int64_t> latencies_ns_;
};

void print_step(std::uint64_t done, std::chrono::nanoseconds took, std::vector<std::int64_t> latencies_ns) {
    std::sort(latencies_ns.begin(), latencies_ns.end());
    const auto quantile_ms = [&](std::size_t percent) {
        return static_cast<double>(latencies_ns[(latencies_ns.size() - 1) * percent / 100]) / 1e6;
    };
    const double seconds = std::chrono::duration<double>(took).count();
    std::printf("{\"done\": %llu, \"seconds\": %.3f, \"rate\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
                "\"max_ms\": %.3f}\n",
                static_cast<unsigned long long>(done), seconds,
                static_cast<double>(latencies_ns.size()) / seconds, quantile_ms(50), quantile_ms(99),
                quantile_ms(100));
    std::fflush(stdout);
}

void grow(const growth_options& options) {
    const auto writer = ledger::make_postgres_writer({}, {.url = options.database}, options.stores);
    ledger_load load(*writer, options.in_flight);
    purchase_maker maker(options.load);
    auto begun = steady::now();
    for (std::uint64_t done = 0; done < options.load.requests;) {
        load.send(maker.command(done));
        if (++done % options.step != 0 && done < options.load.requests)
            continue;
        auto latencies_ns = load.take_latencies();
        const auto now = steady::now();
        print_step(done, now - begun, std::move(latencies_ns));
        std::getchar(); // the reader of the figures may measure before the next step
        begun = steady::now();
    }
}

} // namespace

int main(int argc, char** argv) {
    growth_options options;
    const std::map<std::string, load_mode> modes{{"distinct", load_mode::distinct}, {"hot", load_mode::hot}};
    CLI::App app{"Sends purchases through the ledger; after each step it prints a line and waits for one"};
    app.add_option("--database", options.database, "URL of a migrated database")->required();
    app.add_option("--mode", options.load.mode, "distinct or hot")->transform(CLI::CheckedTransformer(modes));
    app.add_option("--transactions", options.load.requests, "purchases")->required();
    app.add_option("--accounts", options.load.users, "accounts in distinct mode")->capture_default_str();
    app.add_option("--first", options.load.first, "number of the first event")->capture_default_str();
    app.add_option("--first-user", options.load.first_user, "number of the first account")
        ->capture_default_str();
    app.add_option("--step", options.step, "purchases between two lines")->check(CLI::PositiveNumber);
    app.add_option("--in-flight", options.in_flight, "purchases on their way")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    app.add_option("--stores", options.stores, "connections that commit")->check(CLI::Range(1, 64));
    try {
        app.parse(argc, argv);
        grow(options);
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tokenledger_growth: %s\n", error.what());
        return 1;
    }
}
