// What can be proven of one payment: that Stripe said what is stored, and that the rows follow from it.
#pragma once

#include "ledger/reader.hpp"

#include <string>
#include <vector>

namespace tokenledger::ledger {

// From the strongest to the weakest statement.
enum class proof : std::uint8_t {
    verified,       // the stored bytes carry a signature by a secret that is configured
    redacted,       // the bytes were replaced by their hash: nothing can be proven of them
    secret_retired, // no configured secret made the signature, nor those of events just before it
    mismatch,       // the bytes are not what was signed, or what is stored does not follow from them
};
[[nodiscard]] std::string_view to_string(proof value) noexcept;

struct event_proof {
    std::string event_id{};
    ledger::proof result = proof::verified;
    std::string detail{}; // in words; empty where verified
};

struct payment_proof {
    std::string payment_intent_id{};
    // The weakest result of the events that keep bytes; mismatch if there are faults.
    ledger::proof result = proof::verified;
    std::vector<event_proof> events{};
    std::vector<std::string> faults{}; // of the arithmetic, in words
};

// Contradictions between the credit, the facts and the rows of a payment; empty if there are none.
[[nodiscard]] std::vector<std::string> arithmetic_faults(const payment_view& payment);

} // namespace tokenledger::ledger
