// Notifies systemd of this process: ready, status line, watchdog, reloading, stopping. Does nothing if
// systemd did not start it (no NOTIFY_SOCKET).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace tokenledger::daemon {

class systemd_notify {
  public:
    // `status`: returns the line that `systemctl status` shows; called every few seconds on the I/O thread.
    // The watchdog is fed there too, at half its interval: a hanging thread means a hanging daemon.
    systemd_notify(boost::asio::io_context& io, std::function<std::string()> status);

    void start();
    void ready();     // also after a reload; a second time changes nothing
    void reloading(); // until ready()
    void stopping();
    void tell_status(); // now, if it has changed
    void end();         // no more timers

  private:
    void feed_watchdog();
    void keep_status();

    std::function<std::string()> status_;
    boost::asio::steady_timer watchdog_timer_;
    boost::asio::steady_timer status_timer_;
    std::chrono::microseconds watchdog_interval_{0}; // 0: no watchdog
    std::string told_;
};

} // namespace tokenledger::daemon
