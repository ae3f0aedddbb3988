// The limit of commands that remove rows: rows received before it are all committed.
#pragma once

#include "ledger/archive.hpp"

#include "pg/connection.hpp"

#include <cstdint>
#include <string>

namespace tokenledger::ledger {

// By the database's clock, which also dates the rows.
inline bool is_settled(pg::connection& connection, std::int64_t before_us) {
    return connection
               .exec("SELECT timestamptz 'epoch' + " + std::to_string(before_us) +
                     " * interval '1 microsecond' <= clock_timestamp() - interval '" +
                     std::to_string(archive_settling_time.count()) + " s'")
               .text(0, 0) == "t";
}

// Throws Refused with a sentence.
template <class Refused>
void require_settled(pg::connection& connection, std::int64_t before_us) {
    if (!is_settled(connection, before_us))
        throw Refused("the time must be at least " + std::to_string(archive_settling_time.count()) +
                      " seconds in the past");
}

} // namespace tokenledger::ledger
