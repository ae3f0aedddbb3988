// A listener: accepts connections, starts their sessions, sweeps their deadlines, drains them in the end.
#pragma once

#include "http_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace tokenledger::daemon {

// Connections past max_connections that are being told so at one time; more are closed without a word.
inline constexpr std::size_t max_refusals = 64;

class http_server {
  public:
    // `name` tells this listener apart in logs and metrics. Throws boost::system::system_error if it cannot
    // listen.
    http_server(boost::asio::io_context& io, std::string name,
                const std::vector<boost::asio::ip::tcp::endpoint>& addresses, http_service service,
                const http_limits& limits);
    ~http_server();
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    // Where it listens, with the ports that the system chose.
    [[nodiscard]] std::vector<boost::asio::ip::tcp::endpoint> addresses() const;

    void start();

    // No new connections; connections and requests that have arrived are served; past the drain timeout what
    // is left is answered 503. `drained` is called when the last session has ended.
    void drain(std::function<void()> drained);

  private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

} // namespace tokenledger::daemon
