// Effects and facts as fields.
#pragma once

#include "codec/command.hpp"
#include "codec/netstrings.hpp"

namespace tokenledger::ledger {

// The slug's reason; none for the empty text; fails `from` where there is no such.
[[nodiscard]] reason read_reason(netstring_reader& from);

} // namespace tokenledger::ledger
