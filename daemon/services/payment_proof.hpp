// Proves a payment: signatures from the stored bytes, arithmetic from the facts.
#pragma once

#include "services/endpoints.hpp"

#include "ledger/proof.hpp"

#include <optional>

namespace tokenledger::daemon {

// The number of events checked before one whose signature matches no secret: if a configured secret signed
// one of those, it should have signed this one too.
inline constexpr std::size_t neighbours_of_a_proof = 20;

// nullopt: no event has named the payment. Throws what the reader throws.
[[nodiscard]] std::optional<ledger::payment_proof>
prove_payment(ledger::reader& from, const event_translator& translator, const std::string& payment_intent_id);

} // namespace tokenledger::daemon
