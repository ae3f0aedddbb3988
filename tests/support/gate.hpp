// A gate in the steps of a store in memory.
#pragma once

#include "memory_store.hpp"

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace tokenledger::test {

// Holds who comes until it is opened; tells when somebody has come.
class gate {
  public:
    gate() = default;
    // Before every such step of the database.
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
