// From an event to what the ledger is asked to do, for the endpoint it came in by.
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

// Nothing for the ledger: a thin event.
struct thin_event {
    bool handled = false; // of a type that is handled: refused with 422; else ignored
};

using translation = std::variant<thin_event, ledger::stripe_command>;

// A payment that is clearly not ours is ignored even if the envelope is ambiguous or says no livemode; any
// other payment_intent.succeeded with such an envelope is parked as bad_payload: nothing is silently dropped.
// The command carries a copy of `body` and `signature_header` as evidence, unless it is ignored.
[[nodiscard]] translation translate(const event& what, const endpoint_policy& endpoint, const catalog& prices,
                                    std::string_view signature_header, std::string_view body);

} // namespace tokenledger::webhook
