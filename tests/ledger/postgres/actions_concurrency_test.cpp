// Actions, purchases and refunds of the same payments at the same time.
#include "action_fixture.hpp"
#include "row_checks.hpp"

#include <algorithm>
#include <array>
#include <barrier>
#include <future>
#include <random>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::result;

// Two sides act on the same events at the same time, each in its own order and batches.
struct contest {
    static constexpr int rounds = 40;
    static constexpr int per_round = 24;
    std::array<int, 2> conflicts{};
    std::array<int, 2> done{}; // actions that were neither refused nor replayed

    static ledger::operation any_action(std::mt19937_64& random, const std::string& name) {
        const std::string event = "evt_" + name;
        const std::string payment = "pi_" + name;
        switch (random() % 4) {
        case 0:
            return dismissing(event, payment);
        case 1:
            return retrying(buys(event, payment));
        case 2: // the pack is still unknown
            return retrying(unknown_pack(event, payment));
        default:
            return assigning(event, payment, {.user = "bob", .tokens = 500});
        }
    }

    // Acts on the events of one round, beside purchases and refunds of the same payments.
    static std::vector<ledger::command> any_stream(std::mt19937_64& random, int which, int round) {
        std::vector<ledger::command> stream;
        for (int i = 0; i < per_round; ++i) {
            const std::string name = std::to_string(round) + "_" + std::to_string(i);
            const std::string side = std::to_string(which) + "_" + name;
            const auto act = any_action(random, name);
            // Sometimes both sides use one key, for the same or for different actions.
            stream.push_back(request(random() % 4 == 0 ? "key_" + name : "key_" + side, {act}));
            if (random() % 3 == 0)
                stream.emplace_back(buys("evt_b_" + side, "pi_" + name));
            if (random() % 3 == 0)
                stream.emplace_back(action_fixture::refund("evt_r_" + side, "pi_" + name, 300));
            if (random() % 3 == 0)
                stream.push_back(request("deduct_" + side, {deducting("alice", 1, true)}));
        }
        std::shuffle(stream.begin(), stream.end(), random);
        return stream;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actions_at_once, action_fixture)

BOOST_AUTO_TEST_CASE(concurrent_actions_purchases_and_refunds_leave_consistent_rows) {
    database.session().run("ALTER DATABASE " + database.name() + " SET deadlock_timeout = '5ms'");
    std::vector<ledger::command> all{request("start", {granting("alice", 1)})};
    for (int round = 0; round < contest::rounds; ++round) {
        for (int i = 0; i < contest::per_round; ++i) {
            const std::string name = std::to_string(round) + "_" + std::to_string(i);
            all.emplace_back(unknown_pack("evt_" + name, "pi_" + name));
        }
    }
    run(all);
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed: " << seed);
    contest both;
    std::barrier start(2);
    const auto side = [&](std::size_t which) {
        std::mt19937_64 random(seed + which);
        const leaves at_the_end{start};
        const auto own = new_store();
        for (int round = 0; round < contest::rounds; ++round) {
            const auto stream = contest::any_stream(random, static_cast<int>(which), round);
            start.arrive_and_wait();
            std::span<const ledger::command> left(stream);
            while (!left.empty()) {
                const auto batch = left.first(std::min<std::size_t>(1 + random() % 12, left.size()));
                left = left.subspan(batch.size());
                const auto got = run_again_on_conflict(*own, batch, both.conflicts[which]);
                for (std::size_t i = 0; i < batch.size(); ++i) {
                    const auto* asked = std::get_if<ledger::admin_command>(&batch[i]);
                    if (asked != nullptr && !event_acted_on(asked->operations.front()).empty())
                        both.done[which] += got[i].result != result::refused && !got[i].replayed ? 1 : 0;
                }
            }
        }
    };
    auto other = std::async(std::launch::async, side, std::size_t{1});
    side(0);
    other.get();
    BOOST_TEST_MESSAGE(both.done[0] << " and " << both.done[1] << " actions were done; "
                                    << both.conflicts[0] + both.conflicts[1] << " batches ran again");
    BOOST_TEST(both.done[0] > 0);
    BOOST_TEST(both.done[1] > 0);
    BOOST_TEST(count("event_actions") == std::to_string(both.done[0] + both.done[1]));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.event_actions GROUP BY event_id"
                     " ORDER BY count(*) DESC LIMIT 1") == "1");
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.event_actions a JOIN tokenledger.stripe_events e"
                     " USING (event_id) WHERE a.became <> e.result") == "0");
    BOOST_TEST(
        value("SELECT count(*) FROM tokenledger.event_actions a LEFT JOIN tokenledger.token_transactions t"
              " ON t.stripe_event_id = a.event_id AND t.transaction_type = 'purchase'"
              " WHERE (a.became = 'applied') <> (t.user_id IS NOT NULL)") == "0");
    BOOST_TEST(value(broken_payments) == "0");
    BOOST_TEST(value(broken_chains) == "0");
    BOOST_TEST(value(deadlocks) == "0");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_SUITE_END()
