// The entitlement after refunds, and at the limits: an example for each rule.
#include "settlement_fixtures.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;

BOOST_AUTO_TEST_SUITE(settlement_of_refunds)

BOOST_AUTO_TEST_CASE(a_payment_without_facts_keeps_all_its_tokens) {
    BOOST_TEST((paid{}.now() == entitlement{}));
    BOOST_TEST(payment_facts{}.empty());
}

BOOST_AUTO_TEST_CASE(a_charge_and_its_refund_count_the_same_money_once) {
    BOOST_TEST(paid{}.charge_shows(300).now().refunded_cents == 300);
    BOOST_TEST(paid{}.refund("re_a", 300).now().refunded_cents == 300);
    BOOST_TEST(paid{}.charge_shows(300).refund("re_a", 300).now().refunded_cents == 300);
    BOOST_TEST(paid{}.charge_shows(300).refund("re_a", 300).taken() == 333);
}

BOOST_AUTO_TEST_CASE(cumulative_amounts_are_not_added_up) {
    BOOST_TEST(paid{}.charge_shows(300).charge_shows(450).charge_shows(300).now().refunded_cents == 450);
}

BOOST_AUTO_TEST_CASE(a_failed_refund_gives_the_tokens_back) {
    paid one;
    one.refund("re_a", 900).charge_shows(900);
    BOOST_TEST(one.taken() == 1000);
    one.refund("re_a", 900, refund_status::voided);
    BOOST_TEST(one.taken() == 0);
    one.refund("re_a", 900); // a late "succeeded"
    BOOST_TEST(one.taken() == 0);
}

BOOST_AUTO_TEST_CASE(after_a_failed_refund_a_second_of_the_same_amount_counts_once) {
    paid one;
    one.charge_shows(300).refund("re_a", 300, refund_status::voided);
    BOOST_TEST(one.now().refunded_cents == 0);
    one.charge_shows(300); // shows the second refund, whose object is still missing
    BOOST_TEST(one.now().refunded_cents == 0);
    one.refund("re_b", 300);
    BOOST_TEST(one.now().refunded_cents == 300);
    BOOST_TEST(!one.now().missing_refund_objects);
}

BOOST_AUTO_TEST_CASE(refunds_that_only_the_charge_shows_are_flagged_as_missing_objects) {
    paid one;
    one.charge_shows(500);
    BOOST_TEST(one.now().missing_refund_objects);
    one.refund("re_a", 300);
    BOOST_TEST(one.now().missing_refund_objects);
    BOOST_TEST(one.now().refunded_cents == 500);
    one.refund("re_b", 200);
    BOOST_TEST(!one.now().missing_refund_objects);
    BOOST_TEST(one.now().refunded_cents == 500);
    one.refund("re_c", 400, refund_status::voided);
    BOOST_TEST(!one.now().missing_refund_objects);
    BOOST_TEST(one.now().refunded_cents == 500);
}

BOOST_AUTO_TEST_CASE(a_full_refund_in_parts_takes_exactly_all_because_the_sum_is_rounded) {
    paid one;
    one.what = {.tokens = 100, .received_cents = 3, .currency = "usd"};
    BOOST_TEST(one.refund("re_a", 1).taken() == 33);
    BOOST_TEST(one.refund("re_b", 1).taken() == 66);
    BOOST_TEST(one.refund("re_c", 1).taken() == 100);
}

BOOST_AUTO_TEST_CASE(amounts_are_compared_in_minor_units_in_every_currency) {
    paid yen;
    yen.what = {.tokens = 5000, .received_cents = 1500, .currency = "jpy"};
    BOOST_TEST(yen.refund("re_a", 500).taken() == 1666);
    paid dinar;
    dinar.what = {.tokens = 5000, .received_cents = 12340, .currency = "kwd"};
    BOOST_TEST(dinar.refund("re_a", 1230).taken() == 498);
    paid krona;
    krona.what = {.tokens = 5000, .received_cents = 150000, .currency = "isk"};
    BOOST_TEST(krona.refund("re_a", 75000).taken() == 2500);
}

BOOST_AUTO_TEST_CASE(more_refunded_than_received_takes_everything_and_no_more) {
    BOOST_TEST(paid{}.charge_shows(901).taken() == 1000);
    BOOST_TEST(paid{}.refund("re_a", 600).refund("re_b", 600).now().lost_cents == 900);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settlement_of_partial_captures)

BOOST_AUTO_TEST_CASE(a_release_that_an_older_api_version_reports_as_a_refund_takes_nothing) {
    paid one;
    one.requested(1500).charge_shows(600).refund("re_release", 600, refund_status::counting, false);
    BOOST_TEST(one.now().refunded_cents == 0);
    BOOST_TEST(one.now().unproven_refund);
    BOOST_TEST(!one.now().missing_refund_objects);
    one.charge_shows(800).refund("re_a", 200);
    BOOST_TEST(one.now().refunded_cents == 200);
    BOOST_TEST(!one.now().missing_refund_objects);
}

BOOST_AUTO_TEST_CASE(a_charge_alone_proves_only_the_amount_above_the_one_never_captured) {
    BOOST_TEST(paid{}.requested(1500).charge_shows(600).now().refunded_cents == 0);
    BOOST_TEST(paid{}.requested(1500).charge_shows(750).now().refunded_cents == 150);
    BOOST_TEST(paid{}.requested(1500).charge_shows(750).now().missing_refund_objects);
    BOOST_TEST(paid{}.requested(1500).charge_shows(1500).taken() == 1000);
}

BOOST_AUTO_TEST_CASE(a_newer_api_version_proves_a_refund_by_its_balance_transaction) {
    paid one;
    one.requested(1500).charge_shows(90).refund("re_a", 90);
    BOOST_TEST(one.now().refunded_cents == 90);
    BOOST_TEST(!one.now().unproven_refund);
    BOOST_TEST(one.taken() == 100); // share of the amount received, not of that requested
}

BOOST_AUTO_TEST_CASE(a_refund_is_proven_as_soon_as_its_balance_transaction_comes) {
    paid one;
    one.requested(1500).refund("re_a", 90, refund_status::counting, false);
    BOOST_TEST(one.taken() == 0);
    BOOST_TEST(one.now().unproven_refund);
    one.refund("re_a", 90);
    BOOST_TEST(one.taken() == 100);
    BOOST_TEST(!one.now().unproven_refund);
}

BOOST_AUTO_TEST_CASE(a_refund_that_fails_before_it_moved_money_is_subtracted_from_the_charge) {
    paid one;
    one.requested(1500).charge_shows(690).refund("re_a", 90, refund_status::counting, false);
    BOOST_TEST(one.now().refunded_cents == 90);
    one.refund("re_a", 90, refund_status::voided, false);
    BOOST_TEST(one.now().refunded_cents == 0);
    BOOST_TEST(!one.now().unproven_refund);
    BOOST_TEST(!one.now().missing_refund_objects);
}

BOOST_AUTO_TEST_CASE(a_full_capture_needs_no_proof) {
    BOOST_TEST(paid{}.refund("re_a", 90, refund_status::counting, false).taken() == 100);
    BOOST_TEST(
        paid{}.requested(900).refund("re_a", 90, refund_status::counting, false).now().refunded_cents == 90);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settlement_at_the_edges)

BOOST_AUTO_TEST_CASE(the_largest_amounts_do_not_overflow) {
    paid one;
    one.what = {.tokens = greatest, .received_cents = greatest, .currency = "usd"};
    one.requested(greatest).charge_shows(greatest).refund("re_a", greatest).refund("re_b", greatest);
    one.refund("re_c", greatest, refund_status::voided).refund("re_d", greatest, refund_status::voided);
    one.dispute("dp_1", withdrawn(greatest)).dispute("dp_2", withdrawn(greatest));
    BOOST_TEST(one.now().refunded_cents == greatest);
    BOOST_TEST(one.now().disputed_cents == greatest);
    BOOST_TEST(one.now().lost_cents == greatest);
    BOOST_TEST(one.taken() == greatest);

    paid less;
    less.what = one.what;
    BOOST_TEST(less.refund("re_a", greatest - 1).taken() == greatest - 1);
    less.what.tokens = 1;
    BOOST_TEST(less.taken() == 0);
    BOOST_TEST(less.refund("re_b", 1).taken() == 1);
}

BOOST_AUTO_TEST_CASE(failed_refunds_larger_than_the_charge_do_not_make_the_loss_negative) {
    paid one;
    one.charge_shows(1)
        .refund("re_c", greatest, refund_status::voided)
        .refund("re_d", greatest, refund_status::voided);
    BOOST_TEST((one.now() == entitlement{}));
}

BOOST_AUTO_TEST_CASE(impossible_amounts_count_as_zero) {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    paid one;
    one.facts.amount_requested_cents = least;
    one.facts.refunded_cumulative_cents = least;
    one.facts.refunds["re_a"] = {
        .amount_cents = least, .status = refund_status::counting, .moved_money = true};
    one.facts.refunds["re_b"] = {.amount_cents = least, .status = refund_status::voided, .moved_money = true};
    one.facts.disputes["dp_1"] = withdrawn(least);
    BOOST_TEST(one.taken() == 0);
    BOOST_TEST(one.now().lost_cents == 0);
    for (const std::int64_t nothing : {least, std::int64_t{-1}, std::int64_t{0}}) {
        const credited free{.tokens = 1000, .received_cents = nothing, .currency = "usd"};
        BOOST_TEST(entitlement_of(free, paid{}.charge_shows(900).dispute("dp_1", withdrawn(900)).facts)
                       .taken_tokens == 0);
        const credited empty{.tokens = nothing, .received_cents = 900, .currency = "usd"};
        BOOST_TEST(entitlement_of(empty, paid{}.charge_shows(900).facts).taken_tokens == 0);
    }
}

BOOST_AUTO_TEST_CASE(canceled_and_foreign_stay_true_when_facts_are_merged) {
    const payment_facts canceled{.canceled = true};
    const payment_facts foreign{.not_ours = true};
    const payment_facts both = merge(merge(canceled, foreign), {});
    BOOST_TEST((both.canceled && both.not_ours));
    BOOST_TEST(!both.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
