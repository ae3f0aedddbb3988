// What a payment is worth after disputes: an example for each rule.
#include "settlement_fixtures.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;

BOOST_AUTO_TEST_SUITE(settlement_of_disputes)

BOOST_AUTO_TEST_CASE(a_refund_and_a_dispute_never_take_more_than_all) {
    paid one;
    one.refund("re_a", 600).dispute("dp_1", withdrawn(900));
    BOOST_TEST(one.now().refunded_cents == 600);
    BOOST_TEST(one.now().disputed_cents == 900);
    BOOST_TEST(one.now().lost_cents == 900);
    BOOST_TEST(one.taken() == 1000);
}

BOOST_AUTO_TEST_CASE(reinstatement_after_a_partial_refund_leaves_the_refund_taken) {
    paid one;
    one.refund("re_a", 300).dispute("dp_1", withdrawn(900));
    BOOST_TEST(one.taken() == 1000);
    one.dispute("dp_1", reinstated(900));
    BOOST_TEST(one.taken() == 333);
    BOOST_TEST(!one.now().in_dispute);
}

BOOST_AUTO_TEST_CASE(balance_transactions_decide_before_events_and_status) {
    dispute_fact fact = moved(900, {{"txn_1", true}});
    fact.funds_reinstated = true;
    fact.status = dispute_status::won;
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 1000);
    BOOST_TEST(paid{}.dispute("dp_1", fact).now().in_dispute);

    fact = moved(900, {{"txn_1", true}, {"txn_2", false}});
    fact.funds_withdrawn = true;
    fact.status = dispute_status::lost;
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 0);
    BOOST_TEST(!paid{}.dispute("dp_1", fact).now().in_dispute);

    // Withdrawn, given back, withdrawn again.
    fact.balance_transactions["txn_3"] = true;
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 1000);
}

BOOST_AUTO_TEST_CASE(a_withdrawal_that_was_seen_only_by_its_end_takes_nothing) {
    BOOST_TEST(paid{}.dispute("dp_1", moved(900, {{"txn_2", false}})).taken() == 0);
    BOOST_TEST(paid{}.dispute("dp_1", reinstated(900)).taken() == 0);
    BOOST_TEST(paid{}.dispute("dp_1", reinstated(900)).dispute("dp_1", withdrawn(900)).taken() == 0);
}

BOOST_AUTO_TEST_CASE(fund_events_decide_before_the_status) {
    dispute_fact fact = withdrawn(900); // a real body: funds_withdrawn, status warning_needs_response
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 1000);
    fact.status = dispute_status::won; // the funds have not come back yet
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 1000);
    fact = reinstated(900);
    fact.status = dispute_status::lost;
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 0);
}

BOOST_AUTO_TEST_CASE(the_status_alone_decides_when_nothing_tells_of_funds) {
    const auto taken_by = [](dispute_status status) {
        return paid{}.dispute("dp_1", with_status(900, status)).taken();
    };
    BOOST_TEST(taken_by(dispute_status::undecided) == 0);
    BOOST_TEST(taken_by(dispute_status::closed) == 0);
    BOOST_TEST(taken_by(dispute_status::lost) == 1000);
    BOOST_TEST(taken_by(dispute_status::won) == 0);
    paid appealed;
    appealed.dispute("dp_1", with_status(900, dispute_status::won));
    BOOST_TEST(appealed.dispute("dp_1", with_status(900, dispute_status::lost)).taken() == 0);
}

BOOST_AUTO_TEST_CASE(a_payment_is_in_dispute_while_funds_are_held_or_nothing_is_decided) {
    const auto in_dispute = [](const dispute_fact& fact) {
        return paid{}.dispute("dp_1", fact).now().in_dispute;
    };
    BOOST_TEST(in_dispute(disputed(900)));
    BOOST_TEST(in_dispute(withdrawn(900)));
    BOOST_TEST(in_dispute(with_status(900, dispute_status::lost)));
    BOOST_TEST(!in_dispute(with_status(900, dispute_status::won)));
    BOOST_TEST(!in_dispute(with_status(900, dispute_status::closed)));
    BOOST_TEST(!in_dispute(reinstated(900)));
    BOOST_TEST(paid{}.dispute("dp_1", reinstated(900)).dispute("dp_2", disputed(1)).now().in_dispute);
}

BOOST_AUTO_TEST_CASE(disputes_add_up_by_id_and_one_of_them_counts_once) {
    paid one;
    one.dispute("dp_1", withdrawn(300)).dispute("dp_1", withdrawn(300)).dispute("dp_2", withdrawn(150));
    BOOST_TEST(one.now().disputed_cents == 450);
    BOOST_TEST(one.taken() == 500);
}

BOOST_AUTO_TEST_CASE(a_dispute_in_another_currency_is_of_the_whole_payment) {
    dispute_fact fact = withdrawn(1);
    fact.currency = "eur";
    BOOST_TEST(paid{}.dispute("dp_1", fact).now().disputed_cents == 900);
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 1000);
    fact.currency = "usd";
    BOOST_TEST(paid{}.dispute("dp_1", fact).now().disputed_cents == 1);
    fact.currency = "";
    BOOST_TEST(paid{}.dispute("dp_1", fact).now().disputed_cents == 1);
    fact.currency = "eur";
    BOOST_TEST(paid{}.dispute("dp_1", withdrawn(1)).dispute("dp_1", fact).now().disputed_cents == 900);
    fact.funds_reinstated = true;
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
