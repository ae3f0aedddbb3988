// One HMAC with OpenSSL. Not webhook/'s: admin/ does not see it (docs/decisions/0022-tokenledgerctl.md).
#include "client/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace tokenledger::ctl {

std::string stripe_signature(std::string_view body, std::string_view secret, std::int64_t timestamp) {
    const std::string time = std::to_string(timestamp);
    const std::string what = time + "." + std::string(body);
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<const unsigned char*>(what.data()), what.size(), bytes.data(),
             &size) == nullptr)
        throw std::runtime_error("the signature cannot be computed");
    std::string out = "t=" + time + ",v1=";
    for (unsigned i = 0; i < size; ++i) {
        std::array<char, 3> two{};
        std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned>(bytes[i]));
        out += two.data();
    }
    return out;
}

} // namespace tokenledger::ctl
