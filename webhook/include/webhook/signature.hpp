// Stripe-Signature: is this body from Stripe, and fresh? Secrets, bytes and the time come in as arguments.
// Rules: section 1 of the contract (docs/webhook.md).
// Scheme: https://docs.stripe.com/webhooks#verify-manually
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::webhook {

inline constexpr std::size_t max_signature_header_bytes = 4096;
inline constexpr std::int64_t default_tolerance_seconds = 300;

enum class signature_error : std::uint8_t {
    none,
    // found in the header, before the body is read
    no_header,
    multiple_headers,
    header_too_long,
    no_timestamp,
    bad_timestamp,
    duplicate_timestamp,
    no_v1,
    // found in header and body
    empty_body,
    no_match,
    too_old,
    too_new,
    // found when a verifier is made
    bad_config,
};
// Stable slugs for logs and metrics: "no_match", "too_old", ...; none is "ok".
[[nodiscard]] std::string_view to_string(signature_error value) noexcept;

// A well-formed header. The views point into the field that was parsed.
struct signature_header {
    std::string_view timestamp_text;          // as written: the HMAC covers this text
    std::int64_t timestamp = 0;               // seconds since the epoch
    std::vector<std::string_view> candidates; // v1 values of 64 lower-case hex digits
};

struct parsed_signature {
    signature_error error = signature_error::none;
    signature_header header; // valid if error is none
};

// `fields`: every Stripe-Signature field of the request.
[[nodiscard]] parsed_signature parse_signature(std::span<const std::string_view> fields);

struct verdict {
    signature_error error = signature_error::none;
    std::size_t secret = 0; // which configured secret matched, if error is none, too_old or too_new
};

// Keeps one keyed HMAC context per secret. OpenSSL holds the secret inside it once, for the next
// computation, and wipes it in the end: the caller of make() need not keep the secret. Throws
// std::runtime_error if OpenSSL cannot compute (no memory, no HMAC).
class verifier {
  public:
    // nullopt: no secret, an empty secret, one with white space, or a tolerance below 1 (bad_config).
    [[nodiscard]] static std::optional<verifier>
    make(std::span<const std::string_view> secrets,
         std::int64_t tolerance_seconds = default_tolerance_seconds);
    verifier(verifier&&) noexcept;
    verifier& operator=(verifier&&) noexcept;
    ~verifier();

    // Tries every secret against every candidate, in constant time, without an early exit; then the time.
    // Safe from any thread; concurrent calls wait for each other.
    [[nodiscard]] verdict verify(const signature_header& header, std::string_view body,
                                 std::int64_t now_seconds) const;

    // For a thread with much to verify, so that no other thread waits for it. Destroy it soon: it holds the
    // secrets once more.
    [[nodiscard]] verifier copy() const;

    [[nodiscard]] std::size_t secret_count() const noexcept;

    // Equal for equal secrets, in any verifier; reveals nothing of the secret.
    [[nodiscard]] std::string fingerprint(std::size_t secret) const;

  private:
    struct impl;
    explicit verifier(std::unique_ptr<impl> made) noexcept;
    std::unique_ptr<impl> impl_;
};

// The header that Stripe would send: for tests, the demo and the benchmark.
[[nodiscard]] std::string sign(std::string_view secret, std::string_view body,
                               std::int64_t timestamp_seconds);

} // namespace tokenledger::webhook
