// The largest amount that there is, of tokens or of cents.
#pragma once

#include <cstdint>
#include <limits>

namespace tokenledger::test {

inline constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

} // namespace tokenledger::test
