// `tokenledgerd verify`: the proof of the books, for people and for cron.
#pragma once

#include "commands/database.hpp"
#include "config/config.hpp"

#include <cstdint>

namespace tokenledger::daemon {

inline constexpr int exit_discrepancies = 1;

struct verify_request {
    std::int64_t limit = 100; // lines on standard output; what is found beyond is counted
    bool evidence = false;
};

// One line per discrepancy, then the totals, on standard output. Returns the exit status: 0 clean, 1
// discrepancies found, 69 the database cannot be asked, 78 its schema is not the one that this program knows.
[[nodiscard]] int verify(const config& with, const verify_request& request);

} // namespace tokenledger::daemon
