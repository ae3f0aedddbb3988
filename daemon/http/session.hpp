// One connection: reads requests, hands them to the service, writes replies, keeps every limit.
//
//         server: accept, start_session; with TLS the handshake
//            |
//            v
//       +-> wait for the first bytes    idle_timeout, or the peer is gone: close
//       |    | takes a buffer
//       |    v
//       |   read the header             malformed 400, too large 431, too slow 408: linger, close
//       |    v
//       |   service.admit               refused: reply; with a body on its way also linger, close
//       |    v
//       |   read the body               too large 413, too slow 408, no room in `bytes` 503: linger, close
//       |    | reserves `bytes` in steps, then gives the buffer back
//       |    v
//       |   the handle_fn of admit -- replies at once ----------------------+
//       |    |                                                              |
//       |    v                                                              |
//       |   wait on a reply_slot <-- reply_outbox <-- respond(), any thread |
//       |    | that reply, or at the deadline that of otherwise_fn          |
//       |    v                                                              |
//       +-- write the reply <-----------------------------------------------+
//
// Invariants:
// - A request that was read whole gets one reply: the service's, or that of otherwise_fn at the deadline.
//   If respond() is called later, it fills a slot that no session reads.
// - Every step has a deadline; reading a request and waiting for its outcome share one, which the ledger
//   gets too. A step only writes its deadline down. The server looks at all sessions every 50 ms and
//   expires the late ones: expire() cancels the socket and the slot's timer, the coroutine resumes, and
//   `expired_` tells it a timeout from a broken connection.
// - Waiting costs little: a connection holds a buffer only while it reads, or if a pipelined request is in
//   it. A body counts against `bytes` until the service has dropped `respond`.
// - A reply that ends a connection early is not lost: closing with bytes unread would reset the connection,
//   so the session reads on for a while (linger).
//
// Sessions run on one I/O thread, without locks. Other threads reach them through reply_outbox alone, which
// posts to that thread: no reply can arrive between the return of handle_fn and the wait for it. `bytes` is
// atomic, for the last owner of `respond` may be a worker of the ledger.
#pragma once

#include "config/tls_material.hpp"
#include "http/byte_budget.hpp"
#include "http/reply_outbox.hpp"
#include "http/service.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <algorithm>
#include <chrono>
#include <list>
#include <memory>

namespace tokenledger::daemon {

// TCP and unix sockets alike, so that the session is compiled once.
using stream_socket = boost::asio::generic::stream_protocol::socket;

class session_base;
using session_list = std::list<std::shared_ptr<session_base>>;

// Shared by the sessions of one listener. Everything here belongs to the I/O thread, except `bytes`.
struct session_context {
    http_handlers service;
    http_limits limits;
    byte_budget bytes;
    std::shared_ptr<reply_outbox> outbox;
    session_list sessions;
    tls_context tls; // of the connections that are accepted from now on; null: no TLS
    bool draining = false;
    std::function<void()> session_ended;

    session_context(const boost::asio::any_io_executor& executor, http_handlers serves,
                    const http_limits& within)
        : service(std::move(serves)),
          limits(within),
          bytes(within.max_body_bytes_in_flight),
          outbox(std::make_shared<reply_outbox>(executor, service.delivered)) {}
};

// The server's view of a session. A sweep over all sessions enforces the deadlines: a session that enters a
// new phase only stores a new deadline.
class session_base {
  public:
    virtual ~session_base() = default;

    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const noexcept { return deadline_; }
    [[nodiscard]] bool idle() const noexcept { return idle_; }

    // Cancels what the session waits for; the session handles the error.
    virtual void interrupt() = 0;
    // The server drains: an idle connection is closed at once, but one that has not sent its first request
    // gets a short grace.
    void end_idleness(std::chrono::milliseconds first_request_grace) {
        if (served_any_)
            interrupt();
        else
            deadline_ = std::min(deadline_, std::chrono::steady_clock::now() + first_request_grace);
    }
    void expire() {
        expired_ = true;
        interrupt();
    }

  protected:
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    bool idle_ = false;
    bool served_any_ = false;
    bool expired_ = false;
};

// Serves one connection until it ends. `refuse`: answers 503 because there are too many connections, and
// closes. TLS, if the listener has it, does not apply to unix sockets.
void start_session(std::shared_ptr<session_context> context, stream_socket socket, http_peer peer,
                   bool refuse);
void start_tls_session(std::shared_ptr<session_context> context, stream_socket socket, http_peer peer,
                       bool refuse);

} // namespace tokenledger::daemon
