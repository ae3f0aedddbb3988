// The batching writer: one bounded queue, a few workers, each with a connection of its own.
#pragma once

#include "ledger/command_sink.hpp"
#include "ledger/store_error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

class store; // writer/store.hpp

struct writer_options {
    std::size_t max_batch = 256;
    std::size_t queue_limit = 4096;
    std::chrono::milliseconds retry_delay_min{
        20}; // pause before a failed batch runs again; doubles each time
    std::chrono::milliseconds retry_delay_max{500};
};

// For an observer's metrics and logs. It is called on a worker's thread and must not block or throw.
struct batch_report {
    std::size_t commands = 0;
    std::chrono::steady_clock::duration duration{};
    std::size_t expiries = 0; // rows that were posted before it, because they were due; committed
    bool committed = false;
    store_failure failure = store_failure::unavailable; // of the last attempt, if not committed
    std::string_view detail{};                          // the error's text, if not committed
};

class writer : public command_sink {
  public:
    // One worker thread per store.
    writer(writer_options options, std::vector<std::unique_ptr<store>> stores,
           std::function<void(const batch_report&)> observe = {});
    ~writer() override; // stops, if stop was not called
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    [[nodiscard]] admission submit(command what, std::chrono::steady_clock::time_point deadline,
                                   completion_fn completed) override;

    // Refuses new commands, completes every command taken so far, then ends the workers.
    void stop();

    [[nodiscard]] std::size_t queue_depth() const;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace tokenledger::ledger
