// The session as a coroutine over any stream: a socket, or TLS on one. Included by the two files that compile
// it. Written for one I/O thread: no locks, no strands.
#pragma once

#include "http/request.hpp"
#include "http/session.hpp"
#include "system/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <variant>

namespace tokenledger::daemon {

namespace detail {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using error_code = boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr auto await_result = asio::as_tuple(asio::use_awaitable);

// One read takes a usual header and a body of a few kilobytes; with less room it takes more system calls.
constexpr std::size_t read_buffer_bytes = 16384;
// Beast does not limit chunk extensions and trailers: the buffer does.
constexpr std::size_t max_buffer_beyond_header = 65536;
// A body reserves memory as it arrives: an announced length alone takes none from others.
constexpr std::int64_t body_step_bytes = 65536;
// The bytes of a refused body that are read away, and for how long: a reset would lose the reply.
constexpr std::size_t max_linger_bytes = 4U << 20U;
constexpr std::chrono::milliseconds linger_timeout{1000};

// What a stream needs besides reading and writing. The traits of TLS are in tls_session.cpp.
template <class Stream>
struct stream_traits;

template <>
struct stream_traits<stream_socket> {
    static constexpr bool has_handshake = false;
    static stream_socket& socket_of(stream_socket& stream) { return stream; }
    // Waits for bytes without a buffer, then reads those that are there. 0: the connection is over.
    template <class MakeRoom>
    static asio::awaitable<std::size_t> first_bytes(stream_socket& stream, MakeRoom make_room) {
        for (;;) {
            const auto [failed] = co_await stream.async_wait(asio::socket_base::wait_read, await_result);
            if (failed)
                co_return 0;
            // Asio may report an event of the descriptor's last owner: the socket does not block.
            error_code error;
            const std::size_t count = stream.read_some(make_room(), error);
            if (error != asio::error::would_block)
                co_return error ? 0 : count;
        }
    }
    static bool has_unread_bytes(stream_socket& stream) {
        error_code error;
        return stream.available(error) > 0 && !error;
    }
};

template <class Stream>
class session final : public session_base, public std::enable_shared_from_this<session<Stream>> {
  public:
    session(std::shared_ptr<session_context> context, Stream stream, http_peer peer)
        : context_(std::move(context)),
          stream_(std::move(stream)),
          peer_(std::move(peer)) {}

    void interrupt() override {
        error_code ignored;
        traits::socket_of(stream_).cancel(ignored);
        if (slot_)
            slot_->timer.cancel();
    }

    asio::awaitable<void> serve() {
        bool more = true;
        if constexpr (traits::has_handshake) {
            begin_phase(context_->limits.request_timeout);
            more = co_await traits::open(stream_);
        }
        while (more) {
            if (!co_await request_begins())
                break;
            served_any_ = true;
            more = co_await one_request();
            drop_empty_buffer();
        }
        if constexpr (traits::has_handshake) {
            begin_phase(linger_timeout);
            if (!lingered_)
                co_await traits::close(stream_);
        }
    }

    asio::awaitable<void> refuse() {
        begin_phase(linger_timeout);
        co_await write(context_->service.fault(http_fault::no_connection), 11, false);
        co_await linger();
    }

  private:
    using traits = stream_traits<Stream>;

    void begin_phase(std::chrono::milliseconds time) {
        expired_ = false;
        deadline_ = steady::now() + time;
    }

    // A session that waits for a request or an outcome holds no buffer, unless the next request is in it.
    void drop_empty_buffer() {
        if (buffer_ && buffer_->size() == 0)
            buffer_.reset();
    }

    // Waits for a request to begin, without a buffer. False: the connection is over.
    // No co_await inside && or ||: g++ 12 evaluates it even where it must not.
    asio::awaitable<bool> request_begins() {
        if (buffer_) // a pipelined request is here already
            co_return true;
        if (!context_->draining || !served_any_) {
            const http_limits& limits = context_->limits;
            begin_phase(context_->draining ? limits.first_request_grace : limits.idle_timeout);
            idle_ = true;
            const bool came = co_await read_first_bytes();
            idle_ = false;
            if (came)
                co_return true;
        }
        // A request that was received before the drain began is still served.
        if (!context_->draining || expired_ || !traits::has_unread_bytes(stream_))
            co_return false;
        const bool came = co_await read_first_bytes();
        co_return came;
    }

    asio::awaitable<bool> read_first_bytes() {
        const std::size_t count = co_await traits::first_bytes(stream_, [this] {
            buffer_.emplace(static_cast<std::size_t>(context_->limits.max_header_bytes) +
                            max_buffer_beyond_header);
            return buffer_->prepare(read_buffer_bytes);
        });
        if (count == 0)
            buffer_.reset();
        else
            buffer_->commit(count);
        co_return count != 0;
    }

    // Parses the bytes that are already here, usually the whole request, without another read. Leaves the
    // rest to a read: more of the header, or a chunk that is not whole.
    error_code parse_buffered(http_request& parser, std::size_t& consumed) {
        error_code error;
        consumed = parser.put(buffer_->data(), error);
        buffer_->consume(consumed);
        return error == http::error::need_more ? error_code() : error;
    }

    // Reads and answers one request. False: the connection ends here.
    asio::awaitable<bool> one_request() {
        begun_ = steady::now();
        begin_phase(context_->limits.request_timeout);
        http_request parser;
        parser.header_limit(static_cast<std::uint32_t>(context_->limits.max_header_bytes));
        parser.body_limit(boost::none); // checked below, in the order of the contract
        std::size_t header_bytes = 0;
        error_code error = parse_buffered(parser, header_bytes);
        if (!error && !parser.is_header_done()) {
            std::size_t more = 0;
            std::tie(error, more) = co_await http::async_read_header(stream_, *buffer_, parser, await_result);
            header_bytes += more;
        }
        // Beast applies its limit only to unparsed bytes: a header that came in one burst may be longer.
        if (!error && header_bytes > static_cast<std::size_t>(context_->limits.max_header_bytes))
            error = http::error::header_limit;
        head_only_ = parser.is_head(); // of this request, not of the one before, however malformed it is
        if (error)
            co_return co_await give_up(error);
        parser.header_is_whole();

        const bool has_body = !parser.is_done();
        http_handlers::admitted admitted = admit(parser);
        if (auto* refusal = std::get_if<http_reply>(&admitted))
            co_return co_await send_reply(std::move(*refusal), parser, has_body);

        std::optional<byte_budget::reservation> room;
        if (has_body) {
            parser.body_limit(static_cast<std::uint64_t>(context_->limits.max_body_bytes));
            error = co_await read_body(parser, room);
            if (error == asio::error::no_buffer_space)
                co_return co_await send_reply(context_->service.fault(http_fault::no_memory), parser, true);
            if (error)
                co_return co_await give_up(error);
        }
        drop_empty_buffer(); // most of a request's life is waiting for its outcome
        http_reply reply = co_await handle(std::move(std::get<http_handlers::handle_fn>(admitted)),
                                           std::move(parser.get().body()), std::move(room));
        co_return co_await send_reply(std::move(reply), parser, false);
    }

    http_handlers::admitted admit(const http_request& parser) {
        http_handlers::admitted admitted = context_->service.admit(parser.head(), peer_);
        if (std::holds_alternative<http_reply>(admitted))
            return admitted;
        if (parser.is_encoded())
            return context_->service.fault(http_fault::encoding);
        const auto length = parser.content_length();
        if (length && *length > static_cast<std::uint64_t>(context_->limits.max_body_bytes))
            return context_->service.fault(http_fault::body_too_large);
        return admitted;
    }

    // no_buffer_space: the bodies in flight are at their limit.
    asio::awaitable<error_code> read_body(http_request& parser,
                                          std::optional<byte_budget::reservation>& room) {
        if (beast::iequals(parser.head()[http::field::expect], "100-continue")) {
            http::response<http::empty_body> go_on{http::status::continue_, parser.get().version()};
            const auto [error, count] = co_await http::async_write(stream_, go_on, await_result);
            static_cast<void>(count);
            if (error)
                co_return error;
        }
        parser.eager(true);
        room.emplace(context_->bytes, 0);
        const auto length = parser.content_length();
        const std::int64_t most =
            length ? static_cast<std::int64_t>(*length) : context_->limits.max_body_bytes;
        while (!parser.is_done()) {
            const auto held = static_cast<std::int64_t>(parser.get().body().size());
            if (!room->grow_to(std::min(held + body_step_bytes, most)))
                co_return asio::error::no_buffer_space;
            std::size_t count = 0;
            error_code error = buffer_->size() > 0 ? parse_buffered(parser, count) : error_code();
            if (!error && count == 0)
                std::tie(error, count) =
                    co_await http::async_read_some(stream_, *buffer_, parser, await_result);
            if (error)
                co_return error;
        }
        co_return error_code();
    }

    asio::awaitable<http_reply> handle(http_handlers::handle_fn handle_request, std::string body,
                                       std::optional<byte_budget::reservation> room) {
        auto slot = std::make_shared<reply_slot>(stream_.get_executor());
        // The bytes stay reserved until `respond` is destroyed: until then the request may be in memory.
        auto held = std::make_shared<std::optional<byte_budget::reservation>>(std::move(room));
        respond_fn respond = [slot, held, outbox = context_->outbox](http_reply reply) {
            outbox->put(slot, std::move(reply));
        };
        held.reset();
        http_handlers::handled done = handle_request(std::move(body), deadline_, std::move(respond));
        handle_request = nullptr; // what it holds is not needed while the outcome is waited for
        if (auto* at_once = std::get_if<http_reply>(&done))
            co_return std::move(*at_once);
        slot_ = slot;
        if (!expired_)
            co_await slot->timer.async_wait(await_result);
        slot_.reset();
        if (slot->reply)
            co_return std::move(*slot->reply);
        http_reply otherwise = std::get<http_handlers::otherwise_fn>(done)();
        log::warn("answered before the outcome is known", {{"status", otherwise.status}});
        co_return otherwise;
    }

    // Ends a request that cannot be read completely.
    asio::awaitable<bool> give_up(error_code error) {
        std::optional<http_fault> fault;
        if (expired_)
            fault = http_fault::timeout;
        else if (error == http::error::header_limit)
            fault = http_fault::header_too_large;
        else if (error == http::error::body_limit || error == http::error::buffer_overflow)
            fault = http_fault::body_too_large;
        else if (error.category() == make_error_code(http::error::bad_method).category() &&
                 error != http::error::end_of_stream && error != http::error::partial_message)
            fault = http_fault::malformed;
        if (fault) {
            begin_phase(linger_timeout);
            co_await write(context_->service.fault(*fault), 11, false);
            co_await linger();
        }
        co_return false;
    }

    // `unread`: a body is still arriving and is not read, so the connection cannot go on.
    asio::awaitable<bool> send_reply(http_reply reply, const http_request& parser, bool unread) {
        const bool keep = parser.goes_on() && !reply.close && !unread && !context_->draining;
        begin_phase(context_->limits.request_timeout);
        const bool written = co_await write(std::move(reply), parser.get().version(), keep);
        if (written && unread) {
            begin_phase(linger_timeout);
            co_await linger();
        }
        co_return written&& keep;
    }

    asio::awaitable<bool> write(http_reply reply, unsigned version, bool keep) {
        http::response<http::string_body> message;
        message.version(version);
        message.result(reply.status);
        message.set(http::field::content_type, reply.content_type);
        if (!reply.allow.empty())
            message.set(http::field::allow, reply.allow);
        if (reply.retry_after_seconds > 0)
            message.set(http::field::retry_after, std::to_string(reply.retry_after_seconds));
        for (const http_field& each : reply.fields)
            message.set(each.name, each.value);
        message.keep_alive(keep);
        message.content_length(reply.body.size());
        if (!head_only_) // RFC 9110, 9.3.2: the length without the content
            message.body() = std::move(reply.body);
        const auto [error, count] = co_await http::async_write(stream_, message, await_result);
        static_cast<void>(count);
        if (context_->service.replied)
            context_->service.replied(reply.status, steady::now() - begun_);
        co_return !error;
    }

    // Closing with bytes unread would reset the connection and take the reply with it.
    asio::awaitable<void> linger() {
        error_code ignored;
        stream_socket& socket = traits::socket_of(stream_); // what arrives now is dropped, not decrypted
        socket.shutdown(asio::socket_base::shutdown_send, ignored);
        lingered_ = true;
        buffer_.reset();
        std::array<char, 4096> sink{};
        for (std::size_t total = 0; total < max_linger_bytes && !expired_;) {
            const auto [error, count] = co_await socket.async_read_some(asio::buffer(sink), await_result);
            if (error || count == 0)
                break;
            total += count;
        }
    }

    std::shared_ptr<session_context> context_;
    Stream stream_;
    const http_peer peer_;
    std::optional<beast::flat_buffer> buffer_;
    std::shared_ptr<reply_slot> slot_;
    steady::time_point begun_ = steady::now();
    bool head_only_ = false;
    bool lingered_ = false;
};

// A coroutine as a function with by-value parameters: g++ 12 frees a lambda's captures twice.
template <class Stream>
asio::awaitable<void> run(std::shared_ptr<session<Stream>> self, std::shared_ptr<session_context> context,
                          session_list::iterator place, bool refuse) {
    try {
        if (refuse)
            co_await self->refuse();
        else
            co_await self->serve();
    } catch (const std::exception& error) {
        log::error("session failed", {{"error", error.what()}});
    }
    context->sessions.erase(place);
    if (context->session_ended)
        context->session_ended();
}

template <class Stream>
void start(std::shared_ptr<session_context> context, Stream stream, http_peer peer, bool refuse) {
    const auto executor = stream.get_executor();
    auto self = std::make_shared<session<Stream>>(context, std::move(stream), std::move(peer));
    session_list& sessions = context->sessions;
    sessions.push_front(self);
    const auto place = sessions.begin();
    try {
        asio::co_spawn(executor, run(std::move(self), std::move(context), place, refuse), asio::detached);
    } catch (...) {
        sessions.erase(place);
        throw;
    }
}

} // namespace detail

} // namespace tokenledger::daemon
