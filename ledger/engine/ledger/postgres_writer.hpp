// The writer over PostgreSQL.
#pragma once

#include "ledger/postgres.hpp"
#include "ledger/writer.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace tokenledger::ledger {

// One connection per worker, made at its first use. `observe`: see writer.
[[nodiscard]] std::unique_ptr<writer>
make_postgres_writer(const writer_options& options, const postgres_options& database, std::size_t workers,
                     std::function<void(const batch_report&)> observe = {});

} // namespace tokenledger::ledger
