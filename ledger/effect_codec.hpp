// Effects and facts as fields.
#pragma once

#include "ledger/command_codec.hpp"
#include "netstrings.hpp"

namespace tokenledger::ledger {

// The slug's reason; none for the empty text; fails `from` where there is no such.
[[nodiscard]] reason read_reason(netstring_reader& from);

} // namespace tokenledger::ledger
