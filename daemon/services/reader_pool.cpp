// The queue and its threads.
#include "services/reader_pool.hpp"

#include <utility>

namespace tokenledger::daemon {

reader_pool::reader_pool(std::vector<std::unique_ptr<ledger::reader>> readers)
    : readers_(std::move(readers)) {
    try {
        for (const auto& each : readers_)
            threads_.emplace_back([this, with = each.get()] { work(*with); });
    } catch (...) {
        stop();
        throw;
    }
}

reader_pool::~reader_pool() {
    stop();
}

bool reader_pool::submit(task what) {
    {
        const std::lock_guard lock(guard_);
        if (stopping_ || waiting_.size() >= max_waiting_reads)
            return false;
        waiting_.push_back(std::move(what));
    }
    news_.notify_one();
    return true;
}

void reader_pool::stop() {
    {
        const std::lock_guard lock(guard_);
        stopping_ = true;
    }
    news_.notify_all();
    for (std::thread& each : threads_) {
        if (each.joinable())
            each.join();
    }
}

void reader_pool::work(ledger::reader& with) {
    std::unique_lock lock(guard_);
    while (true) {
        news_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty())
            return;
        const task next = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        next(with);
        lock.lock();
    }
}

} // namespace tokenledger::daemon
