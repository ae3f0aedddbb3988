// `tokenledgerd redact-evidence`: hashes in the place of old events' bytes.
#pragma once

#include "config/config.hpp"

#include <cstdint>

namespace tokenledger::daemon {

struct redact_evidence_request {
    std::int64_t before_us = 0; // events received before this; microseconds since the epoch
    bool yes = false;           // do not ask
};

// Says which events lose their bytes, and asks. Returns the exit status: 0 done; 1 refused or not wanted, or
// some evidence is damaged and stays; 69 the database cannot be asked: what was done until then
// stays done; 78 the schema is not the one that this program knows.
[[nodiscard]] int redact_evidence(const config& with, const redact_evidence_request& request);

} // namespace tokenledger::daemon
