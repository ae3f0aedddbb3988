// What the admin socket's requests leave in PostgreSQL beside money: their keys, and what was used.
#pragma once

#include "core/plan.hpp"
#include "pg/connection.hpp"

#include <span>

namespace tokenledger::ledger {

// The statement that reads keys; `parameters` is filled with what it needs.
[[nodiscard]] std::string select_keys(std::span<const key_id> ids,
                                      std::vector<std::optional<std::string>>& parameters);
[[nodiscard]] key_map read_keys(const pg::rows& from);

// Writes keys and usages; nothing, and no round trip, where the plan has none. `now_us`: the database's
// clock, read while a table of the lists was locked for writing. Throws conflict if a key was used meanwhile.
void apply_requests(pg::connection& connection, const batch_plan& rows, std::span<const command> batch,
                    std::int64_t now_us);

} // namespace tokenledger::ledger
