// Mixed commands of every kind, in PostgreSQL: by one store, compared with the naive model, and by two
// daemons at once on few accounts, where no row may be lost, duplicated or left unanswered.
#include "naive_requests.hpp"
#include "random_stream.hpp"
#include "row_checks.hpp"
#include "verify_ledger.hpp"

#include "ledger/writer.hpp"

#include <chrono>
#include <latch>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;

// The answers of several daemons.
struct answers {
    std::mutex guard;
    std::vector<ledger::outcome> outcomes;
    std::vector<std::string> ran_again; // why
    int failed = 0;                     // batches that failed for more than a conflict
    int unavailable = 0;

    void add(ledger::completion what) {
        const std::lock_guard hold(guard);
        if (auto* outcome = std::get_if<ledger::outcome>(&what))
            outcomes.push_back(std::move(*outcome));
        else
            ++unavailable;
    }
    void add(const ledger::batch_report& report) {
        const std::lock_guard hold(guard);
        if (report.committed)
            return;
        ran_again.emplace_back(report.detail);
        failed += report.failure != ledger::store_failure::conflict ? 1 : 0;
    }
};

struct mixed_fixture : proven_fixture {
    std::string words_of(const std::string& sql) {
        std::string all;
        for (const auto& row : database.session().rows(sql)) {
            for (const auto& each : row)
                all += each.value_or("-") + " ";
            all += "\n";
        }
        return all;
    }

    // One daemon with two connections; one thread submits the commands.
    void serve(const std::vector<ledger::command>& stream, answers& into, std::latch& start) {
        std::vector<std::unique_ptr<ledger::store>> stores;
        stores.push_back(new_store());
        stores.push_back(new_store());
        ledger::writer daemon({.max_batch = 16, .queue_limit = stream.size()}, std::move(stores),
                              [&into](const ledger::batch_report& report) { into.add(report); });
        start.arrive_and_wait();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
        for (const ledger::command& each : stream) {
            const auto taken = daemon.submit(each, deadline,
                                             [&into](ledger::completion what) { into.add(std::move(what)); });
            if (taken != ledger::admission::accepted)
                into.add(ledger::unavailable::stopping);
        }
        daemon.stop();
    }
};

BOOST_FIXTURE_TEST_SUITE(mixed, mixed_fixture)

BOOST_AUTO_TEST_CASE(one_store_agrees_with_the_naive_model_on_a_mixed_stream) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed: " << seed);
    std::mt19937_64 random(seed);
    mixed_stream stream(seed, "a", {.payments = 60, .events = 240, .only_rolling_limits = true});
    naive_books naive;
    for (int at = 0; at < 2000;) {
        const std::vector<ledger::command> batch = stream.next(1 + random() % 24);
        const auto outcomes = ledger::run_batch(*store, batch);
        const auto expected = naive.take_batch(batch);
        for (std::size_t i = 0; i < batch.size(); ++i, ++at) {
            const naive_outcome got = tokenledger::test::naive(outcomes[i]);
            BOOST_REQUIRE_MESSAGE(got == expected[i],
                                  at << ": " << in_words(got) << " instead of " << in_words(expected[i]));
        }
        if (random() % 20 == 0)
            store = new_store();
    }
    std::string balances;
    for (const auto& [user, balance] : naive.balances)
        balances += user + " " + std::to_string(balance) + " \n";
    BOOST_TEST(words_of("SELECT user_id, balance FROM tokenledger.token_accounts WHERE last_sequence > 0"
                        " ORDER BY user_id") == balances);
    std::string events;
    for (const auto& [id, became] : naive.events)
        events += id + " " + std::string(to_string(became.first)) + " " +
                  (became.second == ledger::reason::none ? "-" : std::string(to_string(became.second))) +
                  " \n";
    BOOST_TEST(words_of("SELECT event_id, result, reason FROM tokenledger.stripe_events ORDER BY event_id") ==
               events);
    BOOST_TEST(value(broken_payments) == "0");
    BOOST_TEST(value(broken_chains) == "0");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(two_daemons_at_once_post_and_answer_every_command_exactly_once) {
    database.session().run("ALTER DATABASE " + database.name() + " SET deadlock_timeout = '5ms'");
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed: " << seed);
    constexpr std::size_t each_asks = 1500;
    constexpr mixed_stream::pools few{.users = 3, .payments = 90, .events = 360};
    // Each gets its own commands, and both get shared ones, perhaps at the same time.
    std::vector<std::vector<ledger::command>> streams;
    for (const char* name : {"a", "b"}) {
        mixed_stream own(seed + static_cast<std::uint64_t>(*name), name, few);
        mixed_stream shared(seed, "s", few);
        std::vector<ledger::command>& all = streams.emplace_back();
        while (all.size() < each_asks) {
            for (ledger::command& one : own.next(8))
                all.push_back(std::move(one));
            for (ledger::command& one : shared.next(4))
                all.push_back(std::move(one));
        }
    }
    answers given;
    std::latch start(2);
    std::thread other([&] { serve(streams[1], given, start); });
    serve(streams[0], given, start);
    other.join();

    for (const std::string& each : given.ran_again)
        BOOST_TEST_MESSAGE(each);
    BOOST_TEST_MESSAGE(given.ran_again.size() << " batches ran again, " << value(deadlocks) << " deadlocks");
    BOOST_TEST(given.failed == 0);
    BOOST_TEST(given.unavailable == 0);
    BOOST_TEST(given.outcomes.size() == streams[0].size() + streams[1].size());
    // Each row of the ledger is in exactly one answer, and no answer has another row.
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> posted;
    int replayed = 0;
    for (const ledger::outcome& each : given.outcomes) {
        replayed += each.replayed ? 1 : 0;
        for (const ledger::posting& row : each.posted) {
            if (!each.replayed)
                BOOST_TEST(posted.emplace(std::pair(row.user_id, row.sequence), row.token_amount).second);
        }
    }
    BOOST_TEST(replayed > 0);
    std::string rows;
    for (const auto& [row, tokens] : posted)
        rows += row.first + " " + std::to_string(row.second) + " " + std::to_string(tokens) + " \n";
    BOOST_TEST(words_of("SELECT user_id, sequence, token_amount FROM tokenledger.token_transactions"
                        " ORDER BY user_id, sequence") == rows);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.event_actions a WHERE NOT EXISTS"
                     " (SELECT FROM tokenledger.idempotency_keys k WHERE k.scope = 'request'"
                     " AND k.key = a.idempotency_key)") == "0");
    BOOST_TEST(value(broken_payments) == "0");
    BOOST_TEST(value(broken_chains) == "0");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
