// Stripe's signature of a body, from the sender's side.
// Scheme: https://docs.stripe.com/webhooks#verify-manually
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tokenledger::ctl {

// The value of Stripe-Signature: "t=TIMESTAMP,v1=HEX", HMAC-SHA256 over "TIMESTAMP.BODY" with the whole
// whsec_... string as the key. Throws std::runtime_error if the library cannot.
[[nodiscard]] std::string stripe_signature(std::string_view body, std::string_view secret,
                                           std::int64_t timestamp);

} // namespace tokenledger::ctl
