// The batching writer over a memory store that fails on demand: every command is completed exactly once.
#include "commands.hpp"
#include "gate.hpp"

#include "ledger/writer.hpp"
#include "memory_store.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace {

using namespace tokenledger::ledger;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;
using tokenledger::test::gate;
using tokenledger::test::ignored_command;
using tokenledger::test::parked_command;
using tokenledger::test::purchase_command;

const auto far_away = [] { return steady::now() + 60s; };

struct fixture {
    std::shared_ptr<memory_database> database = std::make_shared<memory_database>();
    writer_options options{.retry_delay_min = 1ms, .retry_delay_max = 2ms};
    std::mutex guard;
    std::vector<batch_report> reports;
    std::unique_ptr<writer> ledger;

    void start(std::size_t workers = 1) {
        std::vector<std::unique_ptr<store>> stores;
        for (std::size_t i = 0; i < workers; ++i)
            stores.push_back(make_memory_store(database));
        ledger = std::make_unique<writer>(options, std::move(stores), [this](const batch_report& report) {
            const std::lock_guard hold(guard);
            reports.push_back(report);
        });
    }

    std::future<completion> submit(command what, steady::time_point deadline = far_away()) {
        auto promise = std::make_shared<std::promise<completion>>();
        auto completed = promise->get_future();
        const auto taken = ledger->submit(
            std::move(what), deadline, [promise](completion value) { promise->set_value(std::move(value)); });
        if (taken != admission::accepted) // no Boost.Test here: called by several threads
            throw std::runtime_error("the command was not taken");
        return completed;
    }

    static outcome outcome_of(std::future<completion>& completed) {
        BOOST_REQUIRE((completed.wait_for(30s) == std::future_status::ready));
        const completion value = completed.get();
        BOOST_REQUIRE(std::holds_alternative<outcome>(value));
        return std::get<outcome>(value);
    }
};

BOOST_FIXTURE_TEST_SUITE(batching_writer, fixture)

BOOST_AUTO_TEST_CASE(a_command_is_completed_after_its_commit) {
    start();
    auto completed = submit(purchase_command("evt_1", "pi_1"));
    BOOST_TEST((outcome_of(completed).result == result::applied));
    BOOST_TEST(database->transactions.size() == 1U);
}

BOOST_AUTO_TEST_CASE(commands_that_wait_while_a_batch_commits_become_one_batch) {
    gate hold(*database);
    start();
    std::vector<std::future<completion>> all;
    all.push_back(submit(purchase_command("evt_0", "pi_0")));
    hold.await_visitor();
    for (int i = 1; i <= 100; ++i)
        all.push_back(submit(purchase_command("evt_" + std::to_string(i), "pi_" + std::to_string(i))));
    hold.open();
    for (auto& each : all)
        BOOST_TEST((outcome_of(each).result == result::applied));
    ledger->stop();
    BOOST_REQUIRE_EQUAL(reports.size(), 2U);
    BOOST_TEST(reports[1].commands == 100U);
}

BOOST_AUTO_TEST_CASE(a_batch_is_never_larger_than_the_limit) {
    options.max_batch = 10;
    gate hold(*database);
    start();
    std::vector<std::future<completion>> all;
    all.push_back(submit(purchase_command("evt_0", "pi_0")));
    hold.await_visitor();
    for (int i = 1; i <= 25; ++i)
        all.push_back(submit(purchase_command("evt_" + std::to_string(i), "pi_" + std::to_string(i))));
    hold.open();
    for (auto& each : all)
        BOOST_TEST((outcome_of(each).result == result::applied));
    ledger->stop();
    for (const batch_report& each : reports)
        BOOST_TEST(each.commands <= 10U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_at_once_and_never_calls_back) {
    options.queue_limit = 2;
    gate hold(*database);
    start();
    auto running = submit(purchase_command("evt_0", "pi_0"));
    hold.await_visitor();
    auto second = submit(purchase_command("evt_1", "pi_1"));
    auto third = submit(purchase_command("evt_2", "pi_2"));
    BOOST_TEST(ledger->queue_depth() == 2U);
    std::atomic<bool> called = false;
    BOOST_TEST((ledger->submit(purchase_command("evt_3", "pi_3"), far_away(),
                               [&](const completion&) { called = true; }) == admission::queue_full));
    hold.open();
    BOOST_TEST((outcome_of(third).result == result::applied));
    ledger->stop();
    BOOST_TEST(!called);
    BOOST_TEST(!database->events.contains("evt_3"));
}

BOOST_AUTO_TEST_CASE(an_event_that_the_database_refuses_is_parked_and_the_rest_of_its_batch_commits) {
    gate hold;
    database->before = [&](std::string_view step, std::span<const command> batch) {
        if (step == "commit")
            hold.pass();
        if (step != "apply")
            return;
        for (const command& each : batch) {
            const auto& stripe = std::get<stripe_command>(each);
            if (stripe.event.id == "evt_7" && std::holds_alternative<purchase>(stripe.effect))
                throw store_error(store_failure::refused, "numeric value out of range");
        }
    };
    start();
    std::vector<std::future<completion>> all;
    all.push_back(submit(purchase_command("evt_0", "pi_0")));
    hold.await_visitor();
    for (int i = 1; i <= 20; ++i)
        all.push_back(submit(purchase_command("evt_" + std::to_string(i), "pi_" + std::to_string(i))));
    hold.open();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const outcome got = outcome_of(all[i]);
        BOOST_TEST((got.result == (i == 7 ? result::parked : result::applied)));
        BOOST_TEST((got.reason == (i == 7 ? reason::store_refused : reason::none)));
    }
    ledger->stop();
    BOOST_TEST(database->transactions.size() == 20U);
    BOOST_REQUIRE(database->events.contains("evt_7"));
    BOOST_TEST(!database->events.find("evt_7")->second.evidence.empty());
    BOOST_TEST(!database->payments.contains("pi_7"));
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_parked_is_unavailable_and_the_worker_continues) {
    database->before = [&](std::string_view step, std::span<const command> batch) {
        for (const command& each : batch) {
            if (step == "apply" && std::get<stripe_command>(each).event.id == "evt_bad")
                throw store_error(store_failure::refused, "refused");
        }
    };
    start();
    auto bad = submit(purchase_command("evt_bad", "pi_bad"));
    BOOST_TEST(std::holds_alternative<unavailable>(bad.get()));
    auto good = submit(purchase_command("evt_good", "pi_good"));
    BOOST_TEST((outcome_of(good).result == result::applied));
}

BOOST_AUTO_TEST_CASE(every_transient_failure_is_retried_without_a_second_effect) {
    for (const std::string_view failing : {"begin", "apply", "commit"}) {
        for (const store_failure why :
             {store_failure::conflict, store_failure::unavailable, store_failure::in_doubt}) {
            std::atomic<int> left = 3;
            database->before = [&](std::string_view step, auto) {
                if (step == failing && left > 0 && left-- > 0)
                    throw store_error(why, "played");
            };
            start();
            const std::string id = std::string(failing) + std::string(to_string(why));
            auto completed = submit(purchase_command("evt_" + id, "pi_" + id));
            BOOST_TEST((outcome_of(completed).result == result::applied));
            ledger->stop();
        }
    }
    BOOST_TEST(database->transactions.size() == 9U);
}

BOOST_AUTO_TEST_CASE(a_commit_whose_reply_was_lost_is_a_duplicate_when_retried) {
    std::atomic<bool> lost = false;
    database->before = [&](std::string_view step, auto) {
        if (step == "after_commit" && !lost.exchange(true))
            throw store_error(store_failure::in_doubt, "the connection broke");
    };
    start();
    auto completed = submit(purchase_command("evt_1", "pi_1"));
    BOOST_TEST((outcome_of(completed).result == result::duplicate));
    ledger->stop();
    BOOST_TEST(lost.load());
    BOOST_TEST(database->transactions.size() == 1U);
    BOOST_TEST(database->accounts["alice"].balance == 1000);
}

BOOST_AUTO_TEST_CASE(a_command_past_its_deadline_is_unavailable_and_not_written) {
    start();
    auto late = submit(purchase_command("evt_1", "pi_1"), steady::now() - 1s);
    const completion got = late.get();
    BOOST_REQUIRE(std::holds_alternative<unavailable>(got));
    BOOST_TEST((std::get<unavailable>(got) == unavailable::deadline));
    ledger->stop();
    BOOST_TEST(database->events.empty());
}

BOOST_AUTO_TEST_CASE(an_unreachable_database_is_unavailable_at_the_deadline) {
    database->before = [](std::string_view step, auto) {
        if (step == "begin")
            throw store_error(store_failure::unavailable, "no server");
    };
    start();
    auto completed = submit(purchase_command("evt_1", "pi_1"), steady::now() + 30ms);
    BOOST_TEST(std::holds_alternative<unavailable>(completed.get()));
    ledger->stop();
    BOOST_REQUIRE(!reports.empty());
    BOOST_TEST(!reports.back().committed);
}

BOOST_AUTO_TEST_CASE(stop_completes_accepted_commands_and_refuses_later_ones) {
    gate hold(*database);
    start();
    std::vector<std::future<completion>> all;
    for (int i = 0; i < 50; ++i)
        all.push_back(submit(purchase_command("evt_" + std::to_string(i), "pi_" + std::to_string(i))));
    std::thread stopper([&] { ledger->stop(); });
    hold.await_visitor();
    hold.open();
    stopper.join();
    for (auto& each : all)
        BOOST_TEST((outcome_of(each).result == result::applied));
    BOOST_TEST((ledger->submit(ignored_command("evt_x"), far_away(), [](const completion&) {}) ==
                admission::stopping));
}

BOOST_AUTO_TEST_CASE(a_batch_of_duplicates_takes_no_lock_and_writes_nothing) {
    start();
    auto first = submit(purchase_command("evt_1", "pi_1"));
    BOOST_TEST((outcome_of(first).result == result::applied));
    std::atomic<int> written = 0;
    // They end with a COMMIT, which waits for the standbys, if any.
    database->before = [&](std::string_view step, auto) {
        written += step == "lock" || step == "apply" ? 1 : 0;
    };
    auto again = submit(purchase_command("evt_1", "pi_1"));
    BOOST_TEST((outcome_of(again).result == result::duplicate));
    ledger->stop();
    BOOST_TEST(written == 0);
}

BOOST_AUTO_TEST_CASE(a_further_batch_begins_when_it_is_as_large_as_those_that_are_being_written) {
    gate hold(*database, "apply");
    start(3);
    std::vector<std::future<completion>> all;
    const auto submit_one = [&] {
        const std::string name = std::to_string(all.size());
        all.push_back(submit(purchase_command("evt_" + name, "pi_" + name)));
    };
    submit_one();
    hold.await_visitor();
    submit_one();
    while (ledger->queue_depth() != 0) // until the second worker has taken it
        std::this_thread::yield();
    submit_one();
    submit_one();
    hold.open();
    for (auto& each : all)
        BOOST_TEST((outcome_of(each).result == result::applied));
    ledger->stop();
    BOOST_TEST(reports.size() == 3U); // batches of 1, 1 and 2 commands
}

BOOST_AUTO_TEST_CASE(several_workers_and_senders_credit_each_payment_once) {
    options.max_batch = 7;
    start(3);
    std::vector<std::future<completion>> all;
    std::mutex all_guard;
    std::vector<std::thread> senders;
    for (int sender = 0; sender < 4; ++sender) {
        senders.emplace_back([&, sender] {
            for (int i = 0; i < 100; ++i) {
                auto completed = submit(purchase_command(
                    "evt_" + std::to_string(sender) + "_" + std::to_string(i), "pi_" + std::to_string(i)));
                const std::lock_guard hold(all_guard);
                all.push_back(std::move(completed));
            }
        });
    }
    for (std::thread& each : senders)
        each.join();
    int applied = 0;
    for (auto& each : all)
        applied += outcome_of(each).result == result::applied ? 1 : 0;
    ledger->stop();
    BOOST_TEST(applied == 100);
    BOOST_TEST(database->transactions.size() == 100U);
    BOOST_TEST(database->accounts["alice"].balance == 100'000);
    BOOST_TEST(database->events.size() == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
