// Cuts a socket that is still in use at its deadline. It needs a thread of its own, because the thread that
// waits in libpq cannot do it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace tokenledger::ledger::pg {

class watchdog {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    // Duplicates the socket's descriptor: libpq may close its own at any moment, after which the number may
    // belong to something else. Throws std::system_error.
    explicit watchdog(int socket);
    ~watchdog();
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    // True once the socket has been cut.
    [[nodiscard]] bool has_bitten();

    // While a guard lives, the socket is cut when `deadline` passes; nullopt: never.
    class guard {
      public:
        guard(watchdog& dog, std::optional<time_point> deadline) : dog_(dog) { dog_.arm(deadline); }
        ~guard() { dog_.arm(std::nullopt); }
        guard(const guard&) = delete;
        guard& operator=(const guard&) = delete;

      private:
        watchdog& dog_;
    };

  private:
    void arm(std::optional<time_point> deadline);
    void watch();

    const int socket_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<time_point> deadline_;
    std::optional<time_point> waking_at_; // when the thread looks next; nullopt: when it is notified
    bool bitten_ = false;
    bool ending_ = false;
    std::thread thread_; // last: it uses the others
};

} // namespace tokenledger::ledger::pg
