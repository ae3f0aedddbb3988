// A gate that blocks a step of a memory store until the test opens it.
#pragma once

#include "memory_store.hpp"

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace tokenledger::test {

// Blocks every visitor until it is open; await_visitor waits for the first.
class gate {
  public:
    gate() = default;
    // Blocks before every step `held` of the database.
    explicit gate(ledger::memory_database& database, std::string_view held = "commit") {
        database.before = [this, held](std::string_view step, auto) {
            if (step == held)
                pass();
        };
    }
    void pass() {
        std::unique_lock hold(guard_);
        visited_ = true;
        changed_.notify_all();
        changed_.wait(hold, [&] { return open_; });
    }
    void open() {
        const std::lock_guard hold(guard_);
        open_ = true;
        changed_.notify_all();
    }
    void await_visitor() {
        std::unique_lock hold(guard_);
        changed_.wait(hold, [&] { return visited_; });
    }

  private:
    std::mutex guard_;
    std::condition_variable changed_;
    bool open_ = false;
    bool visited_ = false;
};

} // namespace tokenledger::test
