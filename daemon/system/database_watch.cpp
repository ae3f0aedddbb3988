// The watch's thread.
#include "system/database_watch.hpp"
#include "ledger/schema.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

namespace tokenledger::daemon {

namespace {

// Between two looks while the database is ready; the gauges are at most this old.
constexpr std::chrono::milliseconds look_interval{5000};
// Between two looks while it is not.
constexpr std::chrono::milliseconds retry_interval{1000};
// The least time between two looks, however often look() is called.
constexpr std::chrono::milliseconds shortest_interval{100};

// A defect that does not stop the service; empty: none.
std::string warning_of(const ledger::health& found) {
    std::string text = found.schema.detail;
    for (const std::string& setting : found.unsafe_settings)
        text += (text.empty() ? "" : "; ") + setting +
                " is off in PostgreSQL: a crash of its machine may lose what was acknowledged";
    return text;
}

database_report look_once(ledger::health_probe& probe) {
    using state = database_report::state;
    try {
        const ledger::health found = probe.ask();
        if (!ledger::may_serve(found.schema.state))
            return {.is = state::schema, .detail = found.schema.detail};
        return {.is = state::ready,
                .warning = warning_of(found),
                .unsafe_settings = found.unsafe_settings.size(),
                .parked = found.parked,
                .waiting = found.waiting,
                .open_holds = found.open_holds,
                .held_tokens = std::strtod(found.held_tokens.c_str(), nullptr),
                .timed_out_holds = found.timed_out_holds,
                .expiry_lag = found.expiry_lag,
                .due = found.due};
    } catch (const ledger::unreadable_url& error) {
        return {.is = state::unreadable, .detail = error.what()};
    } catch (const std::exception& error) {
        return {.is = state::away, .detail = error.what()};
    }
}

} // namespace

struct database_watch::impl {
    ledger::health_probe probe;
    std::function<void(const database_report&)> tell;
    std::mutex guard{};
    std::condition_variable changed{};
    bool stopping = false;
    bool asked = false;
    std::thread thread{};

    impl(ledger::postgres_options options, std::function<void(const database_report&)> tells)
        : probe(std::move(options)),
          tell(std::move(tells)) {
        thread = std::thread([this] { run(); });
    }

    void run() {
        std::unique_lock hold(guard);
        while (!stopping) {
            asked = false;
            hold.unlock();
            const database_report report = look_once(probe);
            tell(report);
            hold.lock();
            const bool ready = report.is == database_report::state::ready;
            changed.wait_for(hold, shortest_interval, [this] { return stopping; });
            changed.wait_for(hold, ready ? look_interval : retry_interval,
                             [this] { return stopping || asked; });
        }
    }

    void stop() {
        {
            const std::lock_guard hold(guard);
            stopping = true;
        }
        changed.notify_all();
        thread.join();
    }
};

database_watch::database_watch(ledger::postgres_options options,
                               std::function<void(const database_report&)> tell)
    : impl_(std::make_unique<impl>(std::move(options), std::move(tell))) {
}

database_watch::~database_watch() {
    impl_->stop();
}

void database_watch::look() {
    {
        const std::lock_guard hold(impl_->guard);
        impl_->asked = true;
    }
    impl_->changed.notify_all();
}

} // namespace tokenledger::daemon
