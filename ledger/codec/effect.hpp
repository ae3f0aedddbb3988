// Effects and facts as fields.
#pragma once

#include "codec/command.hpp"
#include "codec/netstrings.hpp"

namespace tokenledger::ledger {

// The reason of a slug; none for the empty text; fails `from` if there is no such reason.
[[nodiscard]] reason read_reason(netstring_reader& from);
void read(netstring_reader& from, lifetime& into);

} // namespace tokenledger::ledger
