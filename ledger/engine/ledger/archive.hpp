// Old operations go to a file: rows of token_usage leave the database in one transaction, once the file that
// has them is durable. No financial row moves, and the request ids stay used.
#pragma once

#include "ledger/postgres.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// How far in the past `before` must be, so that a file holds what it says: a row gets its time before it is
// committed. Longer than a batch may take, which the server cuts off after statement_timeout and
// connect_timeout together (8 seconds by default). Nothing breaks if one takes longer still: see
// archive_usage.
inline constexpr std::chrono::seconds archive_settling_time{60};

struct archive_request {
    postgres_options database{}; // as a role that may delete from token_usage: the owner
    std::int64_t before_us = 0;  // rows with created_at before this; microseconds since the epoch
    // One row as a JSON object with every column of token_usage, and a line feed. cost_estimate is text, so
    // that no reader rounds it; created_at is RFC 3339 in UTC with microseconds.
    std::function<void(std::string_view line)> write{};
    // Makes what was written durable and returns the SHA-256 (32 bytes) of the file. After the last line,
    // before the rows are deleted for good.
    std::function<std::string()> finish{};
};

struct archive_totals {
    std::int64_t usages = 0;
    std::int64_t charged_usages = 0;
    std::string charged_tokens = "0"; // a sum of int64s may leave int64
};

// Nothing was changed, and trying again changes nothing.
class archive_refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Writes every row that is committed with created_at before before_us, in the order of created_at, user_id
// and request_id: the same rows make the same file. One snapshot decides what is written and deleted: a row
// that is committed later with an earlier time stays, and goes into the next archive. Verification counts
// the rows that are gone, not those that should have gone. Without rows nothing is written, finished or
// recorded. Memory is constant. Throws archive_refused; store_error; what write and finish throw. After
// store_failure::in_doubt ask is_archived; after anything else nothing was deleted.
[[nodiscard]] archive_totals archive_usage(const archive_request& request);

// Whether a file with this SHA-256 was archived. Throws store_error.
[[nodiscard]] bool is_archived(const postgres_options& database, std::string_view file_sha256);

} // namespace tokenledger::ledger
