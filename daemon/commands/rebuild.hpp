// `tokenledgerd rebuild`: rebuilds the ledger from its stored events and requests, and compares.
#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <string>

namespace tokenledger::daemon {

struct rebuild_request {
    std::string into;         // url of a database with the schema of this version, empty
    bool translate = false;   // with today's catalogue, comparing balances
    std::int64_t limit = 100; // lines on standard output; what is found beyond is counted
};

// One line per difference, then the totals, on standard output. Returns the exit status: 0 no difference, 1
// differences found, 69 a database cannot be asked or may not be rebuilt into, 78 the schema is another one.
[[nodiscard]] int rebuild(const config& with, const rebuild_request& request);

} // namespace tokenledger::daemon
