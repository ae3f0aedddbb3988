// An operator's decision on a stored event: first as requested, then completed with data of the event.
#pragma once

#include "admin/permit.hpp"
#include "admin/problem.hpp"
#include "admin/route.hpp"

#include "ledger/command.hpp"
#include "ledger/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tokenledger::admin {

struct event_action {
    call what = call::retry; // or dismiss, assign
    std::string event_id{};
    std::string user_id{};   // assign
    std::int64_t tokens = 0; // assign; 0 where it names a pack
    std::string pack{};      // assign
    std::int64_t quantity = 1;
    std::string reason{}; // dismiss, assign
    // The most tokens that one request may move; checked later for a pack, whose tokens the catalogue has.
    std::int64_t max_tokens = 0;
};

// A pack in the current catalogue of an endpoint.
struct named_pack {
    std::string catalog{};       // empty: the default one
    std::int64_t tokens = 0;     // quantity times the pack's; 0: there is no such pack
    ledger::lifetime lifetime{}; // the pack's
};

[[nodiscard]] bool is_event_action(call what) noexcept;

// `what` comes from resolve() and is a retry, dismiss or assign. A retry needs no body.
[[nodiscard]] std::variant<event_action, problem>
translate_event_action(const resolved_call& what, std::string_view body, const allowance& allowed);

// `today` is the event translated with the current configuration. nullopt: the event's bytes are not kept,
// and the ledger refuses the decision; or the decision is a dismissal, which needs no translation.
[[nodiscard]] ledger::operation complete(const event_action& asked, const ledger::event_view& stored,
                                         const std::optional<ledger::stripe_command>& today);

// Sets the tokens of an assignment that names a pack; `made` is the result of complete(). Returns a problem
// if the listener does not allow as many.
[[nodiscard]] std::optional<problem> resolve_pack(ledger::operation& made, const event_action& asked,
                                                  const named_pack& found);

} // namespace tokenledger::admin
