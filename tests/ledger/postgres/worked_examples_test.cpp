// The worked examples of lots, holds and reversals once more, against PostgreSQL: the same cases, with a
// store that keeps everything in both places and compares what it reads.
#include "request_fixture.hpp"
#include "twin_store.hpp"

namespace {

struct on_postgres {
    on_postgres() {
        tokenledger::test::make_store = [](const std::shared_ptr<tokenledger::ledger::memory_database>& of)
            -> std::unique_ptr<tokenledger::ledger::store> {
            return std::make_unique<tokenledger::test::twin_store>(of);
        };
    }
};

BOOST_TEST_GLOBAL_FIXTURE(on_postgres);

} // namespace

#include "core/holds_test.cpp"    // NOLINT(bugprone-suspicious-include)
#include "core/lots_test.cpp"     // NOLINT(bugprone-suspicious-include)
#include "core/reversal_test.cpp" // NOLINT(bugprone-suspicious-include)
