// Runs one batch once: the imperative shell around the planner. writer/writer.cpp handles failures.
#pragma once

#include "writer/store.hpp"

#include <functional>

namespace tokenledger::ledger {

// Runs `batch` as one transaction and returns one outcome per command, in order. Throws store_error; the
// transaction is then rolled back, or, after store_failure::in_doubt, may have been committed.
// What is due of its accounts is posted before, in a transaction of its own: `expiries` counts these rows.
// `before_commit` is called when all is written and only COMMIT is left.
[[nodiscard]] std::vector<outcome> run_batch(store& where, std::span<const command> batch,
                                             const std::function<void()>& before_commit = {},
                                             std::size_t* expiries = nullptr);

} // namespace tokenledger::ledger
