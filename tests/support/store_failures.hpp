// Which failure a call ends in, and commits that fail.
#pragma once

#include "ledger/postgres.hpp"
#include "test_database.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace tokenledger::test {

template <class Call>
ledger::store_failure failure_of(Call call) {
    try {
        call();
    } catch (const ledger::store_error& error) {
        BOOST_TEST_MESSAGE(error.what());
        return error.failure();
    }
    throw std::logic_error("it did not fail");
}

// From now on new rows of the table run `statement` (PL/pgSQL) while the transaction that inserts them
// commits.
inline void make_commit_trap(test_database& database, const std::string& table,
                             const std::string& statement) {
    database.session().run(
        "CREATE OR REPLACE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + statement +
        " RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON " + table +
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spring()");
}

} // namespace tokenledger::test
