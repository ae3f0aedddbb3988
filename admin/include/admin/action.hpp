// What an operator wants done about a stored event: first as asked, then completed with what the event says.
#pragma once

#include "admin/permit.hpp"
#include "admin/problem.hpp"
#include "admin/route.hpp"

#include "ledger/command.hpp"
#include "ledger/views.hpp"

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
    std::int64_t tokens = 0; // assign
    std::string reason{};    // dismiss, assign
};

[[nodiscard]] bool is_action(call what) noexcept;

// `what` comes from resolve(), and is an action. A retry needs no body.
[[nodiscard]] std::variant<event_action, problem> translate_action(const target& what, std::string_view body,
                                                                   const allowance& allowed);

// `today`: what the event's bytes mean by today's configuration; nullopt where none are kept, which the
// ledger then refuses, and for dismiss, which does not ask.
[[nodiscard]] ledger::operation complete(const event_action& asked, const ledger::event_view& stored,
                                         const std::optional<ledger::stripe_command>& today);

} // namespace tokenledger::admin
