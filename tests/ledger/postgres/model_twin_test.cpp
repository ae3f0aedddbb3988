// The planner against the naive model, on two stores at once: what PostgreSQL leaves out when it reads lots
// and holds does not matter, and it refuses nothing that the planner writes, whatever the clock does.
#include "model_agreement.hpp"
#include "twin_store.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <random>

namespace {

using namespace tokenledger::test;

void require_agreement_with_postgres(std::uint64_t seed) {
    answers seen;
    require_agreement(seed, seen, [](const auto& of) { return std::make_unique<twin_store>(of); });
}

BOOST_AUTO_TEST_SUITE(model_and_twin_stores)

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fixed_mixed_streams_also_with_postgresql) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed)
        require_agreement_with_postgres(seed);
}

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fresh_mixed_streams_also_with_postgresql) {
    const std::uint64_t first = std::random_device{}();
    BOOST_TEST_MESSAGE("first seed: " << first);
    for (std::uint64_t seed = first; seed < first + 10; ++seed)
        require_agreement_with_postgres(seed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
