// `tokenledgerd archive-usage`: old operations from the database to a file.
#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <filesystem>

namespace tokenledger::daemon {

struct archive_usage_request {
    std::int64_t before_us = 0; // microseconds since the epoch
    std::filesystem::path file;
};

// Returns the exit status: 0 done, or no row was that old; 1 refused, and nothing changed; 69 the database
// cannot be asked, or it is unknown whether the archive was committed; 78 the schema is not the one that
// this program knows.
[[nodiscard]] int archive_usage(const config& with, const archive_usage_request& request);

} // namespace tokenledger::daemon
