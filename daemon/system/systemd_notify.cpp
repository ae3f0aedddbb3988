// Notifications through libsystemd.
#include "system/systemd_notify.hpp"

#include "system/log.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <utility>

namespace tokenledger::daemon {

namespace {

constexpr std::chrono::milliseconds status_interval{5000};

void notify(const std::string& state) {
    if (const int result = ::sd_notify(0, state.c_str()); result < 0)
        log::debug("systemd was not told", {{"state", state}, {"error", -result}});
}

// The clock of MONOTONIC_USEC=.
std::uint64_t monotonic_us() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

} // namespace

systemd_notify::systemd_notify(boost::asio::io_context& io, std::function<std::string()> status)
    : status_(std::move(status)),
      watchdog_timer_(io),
      status_timer_(io) {
    std::uint64_t us = 0;
    if (::sd_watchdog_enabled(0, &us) > 0)
        watchdog_interval_ = std::chrono::microseconds(us) / 2;
}

void systemd_notify::start() {
    feed_watchdog();
    keep_status();
}

void systemd_notify::ready() {
    notify("READY=1");
}

void systemd_notify::reloading() {
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us()));
}

void systemd_notify::stopping() {
    notify("STOPPING=1");
    tell_status();
}

void systemd_notify::tell_status() {
    std::string line = status_();
    if (line == told_)
        return;
    std::ranges::replace(line, '\n', ' '); // a line feed would begin another field
    notify("STATUS=" + line);
    told_ = std::move(line);
}

void systemd_notify::end() {
    watchdog_timer_.cancel();
    status_timer_.cancel();
}

void systemd_notify::feed_watchdog() {
    if (watchdog_interval_.count() <= 0)
        return;
    notify("WATCHDOG=1");
    watchdog_timer_.expires_after(watchdog_interval_);
    watchdog_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            feed_watchdog();
    });
}

void systemd_notify::keep_status() {
    tell_status();
    status_timer_.expires_after(status_interval);
    status_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            keep_status();
    });
}

} // namespace tokenledger::daemon
