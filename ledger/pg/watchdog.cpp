// The thread that cuts a connection which sits in libpq for too long.
#include "pg/watchdog.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace tokenledger::ledger::pg {

namespace {

int duplicate(int socket) {
    const int own = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        throw std::system_error(errno, std::generic_category(), "watchdog");
    return own;
}

} // namespace

watchdog::watchdog(int socket) : socket_(duplicate(socket)) {
    try {
        thread_ = std::thread([this] { watch(); });
    } catch (...) {
        ::close(socket_);
        throw;
    }
}

watchdog::~watchdog() {
    {
        const std::lock_guard hold(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
    ::close(socket_);
}

void watchdog::arm(std::optional<time_point> deadline) {
    const std::lock_guard hold(mutex_);
    // Waking the thread costs a context switch, so this wakes it only if it would oversleep: not when a
    // deadline is removed, nor when it sleeps towards an earlier one.
    const bool wake = deadline && (!waking_at_ || *deadline < *waking_at_);
    deadline_ = deadline;
    if (wake)
        changed_.notify_one();
}

bool watchdog::has_bitten() {
    const std::lock_guard hold(mutex_);
    return bitten_;
}

void watchdog::watch() {
    std::unique_lock hold(mutex_);
    while (!ending_) {
        if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) {
            ::shutdown(socket_, SHUT_RDWR); // the waiting thread reads end of file, and libpq reports it
            deadline_.reset();
            bitten_ = true;
        }
        waking_at_ = deadline_;
        if (waking_at_)
            changed_.wait_until(hold, *waking_at_);
        else
            changed_.wait(hold);
    }
}

} // namespace tokenledger::ledger::pg
