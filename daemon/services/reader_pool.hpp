// A few threads that read from the ledger, each with a reader of its own, from one bounded queue.
#pragma once

#include "ledger/reader.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tokenledger::daemon {

inline constexpr std::size_t reader_threads = 2;
inline constexpr std::size_t max_waiting_reads = 64; // beyond this a read is refused: 503

class reader_pool {
  public:
    // Runs on a thread of the pool and must not throw.
    using task = std::function<void(ledger::reader&)>;

    // One thread per reader.
    explicit reader_pool(std::vector<std::unique_ptr<ledger::reader>> readers);
    ~reader_pool(); // stops
    reader_pool(const reader_pool&) = delete;
    reader_pool& operator=(const reader_pool&) = delete;

    // False: the queue is full, or the pool has stopped. Then the task does not run.
    [[nodiscard]] bool submit(task what);

    // Runs the queued tasks, and returns when all are done.
    void stop();

  private:
    void work(ledger::reader& with);

    std::mutex guard_;
    std::condition_variable news_;
    std::deque<task> waiting_;
    bool stopping_ = false;
    std::vector<std::unique_ptr<ledger::reader>> readers_;
    std::vector<std::thread> threads_;
};

} // namespace tokenledger::daemon
