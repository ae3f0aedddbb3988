// The rows of admin requests besides transactions: keys, usage and event actions.
#pragma once

#include "core/plan.hpp"
#include "pg/connection.hpp"

#include <span>

namespace tokenledger::ledger {

// The statement that reads keys; fills in its `parameters`. Precondition: `ids` is not empty.
[[nodiscard]] std::string select_keys(std::span<const key_id> ids,
                                      std::vector<std::optional<std::string>>& parameters);
[[nodiscard]] used_keys read_keys(const pg::rows& from);
// Tokens that these usages were charged; those that are not stored are left out.
[[nodiscard]] charge_map read_charges(pg::connection& connection, std::span<const usage_id> ids);

// Writes keys, usages and actions; without any, no round trip. `now_us`: the database's clock, read while a
// table of the lists was locked for writing. Throws conflict if a key was used meanwhile.
void apply_requests(pg::connection& connection, const batch_plan& rows, std::span<const command> batch,
                    std::int64_t now_us);

} // namespace tokenledger::ledger
