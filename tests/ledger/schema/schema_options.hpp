// A test's database as the options of what migrates and inspects it.
#pragma once

#include "test_database.hpp"

#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"

#include <cstddef>
#include <string>

namespace tokenledger::test {

inline ledger::postgres_options options_for(const test_database& database, const std::string& user = "") {
    return {.url = url_with(database.url(), "", user)};
}

inline std::size_t known_count() {
    return ledger::known_migrations().size();
}

} // namespace tokenledger::test
