// The pool of reader threads: tasks in parallel, the limit of waiting tasks, and the shutdown.
#include "services/reader_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>

namespace {

using namespace tokenledger;
using daemon::max_waiting_reads;
using daemon::reader_pool;

// The tasks of these tests do not use it.
struct idle_reader : ledger::reader {
    using text = const std::string&;

    std::optional<ledger::account_view> account(text) override { return {}; }
    std::optional<ledger::balance_view> balance_at_time(text, std::int64_t) override { return {}; }
    std::optional<ledger::balance_view> balance_at_sequence(text, std::int64_t) override { return {}; }
    std::optional<ledger::payment_view> payment(text) override { return {}; }
    std::optional<ledger::event_view> event(text) override { return {}; }
    std::optional<ledger::evidence_view> evidence(text) override { return {}; }
    ledger::list_page list(const ledger::list_query&) override { return {}; }
    ledger::queue_view queue() override { return {}; }
    std::vector<ledger::usage_report_row> usage_report(const ledger::usage_filter&,
                                                       const ledger::report_shape&) override {
        return {};
    }
    std::vector<ledger::transaction_report_row> transaction_report(const ledger::transaction_filter&,
                                                                   const ledger::report_shape&) override {
        return {};
    }
};

std::vector<std::unique_ptr<ledger::reader>> readers(std::size_t count) {
    std::vector<std::unique_ptr<ledger::reader>> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(std::make_unique<idle_reader>());
    return made;
}

// A task that reports its beginning and waits for `open`.
struct gate {
    std::promise<ledger::reader*> begun;
    std::promise<void> open;

    reader_pool::task task() {
        return [this, opened = open.get_future().share()](ledger::reader& with) {
            begun.set_value(&with);
            opened.wait();
        };
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(reader_pools)

BOOST_AUTO_TEST_CASE(tasks_run_in_parallel_and_each_has_its_own_reader) {
    reader_pool pool(readers(2));
    gate one;
    gate two;
    BOOST_TEST(pool.submit(one.task()));
    BOOST_TEST(pool.submit(two.task()));
    BOOST_TEST(one.begun.get_future().get() != two.begun.get_future().get());
    one.open.set_value();
    two.open.set_value();
}

BOOST_AUTO_TEST_CASE(a_task_beyond_the_limit_is_refused_and_not_run) {
    std::atomic<std::size_t> ran{0};
    {
        reader_pool pool(readers(1));
        gate busy;
        BOOST_REQUIRE(pool.submit(busy.task()));
        busy.begun.get_future().wait();
        const auto count = [&ran](ledger::reader&) { ++ran; };
        for (std::size_t i = 0; i < max_waiting_reads; ++i)
            BOOST_REQUIRE(pool.submit(count));
        BOOST_TEST(!pool.submit(count));
        BOOST_TEST(ran == 0U);
        busy.open.set_value();
    }
    BOOST_TEST(ran == max_waiting_reads);
}

BOOST_AUTO_TEST_CASE(waiting_tasks_still_run_after_a_stop_and_new_ones_are_refused) {
    std::atomic<std::size_t> ran{0};
    reader_pool pool(readers(1));
    gate busy;
    BOOST_REQUIRE(pool.submit(busy.task()));
    busy.begun.get_future().wait();
    const auto count = [&ran](ledger::reader&) { ++ran; };
    BOOST_REQUIRE(pool.submit(count));
    auto stopped = std::async(std::launch::async, [&pool] { pool.stop(); });
    busy.open.set_value();
    stopped.get();
    BOOST_TEST(ran == 1U);
    BOOST_TEST(!pool.submit(count));
    pool.stop();
    BOOST_TEST(ran == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
