// The part of `migrate` that reads the bytes of old disputes again.
#pragma once

#include "ledger/postgres.hpp"

namespace tokenledger::daemon {

// Logs what it did, if there was anything to do. Throws store_error.
void reread_disputes(const ledger::postgres_options& database);

} // namespace tokenledger::daemon
