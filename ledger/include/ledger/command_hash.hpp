// A command of the admin socket as bytes that mean it and nothing else: what a key is held against.
#pragma once

#include "ledger/command.hpp"

#include <string>

namespace tokenledger::ledger {

// Every field of every operation, each with its length: two commands encode alike only if they are alike. The
// key and the actor are not part of it.
[[nodiscard]] std::string encode(const admin_command& what);
[[nodiscard]] std::string encode(const operation& what);

// SHA-256 of the encoding, 32 bytes.
[[nodiscard]] std::string hash_of(const admin_command& what);
[[nodiscard]] std::string hash_of(const operation& what);

} // namespace tokenledger::ledger
