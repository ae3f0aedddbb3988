// Mixed streams cut into random batches, against the same commands one at a time: events first, then
// requests, at the same times.
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
#include <variant>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;

struct books {
    std::shared_ptr<memory_database> database = std::make_shared<memory_database>();
    std::unique_ptr<store> where = make_memory_store(database);

    std::vector<outcome> take(const std::vector<command>& batch) { return run_batch(*where, batch); }

    std::vector<outcome> take_one_at_a_time(const std::vector<command>& batch) {
        std::vector<outcome> made(batch.size());
        for (const bool events : {true, false}) {
            for (std::size_t i = 0; i < batch.size(); ++i) {
                if (std::holds_alternative<stripe_command>(batch[i]) == events)
                    made[i] = take({batch[i]}).front();
            }
        }
        return made;
    }

    // Posts what is over of each account that nothing happened to since.
    void sweep() {
        const account_map known = database->accounts;
        for (const auto& [user, account] : known)
            take({lone(expire{.user_id = user, .last_sequence = account.last_sequence})});
    }

    // By account: a batch may post in another order than its commands alone.
    [[nodiscard]] std::map<std::string, std::string> rows() const {
        std::map<std::string, std::string> all;
        for (const transaction_row& row : database->transactions) {
            std::string& text = all[row.user_id];
            text += std::to_string(row.sequence) + " " + std::string(to_string(row.type)) + " " +
                    std::string(to_string(row.source)) + " " + std::to_string(row.token_amount) + " " +
                    std::to_string(row.balance_after) + " of";
            for (const lot_tokens& each : row.lots)
                text += " " + std::to_string(each.lot) + ":" + std::to_string(each.tokens);
            if (row.effective_at_us)
                text += " from " + std::to_string(*row.effective_at_us);
            text += "\n";
        }
        return all;
    }
};

bool is_sweep(const command& what) {
    const auto* asked = std::get_if<admin_command>(&what);
    return asked != nullptr && std::holds_alternative<expire>(asked->operations.front());
}

void require_same_in_batches(std::uint64_t seed) {
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    std::mt19937_64 random(seed);
    mixed_stream stream(seed, "a", {.users = 1 + random() % 3, .payments = 1 + random() % 8, .lots = true});
    books batched;
    books alone;
    for (std::size_t at = 0, length = 1 + random() % 150; at < length;) {
        stream.now_us = batched.database->now_us;
        const std::vector<command> batch = stream.next(1 + random() % 24);
        const auto got = batched.take(batch);
        const auto expected = alone.take_one_at_a_time(batch);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            // An expiry is posted once, but when depends on who else looked.
            BOOST_REQUIRE_MESSAGE(is_sweep(batch[i]) || got[i] == expected[i],
                                  "command " << at + i << ": " << in_words(tokenledger::test::naive(got[i]))
                                             << " instead of "
                                             << in_words(tokenledger::test::naive(expected[i])));
        }
        at += batch.size();
        constexpr std::int64_t second = 1'000'000;
        const std::int64_t later =
            static_cast<std::int64_t>(random() % (random() % 3 == 0 ? 40 * 3600 : 3)) * second;
        batched.database->now_us += later;
        alone.database->now_us += later;
    }
    batched.sweep();
    alone.sweep();
    const auto rows = batched.rows();
    for (const auto& [user, text] : alone.rows())
        BOOST_REQUIRE_EQUAL(rows.at(user), text);
    for (const auto& [user, account] : alone.database->accounts) {
        const account_state& same = batched.database->accounts.find(user)->second;
        BOOST_REQUIRE_EQUAL(same.balance, account.balance);
        BOOST_REQUIRE((same.lots == account.lots));
        BOOST_REQUIRE((same.due_at_us == account.due_at_us));
    }
    for (const auto& [id, payment] : alone.database->payments)
        BOOST_REQUIRE((batched.database->payments.find(id)->second == payment));
}

BOOST_AUTO_TEST_SUITE(batches_and_single_commands)

BOOST_AUTO_TEST_CASE(a_batch_leaves_what_its_commands_leave_one_at_a_time_on_fixed_streams) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed)
        require_same_in_batches(seed);
}

BOOST_AUTO_TEST_CASE(a_batch_leaves_what_its_commands_leave_one_at_a_time_on_fresh_streams) {
    const std::uint64_t first = std::random_device{}();
    BOOST_TEST_MESSAGE("first seed: " << first);
    for (std::uint64_t seed = first; seed < first + 300; ++seed)
        require_same_in_batches(seed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
