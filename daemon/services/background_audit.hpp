// The proof of the books while the daemon runs: one at a time, on a thread of its own.
#pragma once

#include "admin/query.hpp"

#include "ledger/postgres.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <thread>

namespace tokenledger::daemon {

class background_audit {
  public:
    explicit background_audit(ledger::postgres_options database) : database_(std::move(database)) {}
    ~background_audit(); // stops a running audit after its current step
    background_audit(const background_audit&) = delete;
    background_audit& operator=(const background_audit&) = delete;

    // Called once, on another thread; nullopt: the database could not be asked.
    using done_fn = std::function<void(const std::optional<admin::audit_view>& found)>;

    // False if an audit is already running. Used by one thread.
    [[nodiscard]] bool start(done_fn done);

  private:
    void run(const done_fn& done);

    ledger::postgres_options database_;
    std::atomic<bool> running_ = false;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

} // namespace tokenledger::daemon
