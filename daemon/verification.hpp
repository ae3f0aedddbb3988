// The proof of the books while the daemon runs: one at a time, on a thread of its own.
#pragma once

#include "admin/query.hpp"

#include "ledger/postgres.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <thread>

namespace tokenledger::daemon {

class verification {
  public:
    explicit verification(ledger::postgres_options database) : database_(std::move(database)) {}
    ~verification(); // one that runs ends with the step that it is at
    verification(const verification&) = delete;
    verification& operator=(const verification&) = delete;

    // Called once, on another thread; nullopt: the database could not be asked.
    using done_fn = std::function<void(const std::optional<admin::verification_view>& found)>;

    // False if one runs already. From one thread.
    [[nodiscard]] bool start(done_fn done);

  private:
    void run(const done_fn& done);

    ledger::postgres_options database_;
    std::atomic<bool> running_ = false;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

} // namespace tokenledger::daemon
