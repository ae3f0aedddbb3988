// Translates the body of a request into a command of the ledger. No clock, no I/O.
#pragma once

#include "admin/permit.hpp"
#include "admin/problem.hpp"
#include "admin/route.hpp"

#include "ledger/command.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace tokenledger::admin {

// `what` comes from resolve() with the same allowance, and is an operation or a batch. `key`: the
// Idempotency-Key; empty where the call takes none. `actor`: uid of the peer.
[[nodiscard]] std::variant<ledger::admin_command, problem>
translate(const resolved_call& what, std::string_view key, std::string_view body, std::int64_t actor,
          const allowance& allowed);

} // namespace tokenledger::admin
