// In any order, with any repetition and in any batches, the events of a payment end in the same balance: its
// entitlement by the facts of its whole history.
#include "amounts.hpp"
#include "ledger_checks.hpp"
#include "payment_commands.hpp"

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace tokenledger::ledger;
namespace test = tokenledger::test;
using test::greatest;
using test::sale;

constexpr std::size_t largest_batch = 5;

std::shared_ptr<memory_database> after(std::mt19937_64& random, std::span<const command> stream) {
    auto database = std::make_shared<memory_database>();
    const auto where = make_memory_store(database);
    test::in_batches(random, stream, largest_batch, [&](std::span<const command> batch) {
        const std::vector<outcome> outcomes = run_batch(*where, batch);
        BOOST_REQUIRE_EQUAL(outcomes.size(), batch.size());
        database->now_us += static_cast<std::int64_t>(random() % 3) - 1;
    });
    test::require_sound(*database);
    return database;
}

// Checks the payment after all events of the sale.
void require_end(const memory_database& rows, const sale& of) {
    const std::string& id = of.history.options.payment_intent_id;
    const payment_state& payment = rows.payments.find(id)->second;
    const entitlement worth = test::worth_in_the_end(of);
    BOOST_REQUIRE_EQUAL(payment.taken_tokens, worth.taken_tokens);
    BOOST_REQUIRE(payment.waiting.empty());
    test::naive_facts known = test::told_by({payment.facts});
    test::naive_facts expected = test::told_by(test::said_of(of.history));
    // Only an amount above the one received is kept.
    known.requested = expected.requested = 0;
    BOOST_REQUIRE((known == expected));
    if (worth.lost_cents == of.history.options.amount_received)
        BOOST_REQUIRE_EQUAL(payment.taken_tokens, of.tokens);
}

void require_end_alone(const memory_database& rows, const sale& of) {
    require_end(rows, of);
    const std::int64_t left = of.tokens - test::worth_in_the_end(of).taken_tokens;
    BOOST_REQUIRE_EQUAL(rows.accounts.find(of.user)->second.balance, left);
    BOOST_REQUIRE_EQUAL(test::waiting_in(rows), 0U);
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

BOOST_AUTO_TEST_SUITE(settlement_order)

BOOST_AUTO_TEST_CASE(every_order_of_up_to_six_events_in_any_batches_gives_the_same_balance) {
    std::size_t orders = 0;
    std::size_t settled = 0;
    for_seeds(30, [&](std::mt19937_64& random) {
        const sale of = test::any_sale(random, "pi_1", greatest, 6);
        std::vector<command> stream;
        for (const test::history_event& each : of.history.events)
            stream.emplace_back(test::command_of(of, each, "evt_" + std::to_string(stream.size())));
        std::vector<std::size_t> order(stream.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        do {
            std::vector<command> ordered;
            for (const std::size_t at : order)
                ordered.push_back(stream[at]);
            require_end_alone(*after(random, ordered), of);
            ++orders;
        } while (std::next_permutation(order.begin(), order.end()));
        settled += test::worth_in_the_end(of).taken_tokens > 0 ? 1U : 0U;
    });
    BOOST_TEST_MESSAGE("tried " << orders << " orders");
    BOOST_TEST(orders > 10000U);
    BOOST_TEST(settled > 10U);
}

BOOST_AUTO_TEST_CASE(shuffled_and_repeated_histories_in_any_batches_give_the_expected_balance) {
    std::size_t in_part = 0;
    std::size_t whole = 0;
    std::size_t longest = 0;
    for_seeds(2000, [&](std::mt19937_64& random) {
        const sale of = test::any_sale(random, "pi_1", greatest);
        std::vector<command> stream = test::deliveries(random, of);
        std::shuffle(stream.begin(), stream.end(), random);
        require_end_alone(*after(random, stream), of);
        const std::int64_t taken = test::worth_in_the_end(of).taken_tokens;
        in_part += taken > 0 && taken < of.tokens ? 1U : 0U;
        whole += taken == of.tokens ? 1U : 0U;
        longest = std::max(longest, stream.size());
    });
    BOOST_TEST(in_part > 300U); // of 4000: the generator is not idle
    BOOST_TEST(whole > 300U);
    BOOST_TEST(longest > 20U);
}

BOOST_AUTO_TEST_CASE(the_final_balance_follows_from_the_money_refunded_and_disputed_in_the_history) {
    for_seeds(500, [](std::mt19937_64& random) {
        const sale of = test::any_sale(random, "pi_1", greatest);
        std::vector<command> stream = test::deliveries(random, of);
        std::shuffle(stream.begin(), stream.end(), random);
        const auto rows = after(random, stream);
        const std::int64_t received = of.history.options.amount_received;
        const std::int64_t lost = of.history.refunded > received - of.history.disputed
                                      ? received
                                      : of.history.refunded + of.history.disputed;
        __extension__ using wide = __int128;
        const auto taken = static_cast<std::int64_t>(wide{of.tokens} * lost / received);
        BOOST_REQUIRE_EQUAL(rows->accounts.find("alice")->second.balance, of.tokens - taken);
    });
}

BOOST_AUTO_TEST_CASE(interleaved_payments_of_few_users_give_each_user_the_sum_of_the_entitlements) {
    for_seeds(150, [](std::mt19937_64& random) {
        std::vector<sale> sales;
        std::vector<command> stream;
        std::map<std::string, std::int64_t> expected;
        for (int i = 0; i < 12; ++i) {
            sale made = test::any_sale(random, "pi_" + std::to_string(i), greatest / 12);
            made.user = "user_" + std::to_string(random() % 3);
            const auto told = test::deliveries(random, made);
            stream.insert(stream.end(), told.begin(), told.end());
            expected[made.user] += made.tokens - test::worth_in_the_end(made).taken_tokens;
            sales.push_back(std::move(made));
        }
        std::shuffle(stream.begin(), stream.end(), random);
        const auto rows = after(random, stream);
        for (const sale& each : sales)
            require_end(*rows, each);
        for (const auto& [user, balance] : expected)
            BOOST_REQUIRE_EQUAL(rows->accounts.find(user)->second.balance, balance);
        BOOST_REQUIRE_EQUAL(test::waiting_in(*rows), 0U);
    });
}

BOOST_AUTO_TEST_CASE(nothing_waits_for_a_canceled_payment_in_any_order) {
    std::size_t with_refunds = 0;
    for_seeds(500, [&](std::mt19937_64& random) {
        sale of;
        of.history = test::make_canceled_history(random, test::any_options(random));
        std::vector<command> stream = test::deliveries(random, of);
        with_refunds += stream.size() > 3 ? 1U : 0U;
        std::shuffle(stream.begin(), stream.end(), random);
        const auto rows = after(random, stream);
        BOOST_REQUIRE(rows->payments.find("pi_1")->second.facts.canceled);
        BOOST_REQUIRE(rows->transactions.empty());
        for (const auto& [id, event] : rows->events)
            BOOST_REQUIRE((event.result == result::ignored || event.result == result::duplicate));
    });
    BOOST_TEST(with_refunds > 50U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
