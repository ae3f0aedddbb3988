// The planner against the naive model on mixed streams of events, requests and actions, cut into random
// batches.
#include "ledger_checks.hpp"
#include "naive_requests.hpp"
#include "random_stream.hpp"

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;

// Counts the answers, to notice a stream that does not cover them.
using answers = std::map<std::string, int>;

void require_agreement(std::uint64_t seed, answers& seen) {
    std::mt19937_64 random(seed);
    mixed_stream stream(seed, "a", {.payments = 1 + random() % 8, .events = 1 + random() % 30});
    const auto database = std::make_shared<memory_database>();
    const auto where = make_memory_store(database);
    naive_books naive;
    for (std::size_t at = 0, length = 1 + random() % 120; at < length;) {
        const std::vector<command> batch = stream.next(1 + random() % 9);
        const auto outcomes = run_batch(*where, batch);
        naive.now_us = database->now_us;
        const auto expected = naive.take_batch(batch);
        BOOST_REQUIRE_EQUAL(outcomes.size(), batch.size());
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const naive_outcome got = tokenledger::test::naive(outcomes[i]);
            BOOST_REQUIRE_MESSAGE(got == expected[i], "seed " << seed << ", command " << at + i << ": "
                                                              << in_words(got) << " instead of "
                                                              << in_words(expected[i]));
            ++seen[std::string(to_string(got.result)) + " " + std::string(to_string(got.refusal))];
            seen["replayed"] += got.replayed ? 1 : 0;
        }
        at += batch.size();
        constexpr std::int64_t hour = 3'600'000'000;
        const bool is_later = random() % 3 == 0; // the windows of limits move on
        database->now_us += is_later ? static_cast<std::int64_t>(random() % 40) * hour
                                     : static_cast<std::int64_t>(random() % 3) - 1;
    }

    require_sound(*database);
    for (const auto& [user, account] : database->accounts)
        BOOST_REQUIRE_EQUAL(account.balance, naive.balances[user]);
    BOOST_REQUIRE_EQUAL(database->events.size(), naive.events.size());
    for (const auto& [id, event] : database->events)
        BOOST_REQUIRE_MESSAGE((naive_ledger::verdict{event.result, event.reason} == naive.events.at(id)),
                              "seed " << seed << ", " << id << ": " << to_string(event.result)
                                      << " instead of " << to_string(naive.events.at(id).first));
}

BOOST_AUTO_TEST_SUITE(planner_and_model_of_requests)

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fixed_mixed_streams) {
    answers seen;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed)
        require_agreement(seed, seen);
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
                             "refused member_limit"})
        BOOST_TEST(seen[each] > 0, each << " never came");
}

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fresh_mixed_streams) {
    const std::uint64_t first = std::random_device{}();
    BOOST_TEST_MESSAGE("first seed: " << first);
    answers seen;
    for (std::uint64_t seed = first; seed < first + 1000; ++seed)
        require_agreement(seed, seen);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
