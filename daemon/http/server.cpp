// Accepting, sweeping, draining. One I/O thread.
#include "http/server.hpp"

#include "system/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include <exception>
#include <limits>
#include <list>
#include <string>

namespace tokenledger::daemon {

namespace {

namespace asio = boost::asio;
using stream = asio::generic::stream_protocol;
using acceptor_type = asio::basic_socket_acceptor<stream>;
using error_code = boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr auto await_result = asio::as_tuple(asio::use_awaitable);
// Precision of deadlines; a sweep over 10,000 sessions costs some tens of microseconds.
constexpr std::chrono::milliseconds sweep_interval{50};
// The pause after an accept that failed for want of descriptors, so that some can be closed.
constexpr std::chrono::milliseconds accept_backoff{100};
constexpr std::chrono::milliseconds accept_warning_interval{1000};
// Connections that are accepted in one turn, besides the awaited one.
constexpr int accept_burst = 64;
// The time between the 503 of the drain timeout and the cut.
constexpr std::chrono::milliseconds abort_grace{1000};

std::string host_of(const stream::endpoint& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (address.protocol().family() == AF_INET6 && address.size() >= sizeof v6) {
        std::memcpy(&v6, address.data(), sizeof v6);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    } else if (address.protocol().family() == AF_INET && address.size() >= sizeof v4) {
        std::memcpy(&v4, address.data(), sizeof v4);
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    }
    return text.data();
}

// The kernel records the peer at connect(), so it stays true whichever process holds the socket later.
http_peer peer_of(stream_socket& socket) {
    ucred is{};
    socklen_t size = sizeof is;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &is, &size) != 0)
        return {};
    return {.uid = is.uid, .address = {}};
}

// A listener that no longer accepts or sweeps must not look alive: the exception ends io_context::run.
void must_not_fail(std::exception_ptr failure) {
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

struct http_server::impl : std::enable_shared_from_this<http_server::impl> {
    impl(asio::io_context& runs_on, std::string names, http_handlers service, const http_limits& limits)
        : io(runs_on),
          name(std::move(names)),
          context(std::make_shared<session_context>(io.get_executor(), std::move(service), limits)),
          sweep_timer(io) {}

    struct acceptor {
        listening_socket socket; // keeps the socket file; the descriptor belongs to `accepts`
        acceptor_type accepts;
        asio::steady_timer backoff;
    };

    asio::io_context& io;
    std::string name;
    std::shared_ptr<session_context> context;
    std::list<acceptor> acceptors;
    asio::steady_timer sweep_timer;
    steady::time_point next_accept_warning{};
    std::function<void()> drained;
    steady::time_point drain_deadline = steady::time_point::max();

    void add(listening_socket from) {
        acceptor& made =
            acceptors.emplace_back(acceptor{std::move(from), acceptor_type(io), asio::steady_timer(io)});
        made.accepts.assign(stream(made.socket.family(), 0), made.socket.descriptor());
        static_cast<void>(made.socket.release());
        made.accepts.non_blocking(true);
        // Else Asio itself waits for the next connection, and blocks the thread, if one has gone before it
        // was accepted.
        made.accepts.set_option(asio::socket_base::enable_connection_aborted(true));
    }

    void admit(stream_socket socket, const stream::endpoint& from) {
        error_code ignored;
        socket.non_blocking(true, ignored); // a read that finds nothing must not hold up everybody else
        http_peer peer;
        if (from.protocol().family() == AF_UNIX) {
            peer = peer_of(socket);
        } else {
            socket.set_option(asio::ip::tcp::no_delay(true), ignored);
            peer.address = host_of(from);
        }
        const std::size_t limit = static_cast<std::size_t>(context->limits.max_connections);
        if (context->sessions.size() >= limit + max_refusals)
            return;
        start_session(context, std::move(socket), std::move(peer), context->sessions.size() >= limit);
    }

    // Once the server drains, `at` is gone.
    static asio::awaitable<void> accept_loop(std::shared_ptr<impl> self, acceptor& at) {
        for (;;) {
            stream::endpoint from;
            auto [error, socket] = co_await at.accepts.async_accept(from, await_result);
            if (!error)
                self->admit(std::move(socket), from);
            if (self->context->draining || error == asio::error::operation_aborted)
                break;
            if (!error)
                self->accept_waiting(at, accept_burst);
            if (!error || error == asio::error::connection_aborted)
                continue;
            self->warn_of_accept(error);
            at.backoff.expires_after(accept_backoff);
            co_await at.backoff.async_wait(await_result);
            if (self->context->draining)
                break;
        }
    }

    // Under load the loop rarely gets a turn, so connections must not wait for one each. An error here
    // occurs again in the loop, which handles it.
    void accept_waiting(acceptor& at, int most) {
        error_code error;
        for (int i = 0; i < most && !error; ++i) {
            stream_socket socket(io);
            stream::endpoint from;
            at.accepts.accept(socket, from, error);
            if (!error)
                admit(std::move(socket), from);
        }
    }

    void warn_of_accept(const error_code& error) {
        const auto now = steady::now();
        if (now < next_accept_warning)
            return;
        next_accept_warning = now + accept_warning_interval;
        log::warn("accept failed", {{"listener", name}, {"error", error.message()}});
    }

    static asio::awaitable<void> sweep_loop(std::shared_ptr<impl> self) {
        while (!self->finished()) {
            self->sweep_timer.expires_after(sweep_interval);
            co_await self->sweep_timer.async_wait(await_result);
            const auto now = steady::now();
            if (now >= self->drain_deadline)
                self->abort_sessions(now);
            // Interrupting only schedules: no session ends or leaves the list inside this loop.
            for (const auto& each : self->context->sessions) {
                if (each->deadline() <= now)
                    each->expire();
            }
        }
        if (self->drained)
            std::exchange(self->drained, nullptr)();
    }

    [[nodiscard]] bool finished() const { return context->draining && context->sessions.empty(); }

    // Answers waiting requests with 503; after the grace, every sweep cuts what is left.
    void abort_sessions(steady::time_point now) {
        log::warn("drain timeout", {{"listener", name}, {"sessions", context->sessions.size()}});
        for (const auto& each : context->sessions)
            each->expire();
        drain_deadline = now + abort_grace;
    }

    // The kernel has accepted the connections in the backlog: their clients think that they are connected.
    void accept_backlog() {
        for (acceptor& each : acceptors) {
            each.socket.unlink(); // first, so that later clients find no socket
            accept_waiting(each, std::numeric_limits<int>::max());
        }
    }

    void begin_drain(std::function<void()> when_drained) {
        accept_backlog();
        context->draining = true;
        drained = std::move(when_drained);
        drain_deadline = steady::now() + context->limits.drain_timeout;
        acceptors.clear(); // ends accepting and its waits
        for (const auto& each : context->sessions) {
            if (each->idle())
                each->end_idleness(context->limits.first_request_grace);
        }
        sweep_timer.cancel();
    }
};

http_server::http_server(asio::io_context& io, std::string name, std::vector<listening_socket> sockets,
                         http_handlers service, const http_limits& limits)
    : impl_(std::make_shared<impl>(io, std::move(name), std::move(service), limits)) {
    for (listening_socket& each : sockets)
        impl_->add(std::move(each));
    impl_->context->session_ended = [weak = std::weak_ptr(impl_)] {
        const auto self = weak.lock();
        if (self && self->finished())
            self->sweep_timer.cancel();
    };
}

http_server::~http_server() = default;

void http_server::set_tls(tls_context with) {
    impl_->context->tls = std::move(with);
}

void http_server::start() {
    for (impl::acceptor& each : impl_->acceptors) {
        log::info("listening", {{"listener", impl_->name}, {"address", each.socket.address()}});
        asio::co_spawn(impl_->io, impl::accept_loop(impl_, each), must_not_fail);
    }
    asio::co_spawn(impl_->io, impl::sweep_loop(impl_), must_not_fail);
}

void http_server::drain(std::function<void()> drained) {
    impl_->begin_drain(std::move(drained));
}

} // namespace tokenledger::daemon
