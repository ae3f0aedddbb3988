// OpenSSL's digest behind a class that needs none of its headers.
#include "base/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace tokenledger::base {

namespace {

constexpr std::size_t digest_bytes = 32;

void require(int answer) {
    if (answer != 1)
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

} // namespace

struct sha256_stream::context {
    context() : evp(EVP_MD_CTX_new()) {
        if (evp == nullptr)
            throw std::bad_alloc();
    }
    ~context() { EVP_MD_CTX_free(evp); }
    context(const context&) = delete;
    context& operator=(const context&) = delete;

    EVP_MD_CTX* evp;
};

sha256_stream::sha256_stream() : context_(std::make_unique<context>()) {
    require(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr));
}

sha256_stream::~sha256_stream() = default;

sha256_stream& sha256_stream::add(std::string_view bytes) {
    require(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()));
    return *this;
}

std::string sha256_stream::finish() {
    std::string digest(digest_bytes, '\0');
    require(EVP_DigestFinal_ex(context_->evp, reinterpret_cast<unsigned char*>(digest.data()), nullptr));
    return digest;
}

} // namespace tokenledger::base
