// The planner against a deliberately naive model, on random command streams cut into random batches.
#include "ledger_checks.hpp"
#include "naive_ledger.hpp"
#include "payment_commands.hpp"
#include "random_stream.hpp"

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using tokenledger::test::ignored_command;
using tokenledger::test::naive_ledger;
using tokenledger::test::parked_command;
using tokenledger::test::purchase_command;
using tokenledger::test::random_update;
using tokenledger::test::require_sound;

std::vector<command> random_stream(std::mt19937_64& random, std::size_t length) {
    const auto pick = [&](std::uint64_t below) { return static_cast<std::int64_t>(random() % below); };
    std::vector<command> stream;
    for (std::size_t i = 0; i < length; ++i) {
        const std::string event = "evt_" + std::to_string(pick(length));
        const std::string payment = "pi_" + std::to_string(pick(length / 2 + 1));
        switch (pick(8)) {
        case 0:
            stream.emplace_back(ignored_command(event));
            break;
        case 1:
            stream.emplace_back(parked_command(event, reason::bad_payload));
            break;
        case 2:
        case 3:
        case 4:
        case 5:
            stream.emplace_back(random_update(random, event, payment));
            break;
        default:
            stream.emplace_back(
                purchase_command(event, payment,
                                 {.user = "user_" + std::to_string(pick(3)),
                                  .tokens = 1 + pick(1000),
                                  .amount_cents = 900 + pick(2),
                                  .currency = pick(10) == 0 ? "eur" : "usd",
                                  .refused = pick(6) == 0 ? reason::unknown_pack : reason::none}));
            if (auto& made = std::get<purchase>(std::get<stripe_command>(stream.back()).effect);
                pick(4) == 0 && made.user_id == "user_0")
                made.amount_requested_cents = 1000; // captured in part
        }
    }
    return stream;
}

void require_agreement(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const std::vector<command> stream = random_stream(random, 1 + random() % 60);
    const auto database = std::make_shared<memory_database>();
    const auto where = make_memory_store(database);
    naive_ledger naive;
    for (std::size_t at = 0; at < stream.size();) {
        const std::size_t count = std::min<std::size_t>(1 + random() % 9, stream.size() - at);
        const auto outcomes = run_batch(*where, std::span(stream).subspan(at, count));
        BOOST_REQUIRE_EQUAL(outcomes.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto expected = naive.take(std::get<stripe_command>(stream[at + i]));
            BOOST_REQUIRE_MESSAGE(
                (outcomes[i].result == expected.first && outcomes[i].reason == expected.second),
                "seed " << seed << ", command " << at + i << ": " << to_string(outcomes[i].result)
                        << " instead of " << to_string(expected.first));
        }
        at += count;
        database->now_us += static_cast<std::int64_t>(random() % 3) - 1;
    }

    require_sound(*database);
    for (const auto& [user, balance] : naive.balances)
        BOOST_REQUIRE_EQUAL(database->accounts.find(user)->second.balance, balance);
    BOOST_REQUIRE_EQUAL(database->events.size(), naive.events.size());
    for (const auto& [id, event] : database->events)
        BOOST_REQUIRE_MESSAGE((naive_ledger::verdict{event.result, event.reason} == naive.events.at(id)),
                              "seed " << seed << ", " << id << ": " << to_string(event.result)
                                      << " instead of " << to_string(naive.events.at(id).first));
}

BOOST_AUTO_TEST_SUITE(planner_and_model)

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fixed_random_streams) {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed)
        require_agreement(seed);
}

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fresh_random_streams) {
    const std::uint64_t first = std::random_device{}();
    BOOST_TEST_MESSAGE("first seed: " << first);
    for (std::uint64_t seed = first; seed < first + 2000; ++seed)
        require_agreement(seed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
