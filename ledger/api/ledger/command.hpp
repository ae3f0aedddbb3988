// What the two doors ask of the ledger: plain values, already decoded and checked.
#pragma once

#include "ledger/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace tokenledger::ledger {

// An event as it was delivered. Every string except the evidence is an identifier (ledger/text.hpp) or empty.
struct stripe_event {
    std::string id;
    std::string type;
    std::string endpoint;          // path of the configured endpoint it came in by
    std::string account;           // connected account; empty: the endpoint's own
    std::string api_version;       // empty where Stripe sent none
    std::string payment_intent_id; // empty where the event names none
    std::optional<bool> livemode;
    std::optional<std::int64_t> created; // seconds since the epoch, Stripe's clock
    std::string signature_header;        // evidence: the header field, byte for byte
    std::string body;                    // evidence: the request body, byte for byte
};

// Moves no tokens here; stored as a row without evidence.
struct ignore_event {
    ledger::reason reason = reason::none;
};

// Cannot be applied, whatever the ledger knows about its payment.
struct park_event {
    ledger::reason reason = reason::none;
};

// A payment that is ours has succeeded (stripe_event::payment_intent_id names it). The first one that is
// credited fixes user, tokens, amount and currency of its payment for ever.
struct purchase {
    std::string user_id; // empty if the metadata names none that can be used
    std::string catalog; // which catalogue decided; empty: the default one
    std::string pack;    // empty with reason::bad_metadata
    std::int64_t quantity = 1;
    std::int64_t tokens = 0;       // quantity times the pack's tokens; > 0 unless refused
    std::int64_t amount_cents = 0; // amount received in minor units of currency, >= 0
    std::string currency;          // ISO 4217, lower case, as Stripe writes it
    // Why the catalogue cannot credit it. Such an event is parked, unless its payment is credited already
    // with the same user, amount and currency: then it brings nothing new.
    ledger::reason refused = reason::none;
};

struct stripe_command {
    stripe_event event;
    std::variant<ignore_event, park_event, purchase> effect;
};

using command = std::variant<stripe_command>;

} // namespace tokenledger::ledger
