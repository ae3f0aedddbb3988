// Refunds and purchases through several stores at once: no update is lost, no event is left waiting, and
// the locks have one order.
#include "amounts.hpp"
#include "payment_commands.hpp"
#include "row_checks.hpp"
#include "store_fixture.hpp"

#include <algorithm>
#include <array>
#include <barrier>
#include <cstdint>
#include <future>
#include <map>
#include <random>

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::result;

namespace {

// Sales to few users, and the balance that each user must end with.
struct market {
    std::vector<sale> sales;
    std::map<std::string, std::int64_t> left;

    market(std::mt19937_64& random, int count) {
        for (int i = 0; i < count; ++i) {
            sale made = any_sale(random, "pi_" + std::to_string(i), greatest / count);
            made.user = "user_" + std::to_string(random() % 4);
            left[made.user] += made.tokens - worth_in_the_end(made).taken_tokens;
            sales.push_back(std::move(made));
        }
    }
};

struct concurrent_fixture : store_fixture {
    concurrent_fixture() {
        database.session().run("ALTER DATABASE " + database.name() + " SET deadlock_timeout = '5ms'");
    }

    // Runs each stream in its own thread and store, in random batches. Returns how many ran again.
    int run_at_once(const std::vector<std::vector<ledger::command>>& streams, std::uint64_t seed) {
        std::vector<std::future<int>> running;
        for (std::size_t i = 0; i < streams.size(); ++i)
            running.push_back(std::async(std::launch::async, [&, i] {
                int conflicts = 0;
                std::mt19937_64 random(seed + i);
                const auto own = new_store();
                in_batches(random, streams[i], 16, [&](std::span<const ledger::command> batch) {
                    static_cast<void>(run_again_on_conflict(*own, batch, conflicts));
                });
                return conflicts;
            }));
        int conflicts = 0;
        for (auto& each : running)
            conflicts += each.get();
        return conflicts;
    }

    void check_balances(const std::map<std::string, std::int64_t>& expected) {
        std::map<std::string, std::int64_t> found;
        for (const auto& row :
             database.session().rows("SELECT user_id, balance FROM tokenledger.token_accounts"))
            found[*row[0]] = std::stoll(*row[1]);
        BOOST_TEST((found == expected));
        BOOST_TEST(value(waiting_events) == "0");
        BOOST_TEST(value(broken_payments) == "0");
        BOOST_TEST(value(broken_chains) == "0");
        BOOST_TEST(value(deadlocks) == "0");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(settlement_at_once, concurrent_fixture)

BOOST_AUTO_TEST_CASE(histories_spread_over_several_stores_give_the_expected_balances) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed: " << seed);
    std::mt19937_64 random(seed);
    const market all(random, 300);
    std::vector<std::vector<ledger::command>> streams(4);
    std::size_t events = 0;
    for (const sale& each : all.sales) {
        for (const ledger::command& told : deliveries(random, each)) {
            streams[random() % streams.size()].push_back(told);
            ++events;
            if (random() % 5 == 0) // delivered to a second receiver, perhaps at the same time
                streams[random() % streams.size()].push_back(told);
        }
    }
    for (auto& stream : streams)
        std::shuffle(stream.begin(), stream.end(), random);
    const int conflicts = run_at_once(streams, seed);
    BOOST_TEST_MESSAGE(events << " events, " << conflicts << " batches ran again");
    check_balances(all.left);
}

BOOST_AUTO_TEST_CASE(batches_of_the_same_payments_in_opposite_orders_do_not_deadlock) {
    std::mt19937_64 random(1);
    const market all(random, 40);
    std::vector<ledger::command> forwards;
    for (const sale& each : all.sales) {
        const std::vector<ledger::command> told = deliveries(random, each);
        forwards.insert(forwards.end(), told.begin(), told.end());
    }
    std::shuffle(forwards.begin(), forwards.end(), random);
    std::vector<ledger::command> backwards(forwards.rbegin(), forwards.rend());
    std::vector<ledger::command> mixed = forwards;
    std::shuffle(mixed.begin(), mixed.end(), random);
    static_cast<void>(run_at_once({forwards, backwards, mixed}, 1));
    check_balances(all.left);
}

BOOST_AUTO_TEST_CASE(a_purchase_and_its_refund_at_the_same_time_are_always_both_settled) {
    constexpr int rounds = 313; // 10,016 payments
    constexpr int per_round = 32;
    std::barrier start(2);
    std::array<int, 2> conflicts{};
    std::array<int, 2> waited{}; // refunds that came first
    // Both take the payments of a round in their own order and batches, so they meet anywhere.
    const auto side = [&](std::size_t which) {
        std::mt19937_64 random(which);
        const leaves at_the_end{start};
        const auto own = new_store();
        static_cast<void>(own->begin({})); // connected
        own->rollback();
        for (int round = 0; round < rounds; ++round) {
            std::vector<ledger::command> stream;
            for (int i = 0; i < per_round; ++i) {
                const std::string name = std::to_string(round) + "_" + std::to_string(i);
                if (which == 0)
                    stream.emplace_back(
                        purchase_by("evt_p_" + name, "pi_" + name, "user_" + std::to_string(i % 3)));
                else
                    stream.emplace_back(
                        update_command("evt_r_" + name, "pi_" + name,
                                       {.refunded_cumulative_cents = i % 2 == 0 ? 999 : 333}));
            }
            std::shuffle(stream.begin(), stream.end(), random);
            start.arrive_and_wait();
            in_batches(random, stream, 12, [&](std::span<const ledger::command> batch) {
                for (const ledger::outcome& each : run_again_on_conflict(*own, batch, conflicts[which]))
                    waited[which] += each.result == result::waiting ? 1 : 0;
            });
        }
    };
    auto refunding = std::async(std::launch::async, side, std::size_t{1});
    side(0);
    refunding.get();
    BOOST_TEST_MESSAGE(rounds * per_round << " payments; " << waited[1] << " refunds came first; "
                                          << conflicts[0] + conflicts[1] << " batches ran again");
    BOOST_TEST(waited[0] == 0);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.payments WHERE taken_tokens = CASE lost_cents WHEN 999"
                     " THEN 100 ELSE 33 END AND refunded_cumulative_cents = lost_cents") ==
               std::to_string(rounds * per_round));
    BOOST_TEST(value("SELECT sum(balance) FROM tokenledger.token_accounts") ==
               std::to_string(rounds * per_round / 2 * (100 - 33)));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events WHERE result <> 'applied'") == "0");
    BOOST_TEST(value(waiting_events) == "0");
    BOOST_TEST(value(broken_payments) == "0");
    BOOST_TEST(value(broken_chains) == "0");
    BOOST_TEST(value(deadlocks) == "0");
}

const std::string locks_awaited = "SELECT count(*) FROM pg_locks WHERE NOT granted";
const std::string lock_payment =
    "SELECT FROM tokenledger.payments WHERE payment_intent_id = 'pi_1' FOR UPDATE";
const std::string lock_account = "SELECT FROM tokenledger.token_accounts WHERE user_id = 'user_1' FOR UPDATE";

BOOST_AUTO_TEST_CASE(a_refund_locks_its_payment_before_the_account_of_its_owner) {
    static_cast<void>(
        ledger::run_batch(*store, std::vector<ledger::command>{purchase_by("evt_1", "pi_1", "user_1")}));
    const std::vector<ledger::command> refund = {
        update_command("evt_2", "pi_1", {.refunded_cumulative_cents = 999})};
    sql_session holder(database.url());
    holder.run("BEGIN; " + lock_payment);
    auto refunded = std::async(std::launch::async, [&] { return ledger::run_batch(*store, refund); });
    database.session().wait_until(locks_awaited, "1");
    database.session().run(lock_account + " NOWAIT"); // not locked before the payment
    holder.run("COMMIT; BEGIN; " + lock_account);
    holder.run("COMMIT");
    BOOST_TEST((refunded.get().at(0).result == result::applied));

    holder.run("BEGIN; " + lock_account);
    ledger::payment_facts refund_failed;
    refund_failed.refunds["re_1"] = {.amount_cents = 9, .status = ledger::refund_status::voided};
    const std::vector<ledger::command> failed = {update_command("evt_3", "pi_1", refund_failed)};
    auto given_back = std::async(std::launch::async, [&] { return ledger::run_batch(*store, failed); });
    database.session().wait_until(locks_awaited, "1");
    BOOST_TEST(database.session().refused(lock_payment + " NOWAIT").sqlstate == "55P03"); // held already
    holder.run("COMMIT");
    BOOST_TEST((given_back.get().at(0).result == result::applied));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "1");
}

BOOST_AUTO_TEST_CASE(a_refund_of_a_payment_that_is_being_credited_waits_for_its_commit) {
    // The payment is new to both: the refund's batch must not decide before the purchase's batch has ended.
    open_batch purchase(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    purchase.lock();
    const auto other = new_store();
    auto refunded = std::async(std::launch::async, [&] {
        return ledger::run_batch(*other, std::vector<ledger::command>{update_command(
                                             "evt_2", "pi_1", {.refunded_cumulative_cents = 999})});
    });
    database.session().wait_until(locks_awaited, "1");
    static_cast<void>(purchase.apply());
    store->commit();
    BOOST_TEST((refunded.get().at(0).result == result::applied));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
