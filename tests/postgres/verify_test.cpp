// Verifying a ledger that is as it should be, alone and beside writers.
#include "verify_ledger.hpp"
#include "verify_reader.hpp"

#include <atomic>
#include <thread>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// One payment after another: bought, and refunded before, after or in two parts.
void write(ledger::store& where, const std::string& writer, const std::atomic<bool>& stop) {
    for (int i = 0; !stop; ++i) {
        const std::string name = writer + "_" + std::to_string(i);
        const std::string payment = "pi_w_" + name;
        const std::vector<ledger::command> bought = {
            a_purchase("evt_b_" + name, payment, "user_" + std::to_string(i % 3), 1000)};
        const std::vector<ledger::command> back = {
            an_update("evt_r_" + name, payment, refunded("re_r_" + name, 400 + i % 3)),
            an_update("evt_d_" + name, payment, disputed("dp_" + name, 100))};
        for (const auto* batch : {i % 2 == 0 ? &bought : &back, i % 2 == 0 ? &back : &bought}) {
            try {
                static_cast<void>(ledger::run_batch(where, *batch));
            } catch (const ledger::store_error& error) {
                if (error.failure() != ledger::store_failure::conflict)
                    throw;
            }
        }
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(verifying, verify_fixture)

BOOST_AUTO_TEST_CASE(a_ledger_made_by_the_ledger_is_clean) {
    check_clean(verify(true));
    BOOST_TEST(totals.accounts == 6);
    BOOST_TEST(totals.transactions == 16);
    BOOST_TEST(totals.payments == 7);
    BOOST_TEST(totals.events == 15);
    BOOST_TEST(totals.elapsed.count() > 0);
}

BOOST_AUTO_TEST_CASE(an_empty_ledger_is_clean) {
    test_database empty;
    options.url = empty.url();
    check_clean(verify(true));
    BOOST_TEST(totals.accounts == 0);
}

BOOST_AUTO_TEST_CASE(reading_is_all_that_it_needs_and_does) {
    database.session().run(source_file("migrations/roles.sql"));
    options.url = url_with(database.url(), "", "tokenledger_report");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(evidence_is_read_only_when_that_is_asked_for) {
    tamper("UPDATE tokenledger.stripe_events SET evidence = 'x' WHERE event_id = 'evt_7'");
    check_clean(verify());
    BOOST_TEST(verify(true).size() == 1U);
}

BOOST_AUTO_TEST_CASE(money_without_tokens_is_carried_and_no_discrepancy) {
    run({an_update("evt_c1", "pi_6", refunded("re_c1", 40))}); // of 10 tokens for 999: still none
    run({an_update("evt_c2", "pi_6", refunded("re_c2", 400))});
    run({an_update("evt_c3", "pi_6", refunded("re_c3", 9))}); // carried again
    BOOST_TEST(value("SELECT concat_ws(' ', taken_tokens, lost_cents) FROM tokenledger.payments WHERE"
                     " payment_intent_id = 'pi_6'") == "4 441");
    check_clean(verify());
}

BOOST_AUTO_TEST_CASE(each_step_is_announced) {
    std::vector<std::size_t> numbers;
    std::size_t steps = 0;
    const auto announced = [&](std::string_view step, std::size_t number, std::size_t of) {
        BOOST_TEST(!step.empty());
        numbers.push_back(number);
        steps = of;
    };
    static_cast<void>(ledger::verify({.database = options, .evidence = true, .progress = announced},
                                     [](const ledger::discrepancy&) {}));
    BOOST_TEST(numbers.size() == steps);
    BOOST_TEST(numbers.front() == 1U);
    BOOST_TEST(numbers.back() == steps);
}

BOOST_AUTO_TEST_CASE(more_than_one_fetch_is_read_to_the_end) {
    const std::size_t many = 2 * ledger::rows_per_fetch + 7;
    tamper(
        "INSERT INTO tokenledger.token_accounts (user_id, balance) SELECT 'u' || n, 7 FROM"
        " generate_series(1, " +
        std::to_string(many) +
        ") n; INSERT INTO tokenledger.payments (payment_intent_id, user_id, tokens, amount_cents, currency,"
        " catalog, pack, quantity, credited_at, has_details, taken_tokens) SELECT 'p' || n, 'u' || n, 5, 5,"
        " 'usd', '', 'starter', 1, now(), true, 1 FROM generate_series(1, " +
        std::to_string(many) + ") n");
    std::map<std::string, std::size_t> counts;
    for (const auto& each : verify())
        ++counts[each.check];
    BOOST_TEST(counts["account_sum"] == many);
    BOOST_TEST(counts["payment_without_purchase"] == many);
    BOOST_TEST(counts["settlement_tokens"] == many);
}

BOOST_AUTO_TEST_CASE(writers_at_work_raise_no_alarm) {
    std::atomic<bool> stop = false;
    std::vector<std::thread> writers;
    for (const char* name : {"a", "b", "c"}) {
        writers.emplace_back([this, name, &stop] {
            const auto own = new_store();
            write(*own, name, stop);
        });
    }
    std::int64_t before = 0;
    for (int i = 0; i < 15; ++i) {
        check_clean(verify(i % 5 == 0));
        BOOST_TEST(totals.transactions >= before);
        before = totals.transactions;
    }
    stop = true;
    for (std::thread& writer : writers)
        writer.join();
    BOOST_TEST(before > 16);
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(a_database_that_is_away_is_unavailable) {
    options.url = url_with(database.url(), "no_such_database");
    BOOST_TEST((failure_of([&] { static_cast<void>(verify()); }) == ledger::store_failure::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
