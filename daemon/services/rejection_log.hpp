// Limits log lines for refused requests to a number per minute, so that rubbish cannot fill the disk.
#pragma once

#include <chrono>
#include <cstdint>

namespace tokenledger::daemon {

// The decision, with the time as an argument. One thread.
class rejection_log {
  public:
    explicit rejection_log(std::int64_t lines_per_minute) noexcept : limit_(lines_per_minute) {}

    struct decision {
        bool write = false;
        std::int64_t suppressed = 0; // lines left out since the last one that was written
    };
    [[nodiscard]] decision next(std::chrono::steady_clock::time_point now) noexcept {
        if (now - window_begin_ >= std::chrono::minutes(1)) {
            window_begin_ = now;
            written_ = 0;
        }
        if (written_ >= limit_) {
            ++suppressed_;
            return {};
        }
        ++written_;
        const decision made{.write = true, .suppressed = suppressed_};
        suppressed_ = 0;
        return made;
    }

  private:
    std::int64_t limit_;
    std::int64_t written_ = 0;
    std::int64_t suppressed_ = 0;
    std::chrono::steady_clock::time_point window_begin_{};
};

} // namespace tokenledger::daemon
