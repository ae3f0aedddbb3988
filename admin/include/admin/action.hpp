// What an operator wants done about a stored event: first as asked, then completed with what the event says.
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
    // What the listener allows one request to move: for tokens that only the catalogue knows.
    std::int64_t max_tokens = 0;
};

// A pack by today's catalogue of an endpoint.
struct named_pack {
    std::string catalog{};   // empty: the default one
    std::int64_t tokens = 0; // quantity times the pack's; 0: there is no such pack
};

[[nodiscard]] bool is_action(call what) noexcept;

// `what` comes from resolve(), and is an action. A retry needs no body.
[[nodiscard]] std::variant<event_action, problem>
translate_action(const resolved_call& what, std::string_view body, const allowance& allowed);

// `today`: what the event's bytes mean by today's configuration; nullopt where none are kept, which the
// ledger then refuses, and for dismiss, which does not ask.
[[nodiscard]] ledger::operation complete(const event_action& asked, const ledger::event_view& stored,
                                         const std::optional<ledger::stripe_command>& today);

// `made` is complete()'s of an assignment that names a pack: this is what it holds. A problem if that is more
// than the listener allows.
[[nodiscard]] std::optional<problem> resolve_pack(ledger::operation& made, const event_action& asked,
                                                  const named_pack& found);

} // namespace tokenledger::admin
