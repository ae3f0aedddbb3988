// Through a batch: canceled and foreign payments, partial captures, and balances near their limits.
#include "settlement_batch_fixtures.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;
namespace test = tokenledger::test;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
const payment_facts canceled{.canceled = true};
const payment_facts foreign{.not_ours = true};

BOOST_FIXTURE_TEST_SUITE(settlement_corners, shop)

BOOST_AUTO_TEST_CASE(events_that_wait_for_a_payment_that_is_canceled_or_foreign_become_ignored) {
    for (const payment_facts& why : {canceled, foreign}) {
        shop each;
        BOOST_TEST(in_words(each.update(refund_of("re_1", 450))) == "waiting");
        BOOST_TEST(in_words(each.update(charge_of(450))) == "waiting");
        BOOST_TEST(in_words(each.end(why)) == "ignored");
        for (const std::string event : {"evt_1", "evt_2", "evt_3"})
            BOOST_TEST(each.stored(event) == "ignored");
        BOOST_TEST(each.database->events.at("evt_3").evidence.empty());
        BOOST_TEST(in_words(each.update(refund_of("re_2", 450))) == "ignored");
        BOOST_TEST(each.stored("evt_4") == "ignored");
        BOOST_TEST(each.database->events.at("evt_4").evidence.empty());
        BOOST_TEST(in_words(each.end(why)) == "ignored");
        BOOST_TEST(each.rows() == 0U);
        BOOST_TEST(each.database->accounts.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_waiting_event_is_ignored_within_the_batch_that_cancels_its_payment) {
    const auto made =
        run({update_of("evt_1", refund_of("re_1", 450)), test::end_command("evt_2", "pi_1", canceled),
             update_of("evt_3", refund_of("re_2", 450))});
    for (const std::string event : {"evt_1", "evt_2", "evt_3"})
        BOOST_TEST(stored(event) == "ignored");
    BOOST_TEST(in_words(made[2]) == "ignored");
}

BOOST_AUTO_TEST_CASE(a_foreign_refunded_charge_makes_waiting_events_ignored) {
    update(refund_of("re_1", 450));
    payment_facts charge = charge_of(450);
    charge.not_ours = true;
    BOOST_TEST(in_words(update(charge)) == "ignored");
    BOOST_TEST(stored("evt_1") == "ignored");
    BOOST_TEST(stored("evt_2") == "ignored");
}

BOOST_AUTO_TEST_CASE(a_credit_of_a_canceled_or_foreign_payment_settles_its_ignored_refunds) {
    for (const payment_facts& why : {canceled, foreign}) {
        shop each;
        each.end(why);
        BOOST_TEST(in_words(each.update(refund_of("re_1", 450))) == "ignored");
        const outcome bought = each.buy();
        BOOST_TEST(in_words(bought) == "applied");
        BOOST_TEST(bought.posted.size() == 2U);
        BOOST_TEST(each.balance() == 500);
        BOOST_TEST(each.last_row().event_id == "evt_3"); // the ignored event has no evidence
        BOOST_TEST(in_words(each.update(refund_of("re_2", 450))) == "applied");
        BOOST_TEST(each.balance() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_credited_payment_that_is_reported_canceled_or_foreign_keeps_its_tokens) {
    buy();
    BOOST_TEST(in_words(end(canceled)) == "ignored");
    BOOST_TEST(in_words(end(foreign)) == "ignored");
    BOOST_TEST(balance() == 1000);
    payment_facts charge = charge_of(450);
    charge.not_ours = true; // its metadata is older than the payment's
    BOOST_TEST(in_words(update(charge)) == "applied");
    BOOST_TEST(balance() == 500);
}

// 1000 requested, 600 received: before 2025-03-31.basil the other 400 appear as a refund.
stripe_command captured_in_part(const std::string& event) {
    stripe_command made = shop::purchase_of(event, "pi_1", {.amount_cents = 600});
    std::get<purchase>(made.effect).amount_requested_cents = 1000;
    return made;
}

BOOST_AUTO_TEST_CASE(a_refund_that_may_be_the_release_of_a_partial_capture_is_parked) {
    run(captured_in_part("evt_p"));
    const outcome release = update(refund_of("re_1", 400, refund_status::counting, false));
    BOOST_TEST(in_words(release) == "parked partial_capture_refund");
    BOOST_TEST(stored("evt_1") == "parked partial_capture_refund");
    BOOST_TEST(balance() == 1000);
    BOOST_TEST(in_words(update(charge_of(400))) == "applied"); // exactly the amount never captured
    BOOST_TEST(balance() == 1000);
    // A refund that moved money counts, and so does the amount of a charge above the release.
    BOOST_TEST(in_words(update(refund_of("re_2", 150))) == "applied");
    BOOST_TEST(balance() == 750);
    BOOST_TEST(in_words(update(charge_of(700))) == "applied");
    BOOST_TEST(balance() == 500);
    // A charge with the release and a proven refund is parked, but the refund counts.
    payment_facts charge =
        merge(refund_of("re_1", 400, refund_status::counting, false), refund_of("re_3", 450));
    const outcome both = update(charge);
    BOOST_TEST(in_words(both) == "parked partial_capture_refund");
    BOOST_TEST(both.posted.size() == 1U);
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_waiting_release_of_a_partial_capture_is_parked_when_the_purchase_comes) {
    BOOST_TEST(in_words(update(refund_of("re_1", 400, refund_status::counting, false))) == "waiting");
    const outcome bought = run(captured_in_part("evt_p"));
    BOOST_TEST(in_words(bought) == "applied");
    BOOST_TEST(stored("evt_1") == "parked partial_capture_refund");
    BOOST_TEST(balance() == 1000);
    BOOST_TEST(in_words(update(refund_of("re_1", 400, refund_status::counting, true))) == "applied");
    BOOST_TEST(balance() == 334); // it moved money after all
}

payment_facts in_currency(payment_facts facts, const std::string& currency) {
    for (auto& [id, refund] : facts.refunds)
        refund.currency = currency;
    if (facts.refunded_cumulative_cents > 0)
        facts.refunded_currency = currency;
    return facts;
}

BOOST_AUTO_TEST_CASE(a_refund_in_another_currency_is_parked_and_not_counted) {
    buy();
    BOOST_TEST(in_words(update(in_currency(refund_of("re_1", 300), "jpy"))) == "parked currency_mismatch");
    BOOST_TEST(stored("evt_2") == "parked currency_mismatch");
    BOOST_TEST(balance() == 1000);
    BOOST_TEST(in_words(update(in_currency(charge_of(300), "jpy"))) == "parked currency_mismatch");
    BOOST_TEST(balance() == 1000);
    // Other refunds and disputes still count.
    BOOST_TEST(in_words(update(in_currency(refund_of("re_2", 450), "usd"))) == "applied");
    BOOST_TEST(in_words(update(dispute_of("dp_1", moved(450, {-450})))) == "applied");
    BOOST_TEST(balance() == 0);
    // A failed refund takes nothing, so it is not parked.
    BOOST_TEST(in_words(update(in_currency(refund_of("re_3", 1, refund_status::voided), "jpy"))) ==
               "applied");
}

BOOST_AUTO_TEST_CASE(a_waiting_refund_in_another_currency_is_parked_when_the_purchase_comes) {
    for (const payment_facts& told :
         {in_currency(refund_of("re_1", 300), "jpy"), in_currency(charge_of(300), "jpy")}) {
        shop each;
        BOOST_TEST(in_words(each.update(told)) == "waiting");
        BOOST_TEST(in_words(each.buy()) == "applied");
        BOOST_TEST(each.stored("evt_1") == "parked currency_mismatch");
        BOOST_TEST(each.balance() == 1000);
        BOOST_TEST(each.rows() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_refund_in_the_payments_currency_counts_before_and_after_the_purchase) {
    update(in_currency(refund_of("re_1", 450), "usd"));
    BOOST_TEST(buy().posted.size() == 2U);
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(balance() == 500);
    BOOST_TEST(in_words(update(in_currency(charge_of(900), "usd"))) == "applied");
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_partial_capture_without_refunds_is_credited_in_full) {
    BOOST_TEST(in_words(run(captured_in_part("evt_p"))) == "applied");
    BOOST_TEST(balance() == 1000);
    BOOST_TEST(database->payments.at("pi_1").facts.amount_requested_cents == 1000);
}

BOOST_AUTO_TEST_CASE(the_largest_payment_is_credited_and_refunded_exactly) {
    const test::bought all{.tokens = greatest, .amount_cents = greatest};
    update(refund_of("re_1", greatest - 1));
    BOOST_TEST(in_words(run(purchase_of("evt_p", "pi_1", all))) == "applied");
    BOOST_TEST(balance() == 1);
    BOOST_TEST(in_words(update(refund_of("re_2", greatest))) == "applied");
    BOOST_TEST(balance() == 0);
    BOOST_TEST(in_words(run(purchase_of("evt_q", "pi_2", all))) == "applied");
    BOOST_TEST(balance() == greatest);
}

BOOST_AUTO_TEST_CASE(a_refund_that_would_overflow_the_balance_is_parked_and_its_facts_are_not_merged) {
    buy();
    database->accounts.at("alice").balance = least + 999;
    const stripe_command refund = update_of("evt_r", refund_of("re_1", 900));
    BOOST_TEST(in_words(run_batch(*where, std::vector<command>{refund}).front()) == "parked store_refused");
    BOOST_TEST(stored("evt_r") == "parked store_refused");
    BOOST_TEST(database->payments.at("pi_1").facts.empty());
    BOOST_TEST(balance() == least + 999);
    // With room for one more token, the next event with the refund is applied.
    database->accounts.at("alice").balance = least + 1000;
    const stripe_command again = update_of("evt_s", refund_of("re_1", 900));
    BOOST_TEST(in_words(run_batch(*where, std::vector<command>{again}).front()) == "applied");
    BOOST_TEST(balance() == least);
}

BOOST_AUTO_TEST_CASE(a_failed_refund_that_would_overflow_the_balance_is_parked) {
    buy();
    update(refund_of("re_1", 900));
    database->accounts.at("alice").balance = greatest - 999;
    const stripe_command failed = update_of("evt_f", refund_of("re_1", 900, refund_status::voided));
    BOOST_TEST(in_words(run_batch(*where, std::vector<command>{failed}).front()) == "parked store_refused");
    BOOST_TEST(balance() == greatest - 999);
    BOOST_TEST(database->payments.at("pi_1").taken_tokens == 1000);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
