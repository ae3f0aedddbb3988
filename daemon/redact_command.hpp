// `tokenledgerd redact-evidence`: hashes in the place of old events' bytes.
#pragma once

#include "config.hpp"

#include <cstdint>

namespace tokenledger::daemon {

// Events received before `before_us`, microseconds since the epoch. Returns the exit status: 0 done; 1
// refused, or some evidence is damaged and stays; 69 the database cannot be asked: what was done until then
// stays done; 78 the schema is not the one that this program knows.
[[nodiscard]] int redact_evidence(const config& with, std::int64_t before_us);

} // namespace tokenledger::daemon
