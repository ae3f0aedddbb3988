// Translates an event into a command of the ledger, for the endpoint that received it.
#pragma once

#include "ledger/command.hpp"
#include "webhook/catalog.hpp"
#include "webhook/event.hpp"

#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace tokenledger::webhook {

struct endpoint_policy {
    std::string path;
    bool livemode = true;
    // Connected accounts accepted here; empty: the own account only.
    std::set<std::string, std::less<>> accounts;
};

// Not for the ledger: a thin event.
struct thin_event {
    bool handled = false; // its type is handled, so it is refused with 422; else ignored
};

using translation = std::variant<thin_event, ledger::stripe_command>;

// A payment that is clearly not ours is ignored even if the envelope is ambiguous or has no livemode; any
// other payment_intent.succeeded with such an envelope is parked as bad_payload: no event is silently
// dropped. The command carries a copy of `body` and `signature_header` as evidence, unless it is ignored.
[[nodiscard]] translation translate(const event& what, const endpoint_policy& endpoint, const catalog& prices,
                                    std::string_view signature_header, std::string_view body);

} // namespace tokenledger::webhook
