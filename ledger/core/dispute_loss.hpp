// What one dispute takes of a payment.
#pragma once

#include "core/entitlement.hpp"

#include <algorithm>
#include <cstdint>

namespace tokenledger::ledger {

// The sum of fewer than 2^64 int64 fits.
__extension__ using wide = __int128;

// A negative amount, which webhook/ and admin/ refuse, counts as zero.
[[nodiscard]] inline wide amount(std::int64_t cents) {
    return std::max<std::int64_t>(cents, 0);
}

// Minor units of the payment's currency, 0 or more; not capped by what was received.
[[nodiscard]] wide lost_by(const dispute_fact& dispute, const credited& what);

} // namespace tokenledger::ledger
