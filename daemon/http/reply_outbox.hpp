// Hands replies of other threads to the sessions that wait for them.
#pragma once

#include "http/service.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tokenledger::daemon {

struct reply_slot {
    explicit reply_slot(const boost::asio::any_io_executor& executor)
        : timer(executor, std::chrono::steady_clock::time_point::max()) {}
    boost::asio::steady_timer timer; // never fires: cancelling it wakes the session
    std::optional<http_reply> reply;
};

// A batch completes many commands one after the other: the first reply posts to the I/O thread, and those
// that come before it runs go with it. So a batch wakes that thread once and not for each of its requests.
class reply_outbox : public std::enable_shared_from_this<reply_outbox> {
  public:
    reply_outbox(boost::asio::any_io_executor executor, std::function<void()> delivered)
        : executor_(std::move(executor)),
          delivered_(std::move(delivered)) {}

    // From any thread. If it throws, this reply leaves with the next one, or the session's deadline answers.
    void put(std::shared_ptr<reply_slot> into, http_reply reply) {
        const std::lock_guard hold(guard_);
        waiting_.emplace_back(std::move(into), std::move(reply));
        if (scheduled_)
            return;
        boost::asio::post(executor_, [self = shared_from_this()] { self->deliver(); });
        scheduled_ = true;
    }

  private:
    void deliver() {
        {
            const std::lock_guard hold(guard_);
            scheduled_ = false;
            leaving_.swap(waiting_);
        }
        for (auto& [slot, reply] : leaving_) {
            slot->reply = std::move(reply);
            slot->timer.cancel();
        }
        leaving_.clear();
        if (delivered_)
            delivered_();
    }

    const boost::asio::any_io_executor executor_;
    const std::function<void()> delivered_;
    std::mutex guard_;
    bool scheduled_ = false; // deliver() is on its way
    std::vector<std::pair<std::shared_ptr<reply_slot>, http_reply>> waiting_;
    // Used by the I/O thread alone; keeps its capacity from batch to batch.
    std::vector<std::pair<std::shared_ptr<reply_slot>, http_reply>> leaving_;
};

} // namespace tokenledger::daemon
