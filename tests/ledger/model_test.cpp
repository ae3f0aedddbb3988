// The planner against a deliberately naive model, on random command streams cut into random batches.
#include "commands.hpp"

#include "ledger/batch.hpp"
#include "ledger/memory_store.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

namespace {

using namespace tokenledger::ledger;
using tokenledger::test::bought;
using tokenledger::test::ignored_command;
using tokenledger::test::parked_command;
using tokenledger::test::purchase_command;

// What the contract says, one command at a time, with nothing clever.
class naive_ledger {
  public:
    std::pair<result, reason> take(const stripe_command& what) {
        if (!events_.insert(what.event.id).second)
            return {result::duplicate, reason::none};
        if (const auto* ignored = std::get_if<ignore_event>(&what.effect))
            return {result::ignored, ignored->reason};
        if (const auto* parked = std::get_if<park_event>(&what.effect))
            return {result::parked, parked->reason};
        const auto& buys = std::get<purchase>(what.effect);
        const auto first = credits_.find(what.event.payment_intent_id);
        if (first != credits_.end()) {
            if (buys.user_id.empty())
                return {result::parked, buys.refused};
            if (buys.user_id != first->second.user_id)
                return {result::parked, reason::owner_mismatch};
            if (buys.currency != first->second.currency)
                return {result::parked, reason::currency_mismatch};
            if (buys.amount_cents != first->second.amount_cents)
                return {result::parked, reason::amount_mismatch};
            return {result::duplicate, reason::none};
        }
        if (buys.refused != reason::none)
            return {result::parked, buys.refused};
        credits_.emplace(what.event.payment_intent_id, buys);
        balances[buys.user_id] += buys.tokens;
        return {result::applied, reason::none};
    }

    std::map<std::string, std::int64_t> balances;

  private:
    std::set<std::string> events_;
    std::map<std::string, purchase> credits_;
};

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
        default:
            stream.emplace_back(
                purchase_command(event, payment,
                                 {.user = "user_" + std::to_string(pick(3)),
                                  .tokens = 1 + pick(1000),
                                  .amount_cents = 900 + pick(2),
                                  .currency = pick(10) == 0 ? "eur" : "usd",
                                  .refused = pick(6) == 0 ? reason::unknown_pack : reason::none}));
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

    // The rows alone give the balances, and each row continues the one before.
    std::map<std::string, account_state> rebuilt;
    for (const transaction_row& row : database->transactions) {
        account_state& account = rebuilt[row.user_id];
        BOOST_REQUIRE_EQUAL(row.sequence, account.last_sequence + 1);
        BOOST_REQUIRE_EQUAL(row.balance_before, account.balance);
        BOOST_REQUIRE_EQUAL(row.balance_after, account.balance + row.token_amount);
        BOOST_REQUIRE_GE(row.created_at_us, account.last_created_at_us);
        account = {row.balance_after, row.sequence, row.created_at_us};
    }
    for (const auto& [user, balance] : naive.balances)
        BOOST_REQUIRE_EQUAL(rebuilt[user].balance, balance);
    for (const auto& [user, account] : database->accounts)
        BOOST_REQUIRE((rebuilt[user] == account));
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
