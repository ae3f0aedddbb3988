// What one dispute takes of a payment.
#pragma once

#include "core/entitlement.hpp"

#include <algorithm>
#include <cstdint>

namespace tokenledger::ledger {

// A sum of any number of int64 fits: there are never 2^64 of them.
__extension__ using wide = __int128;

// A negative amount, which webhook/ and admin/ refuse, counts as zero.
[[nodiscard]] inline wide amount(std::int64_t cents) {
    return std::max<std::int64_t>(cents, 0);
}

// Minor units of the payment's currency, 0 or more; not capped by what was received.
[[nodiscard]] wide lost_by(const dispute_fact& dispute, const credited& what);

} // namespace tokenledger::ledger
