// Certificates through OpenSSL.
#include "config/tls_material.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace tokenledger::daemon {

namespace {

// TLS 1.2: supported by all clients of the last ten years. 1.3 has only good ciphers, in a list of its own.
constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using private_key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

bio reader_of(std::string_view pem) {
    return {::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), ::BIO_free};
}

// For an encrypted key OpenSSL would ask for its passphrase on the terminal.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

certificate next_certificate(BIO* from) {
    return {::PEM_read_bio_X509(from, nullptr, no_passphrase, nullptr), ::X509_free};
}

tls_result problem(std::string text) {
    ::ERR_clear_error(); // the next call must not find it
    return {nullptr, std::move(text)};
}

} // namespace

tls_result make_tls_context(const tls_material& from) {
    tls_context made(::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free);
    if (!made || ::SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION) != 1 ||
        ::SSL_CTX_set_cipher_list(made.get(), tls12_ciphers) != 1)
        return problem("OpenSSL cannot make a TLS context");
    ::SSL_CTX_set_options(made.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);

    const bio chain = reader_of(from.certificate);
    const certificate own = next_certificate(chain.get());
    if (!own || ::SSL_CTX_use_certificate(made.get(), own.get()) != 1)
        return problem("the certificate is not one in PEM");
    while (certificate next = next_certificate(chain.get())) {
        if (::SSL_CTX_add1_chain_cert(made.get(), next.get()) != 1)
            return problem("the chain after the certificate cannot be used");
    }
    ::ERR_clear_error(); // OpenSSL reports the end of the file as an error

    const bio key_text = reader_of(from.key);
    const private_key key(::PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr),
                          ::EVP_PKEY_free);
    if (!key)
        return problem("the key is not one in PEM without a passphrase");
    if (::SSL_CTX_use_PrivateKey(made.get(), key.get()) != 1 || ::SSL_CTX_check_private_key(made.get()) != 1)
        return problem("the key is not that of the certificate");
    return {std::move(made), {}};
}

} // namespace tokenledger::daemon
