// Credits that expire: in which order they are used, what is posted when they are over, and what refunds and
// transfers make of them. docs/credits.md shows the numbered examples.
#include "core/due.hpp"
#include "lots_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;
using amounts = std::vector<std::int64_t>;

#define CHECK_AMOUNTS(found, ...)                                                                            \
    BOOST_TEST((found) == (amounts{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(expiring_lots, lots_fixture)

BOOST_AUTO_TEST_CASE(b1_what_expires_first_is_used_first_and_what_never_expires_last) {
    grant_until(500, std::nullopt);
    grant_until(1000, 30 * day);
    grant_until(100, 7 * day);
    ask(deducting("alice", 250));
    CHECK_AMOUNTS(remaining(), 850, 0);
    BOOST_TEST(balance("alice") == 1350);
    ask(deducting("alice", 900));
    CHECK_AMOUNTS(remaining(), 0, 0);
    BOOST_TEST(balance("alice") == 450);
}

BOOST_AUTO_TEST_CASE(b2_of_two_that_expire_together_what_was_not_paid_for_goes_first) {
    grant paid = granting("alice", 200, grant_source::subscription, "in_1");
    paid.expires_at_us = later(day);
    ask(paid);
    grant_until(300, day);
    ask(deducting("alice", 350));
    CHECK_AMOUNTS(remaining(), 150, 0);
}

BOOST_AUTO_TEST_CASE(a_lower_priority_is_used_before_an_earlier_expiry) {
    grant_until(100, day);
    grant first = granting("alice", 100);
    first.priority = 10;
    ask(first); // never expires, and is a lot all the same
    ask(deducting("alice", 150));
    CHECK_AMOUNTS(remaining(), 50, 0);
}

BOOST_AUTO_TEST_CASE(b3_an_expired_lot_cannot_be_used_though_nobody_posted_its_end) {
    grant_until(1000, 12 * hour);
    at(13 * hour);
    BOOST_TEST(balance("alice") == 1000);
    BOOST_TEST(available() == 0);
    BOOST_TEST(due(account().lots, database->now_us).at(0).tokens == 1000);
    at(13 * hour + 300 * second);
    BOOST_TEST(said(deducting("alice", 100)) == "insufficient_balance");
    BOOST_TEST(balance("alice") == 0);
    const transaction_row& row = database->transactions.back();
    BOOST_TEST((row.type == transaction_type::deduction && row.source == source::expiry));
    BOOST_TEST(row.token_amount == -1000);
    BOOST_TEST((row.effective_at_us == later(12 * hour)));
    BOOST_TEST(row.created_at_us == later(13 * hour + 300 * second));
    BOOST_TEST(row.reference == "1");
    at(18 * hour);
    BOOST_TEST(said(lone(expire{.user_id = "alice", .last_sequence = 2})) == "nothing_due");
    CHECK_AMOUNTS(expiries(), -1000);
}

BOOST_AUTO_TEST_CASE(b4_the_time_of_expiry_itself_is_too_late) {
    grant_until(100, 12 * hour);
    at(12 * hour - 1000);
    BOOST_TEST(said(deducting("alice", 10)) == "applied");
    at(12 * hour);
    BOOST_TEST(said(deducting("alice", 10)) == "insufficient_balance");
    CHECK_AMOUNTS(expiries(), -90);
}

BOOST_AUTO_TEST_CASE(b5_a_credit_repays_a_debt_first_and_only_the_rest_expires) {
    ask(granting("alice", 1));
    ask(deducting("alice", 301, true));
    grant_until(1000, 30 * day);
    BOOST_TEST(balance("alice") == 700);
    CHECK_AMOUNTS(remaining(), 700);
    at(30 * day);
    BOOST_TEST(said(deducting("alice", 1)) == "insufficient_balance");
    BOOST_TEST(balance("alice") == 0);
    CHECK_AMOUNTS(expiries(), -700);
}

struct refund_case {
    std::int64_t refunded;
    amounts rows; // of the refund, then of the expiry; 0: none
    std::int64_t balance;
};

BOOST_AUTO_TEST_CASE(b6_a_refund_before_the_expiry_takes_from_its_own_lot_first) {
    for (const refund_case& each : {refund_case{250, {-250, -450}, 0}, refund_case{500, {-500, -200}, 0},
                                    refund_case{800, {-800}, -100}, refund_case{1000, {-1000}, -300}}) {
        lots_fixture shop;
        shop.buy(30);
        shop.ask(deducting("alice", 300));
        shop.refund(each.refunded);
        shop.at(30 * day);
        shop.said(deducting("alice", 1));
        BOOST_TEST_INFO(each.refunded);
        BOOST_TEST(shop.amounts_from(2) == each.rows, boost::test_tools::per_element());
        BOOST_TEST(shop.balance("alice") == each.balance);
    }
}

BOOST_AUTO_TEST_CASE(b7_a_refund_after_the_expiry_ends_as_one_before_it) {
    for (const refund_case& each :
         {refund_case{250, {-700}, 0}, refund_case{500, {-700}, 0}, refund_case{800, {-700, -100}, -100},
          refund_case{1000, {-700, -300}, -300}}) {
        lots_fixture shop;
        shop.buy(30);
        shop.ask(deducting("alice", 300));
        shop.at(30 * day);
        shop.refund(each.refunded);
        BOOST_TEST_INFO(each.refunded);
        BOOST_TEST(shop.amounts_from(2) == each.rows, boost::test_tools::per_element());
        BOOST_TEST(shop.balance("alice") == each.balance);
    }
}

BOOST_AUTO_TEST_CASE(b8_a_refund_that_fails_gives_back_what_it_took_and_not_what_expired) {
    buy(30);
    ask(deducting("alice", 300));
    at(30 * day);
    refund(1000);
    BOOST_TEST(balance("alice") == -300);
    refund_fails(1000);
    BOOST_TEST(balance("alice") == 0);
    CHECK_AMOUNTS(amounts_from(2), -700, -300, 300);
}

BOOST_AUTO_TEST_CASE(b9_a_refund_takes_the_rest_from_the_other_lots) {
    buy(30);
    ask(deducting("alice", 900)); // 100 of its own lot are left
    grant_until(500, 60 * day);
    refund(400);
    CHECK_AMOUNTS(remaining(), 0, 200 + 0);
    BOOST_TEST(balance("alice") == 200);
    refund_fails(400); // the other lot gets its tokens back first, the own one last
    CHECK_AMOUNTS(remaining(), 100, 500);
    BOOST_TEST(balance("alice") == 600);
}

BOOST_AUTO_TEST_CASE(a_refund_that_fails_in_part_leaves_what_the_smaller_refund_would_have_taken) {
    for (const bool fails : {false, true}) {
        lots_fixture shop;
        shop.buy(30);
        shop.ask(deducting("alice", 900)); // 100 of its own lot are left
        shop.grant_until(200, 60 * day);
        shop.grant_until(50, 50 * day);
        shop.ask(granting("alice", 500));
        shop.refund(320);
        if (fails) {
            shop.refund(180, "re_2"); // 100 of its own, 50 and 200, and 150 that never expire
            shop.refund_fails(180, "re_2");
        }
        BOOST_TEST_INFO(fails);
        BOOST_TEST(shop.remaining() == (amounts{0, 30, 0}), boost::test_tools::per_element());
        BOOST_TEST(shop.balance("alice") == 530);
    }
}

BOOST_AUTO_TEST_CASE(a_refund_that_fails_in_part_gives_its_own_lot_nothing_that_never_expired) {
    buy(30);
    ask(deducting("alice", 900)); // 100 of its own lot are left
    ask(granting("alice", 500));
    refund(100);
    refund(300, "re_2");
    refund_fails(300, "re_2");
    CHECK_AMOUNTS(remaining(), 0);
    BOOST_TEST(balance("alice") == 500);
}

BOOST_AUTO_TEST_CASE(what_a_failed_refund_gave_back_to_a_debt_is_not_taken_again_when_its_lot_is_over) {
    buy(30);
    refund(400);
    ask(deducting("alice", 700, true));
    BOOST_TEST(balance("alice") == -100);
    refund_fails(400);
    BOOST_TEST(balance("alice") == 300);
    at(30 * day);
    refund(0, "re_2");
    BOOST_TEST(balance("alice") == 0);
    CHECK_AMOUNTS(amounts_from(1), -400, -700, 400, -300);
}

BOOST_AUTO_TEST_CASE(a_refund_of_a_pack_that_never_expires_takes_from_what_never_expires_first) {
    buy(0);
    grant_until(500, 60 * day);
    refund(400);
    CHECK_AMOUNTS(remaining(), 500);
    ask(deducting("alice", 400)); // of the lot
    refund(1000);
    CHECK_AMOUNTS(remaining(), 100);
    BOOST_TEST(balance("alice") == 100);
}

BOOST_AUTO_TEST_CASE(b10_a_transfer_keeps_when_its_tokens_expire) {
    ask(granting("bob", 1));
    grant_until(500, std::nullopt);
    grant_until(100, 7 * day);
    ask(moving("alice", "bob", 300));
    CHECK_AMOUNTS(remaining("alice"), 0);
    CHECK_AMOUNTS(remaining("bob"), 100);
    BOOST_TEST(balance("bob") == 301);
    at(7 * day);
    BOOST_TEST(available("bob") == 201);
    ask(moving("bob", "alice", 50)); // of what never expires
    CHECK_AMOUNTS(expiries(), -100);
    CHECK_AMOUNTS(remaining("alice"), 0);
    BOOST_TEST(available("alice") == 350);
}

BOOST_AUTO_TEST_CASE(a_transfer_from_two_lots_makes_two_lots) {
    ask(granting("bob", 1));
    grant_until(100, 7 * day);
    grant_until(100, 8 * day);
    ask(moving("alice", "bob", 150));
    CHECK_AMOUNTS(remaining("bob"), 100, 50);
    at(7 * day);
    BOOST_TEST(available("bob") == 51);
}

BOOST_AUTO_TEST_CASE(b11_what_is_held_does_not_expire_until_the_hold_ends) {
    grant_until(1000, 12 * hour);
    at(11 * hour + 50 * 60 * second);
    ask(holding("hold_1", "alice", 300, 1800));
    at(12 * hour);
    BOOST_TEST(said(deducting("alice", 1)) == "insufficient_balance");
    CHECK_AMOUNTS(expiries(), -700);
    at(12 * hour + 300 * second);
    const outcome got = run(lone(capturing("hold_1", "alice", 200)));
    CHECK_AMOUNTS(amounts_from(1), -700, -200, -100);
    BOOST_TEST(got.posted.size() == 2U); // the capture, and its leftover that is over
    BOOST_TEST((database->transactions.back().effective_at_us == later(12 * hour + 300 * second)));
    BOOST_TEST(balance("alice") == 0);
}

BOOST_AUTO_TEST_CASE(a_hold_that_times_out_after_the_expiry_lets_its_part_expire_then) {
    grant_until(1000, 12 * hour);
    at(11 * hour);
    ask(holding("hold_1", "alice", 300, 2 * 3600));
    at(20 * hour); // nobody looked in between
    BOOST_TEST(said(deducting("alice", 1)) == "insufficient_balance");
    CHECK_AMOUNTS(expiries(), -700, -300);
    const auto& rows = database->transactions;
    BOOST_TEST((rows[1].effective_at_us == later(12 * hour)));
    BOOST_TEST((rows[2].effective_at_us == later(13 * hour)));
}

BOOST_AUTO_TEST_CASE(b14_what_is_left_of_the_older_of_two_periods_is_used_first) {
    grant_until(1000, 60 * day);
    ask(deducting("alice", 600));
    at(30 * day);
    grant_until(1000, 90 * day);
    ask(deducting("alice", 500));
    CHECK_AMOUNTS(remaining(), 0, 900);
}

BOOST_AUTO_TEST_CASE(a_reversal_returns_to_the_lots_that_the_charge_took_from) {
    grant_until(100, 7 * day);
    grant_until(200, 8 * day);
    ask(granting("alice", 50));
    run(lone_usage(using_up("req_1", "alice", 320)));
    CHECK_AMOUNTS(remaining(), 0, 0);
    run(lone_reversal(reversing("req_1", "alice", 130)));
    CHECK_AMOUNTS(remaining(), 0, 110); // 20 never expired and were used last
    BOOST_TEST(balance("alice") == 160);
}

BOOST_AUTO_TEST_CASE(what_a_reversal_returns_to_a_lot_that_is_over_expires_at_once) {
    grant_until(100, 7 * day);
    run(lone_usage(using_up("req_1", "alice", 60)));
    at(8 * day);
    const outcome got = run(lone_reversal(reversing("req_1", "alice")));
    BOOST_TEST((got.result == result::applied));
    CHECK_AMOUNTS(amounts_from(2), -40, 60, -60);
    BOOST_TEST((database->transactions[2].effective_at_us == later(7 * day)));
    // Not as of the lot's end: between the two the balance did not have these 60.
    BOOST_TEST((database->transactions[4].effective_at_us == later(8 * day)));
    BOOST_TEST(balance("alice") == 0);
}

BOOST_AUTO_TEST_CASE(an_expiry_in_the_past_is_refused_and_a_refused_grant_opens_no_lot) {
    ask(granting("alice", 1));
    require_refused(request("key_a", {granting_until("alice", 5, later(0))}), refusal::expiry_in_past);
    require_refused(request("key_b", {granting_until("alice", 5, later(day)), deducting("alice", 7)}),
                    refusal::insufficient_balance, 1);
    BOOST_TEST(account().lots.empty());
}

BOOST_AUTO_TEST_CASE(what_a_failed_refund_returned_is_not_taken_again_by_an_event_that_changes_nothing) {
    buy(30);
    refund(100);
    ask(deducting("alice", 950, true));
    BOOST_TEST(balance("alice") == -50);
    refund_fails(100); // 50 repay the debt, 50 return to the lot, which gave 100
    BOOST_TEST(balance("alice") == 50);
    at(30 * day);
    ask(granting("alice", 10));
    const std::size_t rows = database->transactions.size();
    refund_fails(100);
    BOOST_TEST(database->transactions.size() == rows);
    BOOST_TEST(balance("alice") == 10);
}

BOOST_AUTO_TEST_CASE(
    what_a_reversal_returned_to_a_refunded_lot_is_not_given_by_an_event_that_changes_nothing) {
    buy(30);
    run(lone_usage(using_up("req_1", "alice", 300)));
    at(30 * day);
    refund(800);
    BOOST_TEST(balance("alice") == -100); // 700 expired
    run(lone_reversal(reversing("req_1", "alice")));
    BOOST_TEST(balance("alice") == 0); // 100 repaid the debt, 200 expired
    const std::size_t rows = database->transactions.size();
    refund(800);
    BOOST_TEST(database->transactions.size() == rows);
    BOOST_TEST(balance("alice") == 0);
}

BOOST_AUTO_TEST_CASE(a_lot_has_the_time_when_it_is_due_also_if_a_rebuild_takes_later_commands_with_it) {
    std::vector<command> batch{request("key_1", {granting_until("alice", 100, later(day))}),
                               request("key_2", {granting("bob", 1)})};
    std::get<admin_command>(batch[0]).replayed_at_us = later(0);
    std::get<admin_command>(batch[1]).replayed_at_us = later(2 * day);
    at(3 * day);
    run_all(batch);
    BOOST_TEST((account().due_at_us == later(day)));
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_undoes_no_expiry_and_posts_none_twice) {
    grant_until(1000, 12 * hour);
    grant_until(1000, 13 * hour);
    at(12 * hour);
    BOOST_TEST(said(deducting("alice", 1001)) == "insufficient_balance");
    at(11 * hour);
    BOOST_TEST(available() == 1000);
    BOOST_TEST(said(deducting("alice", 100)) == "applied");
    CHECK_AMOUNTS(expiries(), -1000);
    at(14 * hour);
    BOOST_TEST(said(deducting("alice", 1)) == "insufficient_balance");
    CHECK_AMOUNTS(expiries(), -1000, -900);
}

BOOST_AUTO_TEST_CASE(a_pack_expires_so_many_days_or_years_after_its_credit) {
    BOOST_TEST((!end_of({}, start_us)));
    BOOST_TEST((end_of({.days = 90}, start_us + 5) == start_us + 90 * day + 5));
    BOOST_TEST((end_of({.years = 1}, start_us + 5) == start_us + 365 * day + 5));
    // 2028-02-29T12:00:00Z, and the 28th a year later.
    BOOST_TEST((end_of({.years = 1}, 1'835'438'400'000'000) == 1'835'438'400'000'000 + 365 * day));
    buy(90);
    BOOST_TEST((account().lots.lots.at(0).terms.expires_at_us == later(90 * day)));
    BOOST_TEST(account().lots.lots.at(0).terms.paid);
}

BOOST_AUTO_TEST_CASE(an_account_without_lots_and_holds_writes_nothing_beside_its_rows) {
    const std::vector<command> batch{request("key_1", {granting("alice", 10)})};
    snapshot known;
    known.accounts["alice"] = {};
    const batch_plan rows = plan(batch, known);
    BOOST_TEST((rows.lots.empty() && rows.holds.empty() && rows.due.empty()));
    BOOST_TEST(rows.transactions.at(0).lots.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
