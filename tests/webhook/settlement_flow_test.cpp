// From the bytes of Stripe's events to balances: generated histories, written as JSON in the shapes of
// several API versions, through parser, translator and ledger.
#include "ledger_checks.hpp"
#include "payment_commands.hpp"
#include "payment_json.hpp"
#include "translate_fixtures.hpp"

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;

// One pack that any amount of any generated currency buys.
webhook::catalog catalog_of(std::int64_t tokens) {
    webhook::catalog made;
    webhook::pack& pack = made.packs["starter"];
    pack.tokens = tokens;
    for (const char* currency : {"usd", "jpy", "kwd", "isk"})
        pack.prices[currency] = {.amount = 1, .minimum = 1, .maximum = INT64_MAX};
    return made;
}

// Every event once or twice, each delivery in a new JSON shape, in any order.
std::vector<ledger::command> told(std::mt19937_64& random, const payment_history& history,
                                  const webhook::catalog& prices, const std::string& metadata) {
    std::vector<ledger::command> commands;
    for (const history_event& event : history.events) {
        for (std::uint64_t copies = 1 + random() % 2; copies > 0; --copies) {
            json_shape shape = any_shape(random);
            shape.metadata = metadata;
            const std::string id = "evt_" + std::to_string(commands.size());
            commands.push_back(webhook::fixtures::command_of(payment_json(history, shape).body(event, id),
                                                             webhook::fixtures::live_endpoint(), prices));
        }
    }
    std::shuffle(commands.begin(), commands.end(), random);
    return commands;
}

std::shared_ptr<ledger::memory_database> after(std::mt19937_64& random,
                                               const std::vector<ledger::command>& commands) {
    auto database = std::make_shared<ledger::memory_database>();
    const auto where = ledger::make_memory_store(database);
    in_batches(random, commands, 5, [&](std::span<const ledger::command> batch) {
        BOOST_REQUIRE_EQUAL(ledger::run_batch(*where, batch).size(), batch.size());
    });
    require_sound(*database);
    return database;
}

template <class Property>
void for_seeds(std::uint64_t runs, Property property) {
    const std::uint64_t fresh = std::random_device{}();
    BOOST_TEST_MESSAGE("first fresh seed: " << fresh);
    for (const std::uint64_t first : {std::uint64_t{1}, fresh}) {
        for (std::uint64_t seed = first; seed < first + runs; ++seed) {
            BOOST_TEST_INFO_SCOPE("seed " << seed);
            std::mt19937_64 random(seed);
            property(random);
        }
    }
}

const std::string ours = R"({"user_id":"alice","token_pack":"starter"})";
const std::string not_ours = R"({"user_id":"alice"})";

} // namespace

BOOST_AUTO_TEST_SUITE(settlement_flow)

BOOST_AUTO_TEST_CASE(a_history_delivered_as_json_ends_with_the_balance_of_its_entitlement) {
    std::size_t taken = 0;
    for_seeds(1000, [&](std::mt19937_64& random) {
        const sale of = any_sale(random, "pi_1", webhook::max_pack_tokens);
        const auto rows = after(random, told(random, of.history, catalog_of(of.tokens), ours));
        const ledger::entitlement worth = worth_in_the_end(of);
        BOOST_REQUIRE_EQUAL(rows->accounts.find("alice")->second.balance, of.tokens - worth.taken_tokens);
        BOOST_REQUIRE_EQUAL(worth.refunded_cents, of.history.refunded);
        BOOST_REQUIRE_EQUAL(worth.disputed_cents, of.history.disputed);
        BOOST_REQUIRE_EQUAL(waiting_in(*rows), 0U);
        for (const auto& [id, event] : rows->events)
            BOOST_REQUIRE((event.result != ledger::result::parked ||
                           event.reason == ledger::reason::partial_capture_refund));
        taken += worth.taken_tokens > 0 ? 1U : 0U;
    });
    BOOST_TEST(taken > 500U);
}

BOOST_AUTO_TEST_CASE(a_history_of_a_payment_that_is_not_ours_moves_no_token_and_leaves_nothing_waiting) {
    for_seeds(300, [](std::mt19937_64& random) {
        const sale of = any_sale(random, "pi_1", 1000);
        const auto rows = after(random, told(random, of.history, catalog_of(of.tokens), not_ours));
        BOOST_REQUIRE(rows->transactions.empty());
        for (const auto& [id, event] : rows->events)
            BOOST_REQUIRE(
                (event.result == ledger::result::ignored || event.result == ledger::result::duplicate));
    });
}

BOOST_AUTO_TEST_CASE(a_history_of_a_canceled_payment_moves_no_token_and_leaves_nothing_waiting) {
    for_seeds(300, [](std::mt19937_64& random) {
        const payment_history history = make_canceled_history(random, any_options(random));
        const auto rows = after(random, told(random, history, catalog_of(1000), ours));
        BOOST_REQUIRE(rows->payments.find("pi_1")->second.facts.canceled);
        BOOST_REQUIRE(rows->transactions.empty());
        BOOST_REQUIRE_EQUAL(waiting_in(*rows), 0U);
    });
}

BOOST_AUTO_TEST_SUITE_END()
