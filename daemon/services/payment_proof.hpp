// A payment proven: signatures from the stored bytes, arithmetic from the facts.
#pragma once

#include "services/endpoints.hpp"

#include "ledger/proof.hpp"

#include <optional>

namespace tokenledger::daemon {

// Events before one whose signature nothing explains that are looked at: had one of them been signed by a
// secret that is still configured, its own would be as well.
inline constexpr std::size_t neighbours_of_a_proof = 20;

// nullopt: no event has named the payment. Throws what the reader throws.
[[nodiscard]] std::optional<ledger::payment_proof>
prove_payment(ledger::reader& from, const event_translator& translator, const std::string& payment_intent_id);

} // namespace tokenledger::daemon
