// The planner against the naive model, on a store in memory.
#include "model_agreement.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;

BOOST_AUTO_TEST_SUITE(planner_and_model_of_requests)

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fixed_mixed_streams) {
    answers seen;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed)
        require_agreement(seed, seen, make_memory_store);
    for (const auto& [what, times] : seen)
        BOOST_TEST_MESSAGE(what << ": " << times);
    for (const char* each : {"applied ",
                             "duplicate ",
                             "ignored ",
                             "parked ",
                             "waiting ",
                             "dismissed ",
                             "replayed",
                             "refused insufficient_balance",
                             "refused unknown_account",
                             "refused same_account",
                             "refused key_reused",
                             "refused reference_used",
                             "refused unknown_event",
                             "refused event_settled",
                             "refused event_waiting",
                             "refused still_parked",
                             "refused not_assignable",
                             "refused payment_has_owner",
                             "refused unknown_pack",
                             "refused unknown_usage",
                             "refused exceeds_charge",
                             "refused member_limit",
                             "refused expiry_in_past",
                             "refused unknown_hold",
                             "refused hold_captured",
                             "refused hold_released",
                             "refused hold_expired",
                             "refused nothing_due",
                             "uncovered",
                             "hold open",
                             "hold captured",
                             "hold released",
                             "hold expired",
                             "deduction row expiry of lots",
                             "deduction row usage of lots",
                             "deduction row admin of lots",
                             "transfer row admin of lots",
                             "grant row subscription of lots",
                             "purchase row token_pack of lots",
                             "purchase row stripe of lots",
                             "refund row stripe of lots",
                             "refund row usage of lots"})
        BOOST_TEST(seen[each] > 0, each << " never came");
}

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fresh_mixed_streams) {
    const std::uint64_t first = std::random_device{}();
    BOOST_TEST_MESSAGE("first seed: " << first);
    answers seen;
    for (std::uint64_t seed = first; seed < first + 1000; ++seed)
        require_agreement(seed, seen, make_memory_store);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
