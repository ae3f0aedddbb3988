// A certificate with its key, and the TLS context from them. No sockets.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st; // SSL_CTX of <openssl/ssl.h>

namespace tokenledger::daemon {

// PEM, as read from the files. The certificate is followed by its chain, if it has one.
struct tls_material {
    std::string_view certificate;
    std::string_view key;
};

using tls_context = std::shared_ptr<ssl_ctx_st>;

struct tls_result {
    tls_context made;    // null if there is a problem
    std::string problem; // one sentence; never any part of the key
};
// A server's context: TLS 1.2 and 1.3, forward secrecy and authenticated encryption alone.
[[nodiscard]] tls_result make_tls_context(const tls_material& from);

} // namespace tokenledger::daemon
