// verify of a correct ledger, alone and beside writers.
#include "verify/steps.hpp"
#include "verify_ledger.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// Writes purchases, each with a refund and a dispute before or after it.
void write(ledger::store& where, const std::string& writer, const std::atomic<bool>& stop) {
    for (int i = 0; !stop; ++i) {
        const std::string name = writer + "_" + std::to_string(i);
        const std::string payment = "pi_w_" + name;
        const std::vector<ledger::command> bought = {
            purchase_by("evt_b_" + name, payment, "user_" + std::to_string(i % 3), 1000)};
        const std::vector<ledger::command> back = {
            update_command("evt_r_" + name, payment, refund_of("re_r_" + name, 400 + i % 3)),
            update_command("evt_d_" + name, payment, disputed("dp_" + name, 100))};
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

BOOST_AUTO_TEST_CASE(an_untampered_ledger_has_no_discrepancy) {
    check_clean(verify(true));
    BOOST_TEST(totals.accounts == 6);
    BOOST_TEST(totals.transactions == 16);
    BOOST_TEST(totals.payments == 7);
    BOOST_TEST(totals.events == 15);
    BOOST_TEST(totals.elapsed.count() > 0);
}

BOOST_AUTO_TEST_CASE(an_empty_ledger_has_no_discrepancy) {
    test_database empty;
    options.url = empty.url();
    check_clean(verify(true));
    BOOST_TEST(totals.accounts == 0);
}

BOOST_AUTO_TEST_CASE(verify_needs_only_the_rights_of_the_report_role) {
    database.session().run(source_file("migrations/roles.sql"));
    options.url = url_with(database.url(), "", "tokenledger_report");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(evidence_is_checked_only_if_asked_for) {
    tamper("UPDATE tokenledger.stripe_events SET evidence = 'x' WHERE event_id = 'evt_7'");
    check_clean(verify());
    BOOST_TEST(verify(true).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_refund_that_rounds_to_no_token_is_not_a_discrepancy) {
    run({update_command("evt_c1", "pi_6", refund_of("re_c1", 40))}); // of 10 tokens for 999: still none
    run({update_command("evt_c2", "pi_6", refund_of("re_c2", 400))});
    run({update_command("evt_c3", "pi_6", refund_of("re_c3", 9))}); // carried again
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

BOOST_AUTO_TEST_CASE(results_of_more_than_one_fetch_are_read_to_the_end) {
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

BOOST_AUTO_TEST_CASE(concurrent_writers_cause_no_discrepancy) {
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

BOOST_AUTO_TEST_CASE(while_one_connection_waits_another_continues_on_the_same_snapshot) {
    tamper(""); // the guards only
    database.session().run("ALTER DATABASE " + database.name() + " SET lock_timeout = '60s'"); // not for ever
    sql_session holder(database.url());
    holder.run("BEGIN; LOCK TABLE tokenledger.payments IN ACCESS EXCLUSIVE MODE");
    // The connection that counts waits for the lock. The other goes on until the transfers. With a newer
    // snapshot, it would see the balances that are changed here.
    std::set<std::thread::id> threads;
    const auto announced = [&](std::string_view step, std::size_t number, std::size_t) {
        threads.insert(std::this_thread::get_id());
        if (number == 1)
            database.session().run("UPDATE tokenledger.token_accounts SET balance = balance + 1");
        if (step == "transfers")
            holder.run("COMMIT");
    };
    totals = ledger::verify({.database = options, .connections = 2, .progress = announced},
                            [](const ledger::discrepancy& found) { BOOST_ERROR(text_of(found)); });
    BOOST_TEST(totals.transactions == 16);
    BOOST_TEST(threads.size() == 2U);
    BOOST_TEST(verify().size() > 0U);
}

BOOST_AUTO_TEST_CASE(verify_works_with_a_single_connection) {
    database.session().run(source_file("migrations/roles.sql"));
    database.session().run("DROP ROLE IF EXISTS tokenledger_lone; CREATE ROLE tokenledger_lone LOGIN"
                           " CONNECTION LIMIT 1 IN ROLE tokenledger_report");
    options.url = url_with(database.url(), "", "tokenledger_lone");
    std::set<std::thread::id> threads;
    totals =
        ledger::verify({.database = options,
                        .evidence = true,
                        .connections = 2,
                        .progress = [&](auto, auto, auto) { threads.insert(std::this_thread::get_id()); }},
                       [](const ledger::discrepancy& found) { BOOST_ERROR(text_of(found)); });
    BOOST_TEST(totals.transactions == 16);
    BOOST_TEST(threads.size() == 1U);
    database.session().wait_until("SELECT count(*) FROM pg_stat_activity WHERE usename = 'tokenledger_lone'",
                                  "0");
    database.session().run("DROP ROLE tokenledger_lone");
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_callback_ends_verify) {
    for (const std::size_t last : {1U, 2U, 7U}) {
        const auto stop = [&](std::string_view, std::size_t number, std::size_t) {
            if (number == last)
                throw std::domain_error("stop");
        };
        BOOST_CHECK_THROW(static_cast<void>(ledger::verify({.database = options, .progress = stop},
                                                           [](const ledger::discrepancy&) {})),
                          std::domain_error);
    }
}

BOOST_AUTO_TEST_CASE(a_database_that_does_not_exist_is_unavailable) {
    options.url = url_with(database.url(), "no_such_database");
    BOOST_TEST((failure_of([&] { static_cast<void>(verify()); }) == ledger::store_failure::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
