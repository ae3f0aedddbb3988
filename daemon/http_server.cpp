// Accepting, sweeping, draining. One I/O thread.
#include "http_server.hpp"

#include "log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <list>
#include <string>

namespace tokenledger::daemon {

namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr auto await_result = asio::as_tuple(asio::use_awaitable);
// Deadlines are kept to within this; a sweep over 10,000 sessions costs some tens of microseconds.
constexpr std::chrono::milliseconds sweep_interval{50};
// After an accept that failed for want of descriptors: time for some to be closed.
constexpr std::chrono::milliseconds accept_backoff{100};
constexpr std::chrono::milliseconds accept_warning_interval{1000};
// Between the 503 of the drain timeout and the cut.
constexpr std::chrono::milliseconds abort_grace{1000};

std::string to_text(const tcp::endpoint& address) {
    const std::string host = address.address().to_string();
    return (address.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(address.port());
}

// A listener without its accepting or its deadlines must not look alive: the exception ends io_context::run.
void must_not_fail(std::exception_ptr failure) {
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

struct http_server::impl : std::enable_shared_from_this<http_server::impl> {
    impl(asio::io_context& runs_on, std::string names, http_service service, const http_limits& limits)
        : io(runs_on),
          name(std::move(names)),
          context(std::make_shared<session_context>(std::move(service), limits)),
          sweep_timer(io) {}

    asio::io_context& io;
    std::string name;
    std::shared_ptr<session_context> context;
    std::vector<tcp::acceptor> acceptors;
    asio::steady_timer sweep_timer;
    std::list<asio::steady_timer> backoff_timers; // one per acceptor
    steady::time_point next_accept_warning{};
    std::function<void()> drained;
    steady::time_point drain_deadline = steady::time_point::max();

    void listen(const tcp::endpoint& address) {
        tcp::acceptor acceptor(io);
        acceptor.open(address.protocol());
        acceptor.set_option(asio::socket_base::reuse_address(true));
        if (address.address().is_v6())
            acceptor.set_option(asio::ip::v6_only(true));
        acceptor.bind(address);
        acceptor.listen(asio::socket_base::max_listen_connections);
        acceptor.non_blocking(true);
        acceptors.push_back(std::move(acceptor));
    }

    void admit(tcp::socket socket) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        const std::size_t limit = static_cast<std::size_t>(context->limits.max_connections);
        if (context->sessions.size() >= limit + max_refusals)
            return;
        start_session(context, std::move(socket), context->sessions.size() >= limit);
    }

    static asio::awaitable<void> accept_loop(std::shared_ptr<impl> self, tcp::acceptor& acceptor,
                                             asio::steady_timer& backoff) {
        for (;;) {
            auto [error, socket] = co_await acceptor.async_accept(await_result);
            if (!error)
                self->admit(std::move(socket));
            if (self->context->draining || error == asio::error::operation_aborted)
                break;
            if (!error || error == asio::error::connection_aborted)
                continue;
            self->warn_of_accept(error);
            backoff.expires_after(accept_backoff);
            co_await backoff.async_wait(await_result);
            if (self->context->draining) // the acceptor is gone
                break;
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
            // Interrupting only schedules: no session ends, and none leaves the list, inside this loop.
            for (const auto& each : self->context->sessions) {
                if (each->deadline() <= now)
                    each->expire();
            }
        }
        if (self->drained)
            std::exchange(self->drained, nullptr)();
    }

    [[nodiscard]] bool finished() const { return context->draining && context->sessions.empty(); }

    // Requests that wait are answered 503, then what is left after the grace is cut at every sweep.
    void abort_sessions(steady::time_point now) {
        log::warn("drain timeout", {{"listener", name}, {"sessions", context->sessions.size()}});
        for (const auto& each : context->sessions)
            each->expire();
        drain_deadline = now + abort_grace;
    }

    // Connections in the backlog were accepted by the kernel: their clients think they are connected.
    void accept_backlog() {
        for (tcp::acceptor& acceptor : acceptors) {
            for (error_code error; !error;) {
                tcp::socket socket(io);
                acceptor.accept(socket, error);
                if (!error)
                    admit(std::move(socket));
            }
        }
    }

    void begin_drain(std::function<void()> when_drained) {
        accept_backlog();
        context->draining = true;
        drained = std::move(when_drained);
        drain_deadline = steady::now() + context->limits.drain_timeout;
        acceptors.clear();
        for (asio::steady_timer& each : backoff_timers)
            each.cancel();
        for (const auto& each : context->sessions) {
            if (each->idle())
                each->interrupt();
        }
        sweep_timer.cancel();
    }
};

http_server::http_server(asio::io_context& io, std::string name, const std::vector<tcp::endpoint>& addresses,
                         http_service service, const http_limits& limits)
    : impl_(std::make_shared<impl>(io, std::move(name), std::move(service), limits)) {
    for (const tcp::endpoint& each : addresses)
        impl_->listen(each);
    impl_->context->session_ended = [weak = std::weak_ptr(impl_)] {
        const auto self = weak.lock();
        if (self && self->finished())
            self->sweep_timer.cancel();
    };
}

http_server::~http_server() = default;

std::vector<tcp::endpoint> http_server::addresses() const {
    std::vector<tcp::endpoint> all;
    for (const tcp::acceptor& each : impl_->acceptors)
        all.push_back(each.local_endpoint());
    return all;
}

void http_server::start() {
    for (tcp::acceptor& each : impl_->acceptors) {
        log::info("listening", {{"listener", impl_->name}, {"address", to_text(each.local_endpoint())}});
        asio::steady_timer& backoff = impl_->backoff_timers.emplace_back(impl_->io);
        asio::co_spawn(impl_->io, impl::accept_loop(impl_, each, backoff), must_not_fail);
    }
    asio::co_spawn(impl_->io, impl::sweep_loop(impl_), must_not_fail);
}

void http_server::drain(std::function<void()> drained) {
    impl_->begin_drain(std::move(drained));
}

} // namespace tokenledger::daemon
