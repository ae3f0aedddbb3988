// The session over plain sockets.
#include "http/session_coroutine.hpp"

namespace tokenledger::daemon {

void start_session(std::shared_ptr<session_context> context, stream_socket socket, http_peer peer,
                   bool refuse) {
    if (context->tls && !peer.uid)
        return start_tls_session(std::move(context), std::move(socket), std::move(peer), refuse);
    detail::start(std::move(context), std::move(socket), std::move(peer), refuse);
}

} // namespace tokenledger::daemon
