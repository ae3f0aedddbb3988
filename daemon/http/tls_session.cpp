// The session over TLS. The handshake has the time of a request; a session that ends sends close_notify.
#include "http/session_coroutine.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace tokenledger::daemon {

namespace detail {

namespace {
using tls_stream = asio::ssl::stream<stream_socket>;
} // namespace

template <>
struct stream_traits<tls_stream> {
    static constexpr bool has_handshake = true;
    static stream_socket& socket_of(tls_stream& stream) { return stream.next_layer(); }
    static bool has_unread_bytes(tls_stream& stream) {
        return ::SSL_pending(stream.native_handle()) > 0 ||
               stream_traits<stream_socket>::has_unread_bytes(stream.next_layer());
    }
    // TLS may hold decrypted bytes, so the socket's readiness is no sign: this reads one byte.
    template <class MakeRoom>
    static asio::awaitable<std::size_t> first_bytes(tls_stream& stream, MakeRoom make_room) {
        std::array<char, 1> first{};
        const auto [error, count] = co_await stream.async_read_some(asio::buffer(first), await_result);
        co_return error ? 0 : asio::buffer_copy(make_room(), asio::buffer(first, count));
    }
    static asio::awaitable<bool> open(tls_stream& stream) {
        const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, await_result);
        if (error)
            log::debug("TLS handshake failed", {{"error", error.message()}});
        co_return !error;
    }
    static asio::awaitable<void> close(tls_stream& stream) {
        const auto [ignored] = co_await stream.async_shutdown(await_result);
        static_cast<void>(ignored);
    }
};

} // namespace detail

void start_tls_session(std::shared_ptr<session_context> context, stream_socket socket, http_peer peer,
                       bool refuse) {
    if (refuse) // a server at its limit spends nothing on handshakes
        return;
    ::SSL* made = ::SSL_new(context->tls.get());
    if (made == nullptr) {
        log::error("no TLS connection could be made");
        return;
    }
    detail::start(std::move(context), detail::tls_stream(std::move(socket), made), std::move(peer), false);
}

} // namespace tokenledger::daemon
