// Commands as unambiguous bytes: the hash of a key is computed from them, and rebuild replays them. Every
// later version reads what an earlier one wrote.
#pragma once

#include "ledger/command.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

// Every field, each with its length: two values encode alike only if they are alike. Well-formed UTF-8, as
// every text in them is. The key and the actor of an admin_command are not part of it.
[[nodiscard]] std::string encode(const admin_command& what);
[[nodiscard]] std::string encode(const operation& what);
[[nodiscard]] std::string encode(const stripe_effect& what);

// The reverse; nullopt if the bytes are not an encoding.
[[nodiscard]] std::optional<std::vector<operation>> decode_operations(std::string_view bytes);
[[nodiscard]] std::optional<stripe_effect> decode_effect(std::string_view bytes);

// SHA-256, 32 bytes, of what the client asked for: the encoding without what today's configuration or an
// event's own bytes add.
[[nodiscard]] std::string hash_of(const admin_command& what);
[[nodiscard]] std::string hash_of(const operation& what);

} // namespace tokenledger::ledger
