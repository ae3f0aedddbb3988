// A listener: accepts connections, starts their sessions, sweeps their deadlines, drains them in the end.
#pragma once

#include "http/session.hpp"
#include "sockets/listening_socket.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tokenledger::daemon {

// Connections past max_connections that get a 503 at one time; more are closed without a reply.
inline constexpr std::size_t max_refusals = 64;

class http_server {
  public:
    // `name` identifies this listener in the log. Throws boost::system::system_error if it cannot use a
    // socket.
    http_server(boost::asio::io_context& io, std::string name, std::vector<listening_socket> sockets,
                http_handlers service, const http_limits& limits);
    ~http_server();
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    // TLS for connections that are accepted from now on; null: no TLS. Open connections do not change.
    void set_tls(tls_context with);

    void start();

    // Accepts no new connections and serves those that have arrived, with their requests; after the drain
    // timeout the rest get a 503. `drained` is called when the last session has ended.
    void drain(std::function<void()> drained);

  private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

} // namespace tokenledger::daemon
