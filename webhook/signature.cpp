// Verifies Stripe-Signature headers. OpenSSL keeps the keyed contexts; no other copy of a secret remains.
#include "webhook/signature.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <mutex>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdexcept>
#include <utility>

namespace tokenledger::webhook {
namespace {

constexpr std::size_t mac_bytes = 32; // SHA-256
constexpr std::size_t mac_hex_digits = 2 * mac_bytes;

struct free_mac {
    void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); } // wipes the key
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, free_mac>;
using hex_mac = std::array<char, mac_hex_digits>;

void require(bool done) {
    if (!done) { // out of memory, or an OpenSSL without HMAC: neither says anything about the header
        throw std::runtime_error("OpenSSL cannot compute HMAC-SHA-256");
    }
}

mac_context keyed_context(std::string_view secret) {
    const std::unique_ptr<EVP_MAC, free_mac> algorithm{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    require(algorithm != nullptr);
    mac_context context{EVP_MAC_CTX_new(algorithm.get())};
    require(context != nullptr);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
    require(EVP_MAC_init(context.get(), key, secret.size(), params) == 1);
    return context;
}

void update(EVP_MAC_CTX* context, std::string_view bytes) {
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    require(EVP_MAC_update(context, data, bytes.size()) == 1);
}

// The signature over "timestamp.body" in lower-case hex. The context can be used again.
hex_mac sign_with(EVP_MAC_CTX* context, std::string_view timestamp, std::string_view body) {
    require(EVP_MAC_init(context, nullptr, 0, nullptr) == 1); // no key: starts again with the one it has
    update(context, timestamp);
    update(context, ".");
    update(context, body);
    std::array<unsigned char, mac_bytes> mac{};
    std::size_t written = 0;
    require(EVP_MAC_final(context, mac.data(), &written, mac.size()) == 1 && written == mac.size());
    hex_mac hex{};
    for (std::size_t i = 0; i < mac.size(); ++i) {
        hex[2 * i] = "0123456789abcdef"[mac[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[mac[i] & 15];
    }
    OPENSSL_cleanse(mac.data(), mac.size());
    return hex;
}

bool is_usable_secret(std::string_view secret) noexcept {
    return !secret.empty() && secret.find_first_of(" \t\n\v\f\r") == std::string_view::npos;
}

bool is_candidate(std::string_view value) noexcept {
    return value.size() == mac_hex_digits && std::all_of(value.begin(), value.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

// [1-9][0-9]{0,18} within int64.
std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
    if (text.empty() || text[0] < '1' || text[0] > '9')
        return std::nullopt;
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stopped == end ? std::optional{value} : std::nullopt;
}

parsed_signature refuse(signature_error why) {
    return {.error = why, .header = {}};
}

// The reasons have this order: first the timestamp, then the signatures.
parsed_signature parse_field(std::string_view field) {
    signature_header header;
    std::size_t timestamps = 0;
    std::size_t signatures = 0;
    for (bool more = true; more;) {
        const std::size_t comma = field.find(',');
        more = comma != std::string_view::npos;
        const std::string_view item = field.substr(0, comma);
        field.remove_prefix(more ? comma + 1 : field.size());
        const std::size_t equals = item.find('=');
        const std::string_view scheme = item.substr(0, equals);
        const bool has_value = equals != std::string_view::npos;
        const std::string_view value = has_value ? item.substr(equals + 1) : std::string_view{};
        if (scheme == "t") {
            ++timestamps;
            header.timestamp_text = value;
        } else if (scheme == "v1" && has_value) {
            ++signatures;
            if (is_candidate(value))
                header.candidates.push_back(value);
        }
    }
    if (timestamps != 1)
        return refuse(timestamps == 0 ? signature_error::no_timestamp : signature_error::duplicate_timestamp);
    const std::optional<std::int64_t> timestamp = parse_timestamp(header.timestamp_text);
    if (!timestamp)
        return refuse(signature_error::bad_timestamp);
    if (signatures == 0)
        return refuse(signature_error::no_v1);
    header.timestamp = *timestamp;
    return {.error = signature_error::none, .header = std::move(header)};
}

// Unsigned differences: `now - then` can overflow, the distance between two int64 cannot.
signature_error check_age(std::int64_t then, std::int64_t now, std::int64_t tolerance) noexcept {
    const auto allowed = static_cast<std::uint64_t>(tolerance);
    const auto now_bits = static_cast<std::uint64_t>(now);
    const auto then_bits = static_cast<std::uint64_t>(then);
    if (now >= then)
        return now_bits - then_bits > allowed ? signature_error::too_old : signature_error::none;
    return then_bits - now_bits > allowed ? signature_error::too_new : signature_error::none;
}

} // namespace

std::string_view to_string(signature_error value) noexcept {
    switch (value) {
    case signature_error::none:
        return "ok";
    case signature_error::no_header:
        return "no_header";
    case signature_error::multiple_headers:
        return "multiple_headers";
    case signature_error::header_too_long:
        return "header_too_long";
    case signature_error::no_timestamp:
        return "no_timestamp";
    case signature_error::bad_timestamp:
        return "bad_timestamp";
    case signature_error::duplicate_timestamp:
        return "duplicate_timestamp";
    case signature_error::no_v1:
        return "no_v1";
    case signature_error::empty_body:
        return "empty_body";
    case signature_error::no_match:
        return "no_match";
    case signature_error::too_old:
        return "too_old";
    case signature_error::too_new:
        return "too_new";
    case signature_error::bad_config:
        return "bad_config";
    }
    return "unknown";
}

parsed_signature parse_signature(std::span<const std::string_view> fields) {
    if (fields.size() > 1)
        return refuse(signature_error::multiple_headers);
    if (fields.empty() || fields[0].empty())
        return refuse(signature_error::no_header);
    if (fields[0].size() > max_signature_header_bytes)
        return refuse(signature_error::header_too_long);
    return parse_field(fields[0]);
}

struct verifier::impl {
    std::mutex guard;                  // of the contexts: a computation changes them
    std::vector<mac_context> contexts; // one per secret, keyed
    std::int64_t tolerance_seconds = 0;
};

verifier::verifier(std::unique_ptr<impl> made) noexcept : impl_(std::move(made)) {
}
verifier::verifier(verifier&&) noexcept = default;
verifier& verifier::operator=(verifier&&) noexcept = default;
verifier::~verifier() = default;

std::optional<verifier> verifier::make(std::span<const std::string_view> secrets,
                                       std::int64_t tolerance_seconds) {
    if (secrets.empty() || tolerance_seconds < 1 ||
        !std::all_of(secrets.begin(), secrets.end(), is_usable_secret)) {
        return std::nullopt;
    }
    auto made = std::make_unique<impl>();
    made->tolerance_seconds = tolerance_seconds;
    for (const std::string_view secret : secrets)
        made->contexts.push_back(keyed_context(secret));
    return verifier{std::move(made)};
}

verdict verifier::verify(const signature_header& header, std::string_view body,
                         std::int64_t now_seconds) const {
    if (body.empty())
        return {.error = signature_error::empty_body};
    const std::lock_guard hold(impl_->guard);
    verdict found{.error = signature_error::no_match};
    for (std::size_t i = 0; i < impl_->contexts.size(); ++i) {
        hex_mac expected = sign_with(impl_->contexts[i].get(), header.timestamp_text, body);
        unsigned matches = 0;
        for (const std::string_view candidate : header.candidates) {
            const bool same_size = candidate.size() == expected.size(); // always, from parse_signature
            matches +=
                same_size && CRYPTO_memcmp(candidate.data(), expected.data(), expected.size()) == 0 ? 1U : 0U;
        }
        OPENSSL_cleanse(expected.data(), expected.size());
        if (matches != 0 && found.error == signature_error::no_match)
            found = {.error = signature_error::none, .secret = i};
    }
    if (found.error == signature_error::none)
        found.error = check_age(header.timestamp, now_seconds, impl_->tolerance_seconds);
    return found;
}

verifier verifier::copy() const {
    auto made = std::make_unique<impl>();
    made->tolerance_seconds = impl_->tolerance_seconds;
    const std::lock_guard hold(impl_->guard);
    for (const mac_context& each : impl_->contexts) {
        made->contexts.emplace_back(EVP_MAC_CTX_dup(each.get()));
        require(made->contexts.back() != nullptr);
    }
    return verifier{std::move(made)};
}

std::size_t verifier::secret_count() const noexcept {
    return impl_->contexts.size();
}

std::string verifier::fingerprint(std::size_t secret) const {
    const std::lock_guard hold(impl_->guard);
    // No timestamp is a word: this is nobody's signature.
    const hex_mac made = sign_with(impl_->contexts.at(secret).get(), "fingerprint", {});
    return {made.data(), made.size()};
}

std::string sign(std::string_view secret, std::string_view body, std::int64_t timestamp_seconds) {
    const std::string timestamp = std::to_string(timestamp_seconds);
    const hex_mac signature = sign_with(keyed_context(secret).get(), timestamp, body);
    return "t=" + timestamp + ",v1=" + std::string{signature.data(), signature.size()};
}

} // namespace tokenledger::webhook
