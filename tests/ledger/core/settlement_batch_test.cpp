// Refunds and disputes through a batch: waiting, settlement, and the posted rows.
#include "settlement_batch_fixtures.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;
namespace test = tokenledger::test;

BOOST_FIXTURE_TEST_SUITE(settlement_in_batches, shop)

BOOST_AUTO_TEST_CASE(a_refund_takes_its_share_and_its_row_has_the_amount_refunded) {
    buy();
    const outcome made = update(refund_of("re_1", 450));
    BOOST_TEST(in_words(made) == "applied");
    const posting expected{.user_id = "alice",
                           .sequence = 2,
                           .type = transaction_type::refund,
                           .source = source::stripe,
                           .token_amount = -500,
                           .balance_after = 500};
    BOOST_TEST((made.posted == std::vector<posting>{expected}));
    BOOST_TEST(last_row().amount_paid_cents == -450);
    BOOST_TEST(last_row().currency == "usd");
    BOOST_TEST(last_row().payment_intent_id == "pi_1");
    BOOST_TEST(last_row().event_id == "evt_2");
    BOOST_TEST(last_row().pack == "");
    BOOST_TEST(balance() == 500);
}

BOOST_AUTO_TEST_CASE(a_refund_before_its_purchase_waits_and_is_settled_with_it) {
    const outcome early = update(refund_of("re_1", 450));
    BOOST_TEST(in_words(early) == "waiting");
    BOOST_TEST(early.posted.empty());
    BOOST_TEST(stored("evt_1") == "waiting");
    BOOST_TEST(rows() == 0U);
    const outcome bought = buy();
    BOOST_TEST(in_words(bought) == "applied");
    BOOST_TEST_REQUIRE(bought.posted.size() == 2U);
    BOOST_TEST(bought.posted[0].token_amount == 1000);
    BOOST_TEST(bought.posted[1].token_amount == -500);
    BOOST_TEST((bought.posted[1].type == transaction_type::refund));
    BOOST_TEST(last_row().event_id == "evt_1"); // the refund's own event, not the purchase's
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(balance() == 500);
}

BOOST_AUTO_TEST_CASE(several_waiting_events_are_settled_with_one_row_of_the_last_event) {
    update(refund_of("re_1", 100));
    update(refund_of("re_2", 200));
    update(dispute_of("dp_1", disputed(900))); // takes nothing yet
    BOOST_TEST(
        (database->payments.at("pi_1").waiting == std::vector<std::string>{"evt_1", "evt_2", "evt_3"}));
    BOOST_TEST(buy().posted.size() == 2U);
    BOOST_TEST(rows() == 2U);
    BOOST_TEST(last_row().token_amount == -333);
    BOOST_TEST(last_row().amount_paid_cents == -300);
    BOOST_TEST(last_row().event_id == "evt_3");
    for (const std::string event : {"evt_1", "evt_2", "evt_3"})
        BOOST_TEST(stored(event) == "applied");
}

BOOST_AUTO_TEST_CASE(a_refund_ahead_of_its_purchase_in_one_batch_is_settled_within_the_batch) {
    const auto made = run({update_of("evt_1", refund_of("re_1", 900)), purchase_of("evt_2"),
                           update_of("evt_3", refund_of("re_1", 900))});
    BOOST_TEST(in_words(made[0]) == "waiting");
    BOOST_TEST(in_words(made[1]) == "applied");
    BOOST_TEST(in_words(made[2]) == "duplicate");
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(last_row().event_id == "evt_1");
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_purchase_and_its_refund_in_one_batch_are_both_applied) {
    const auto made = run({purchase_of("evt_1"), update_of("evt_2", refund_of("re_1", 900))});
    BOOST_TEST(in_words(made[1]) == "applied");
    BOOST_TEST(last_row().event_id == "evt_2");
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_parked_purchase_leaves_its_refund_waiting) {
    update(refund_of("re_1", 900));
    const outcome parked =
        run(purchase_of("evt_p", "pi_1", {.amount_cents = 900, .refused = reason::unknown_pack}));
    BOOST_TEST(in_words(parked) == "parked unknown_pack");
    BOOST_TEST(stored("evt_1") == "waiting");
    BOOST_TEST(in_words(update(charge_of(900))) == "waiting");
    buy();
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(two_events_with_the_same_facts_take_once_and_the_second_is_a_duplicate) {
    buy();
    BOOST_TEST(in_words(update(refund_of("re_1", 450))) == "applied");
    BOOST_TEST(in_words(update(refund_of("re_1", 450))) == "duplicate");
    BOOST_TEST(stored("evt_3") == "duplicate");
    BOOST_TEST(database->events.at("evt_3").evidence.empty());
    // The charge shows the same refund: a new fact that takes nothing more.
    const outcome charge = update(charge_of(450));
    BOOST_TEST(in_words(charge) == "applied");
    BOOST_TEST(charge.posted.empty());
    BOOST_TEST(in_words(update(charge_of(450))) == "duplicate");
    BOOST_TEST(balance() == 500);
    BOOST_TEST(rows() == 2U);
}

BOOST_AUTO_TEST_CASE(an_event_with_the_facts_of_a_waiting_one_is_a_duplicate) {
    BOOST_TEST(in_words(update(refund_of("re_1", 450))) == "waiting");
    BOOST_TEST(in_words(update(refund_of("re_1", 450))) == "duplicate");
    BOOST_TEST(in_words(update(charge_of(450))) == "waiting");
    buy();
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(stored("evt_2") == "duplicate");
    BOOST_TEST(stored("evt_3") == "applied");
}

BOOST_AUTO_TEST_CASE(an_event_delivered_twice_counts_once_within_and_across_batches) {
    const stripe_command refund = update_of("evt_r", refund_of("re_1", 450));
    const auto early = run({refund, refund});
    BOOST_TEST(in_words(early[0]) == "waiting");
    BOOST_TEST(in_words(early[1]) == "duplicate");
    const auto bought = run({refund, purchase_of("evt_p"), refund});
    BOOST_TEST(in_words(bought[0]) == "duplicate");
    BOOST_TEST(in_words(bought[2]) == "duplicate");
    BOOST_TEST(in_words(run(refund)) == "duplicate");
    BOOST_TEST(stored("evt_r") == "applied");
    BOOST_TEST(balance() == 500);
    BOOST_TEST(rows() == 2U);
}

BOOST_AUTO_TEST_CASE(a_refund_that_fails_gives_its_tokens_back) {
    buy();
    update(refund_of("re_1", 300));
    update(refund_of("re_2", 300));
    BOOST_TEST(balance() == 334);
    const outcome failed = update(refund_of("re_1", 300, refund_status::voided));
    BOOST_TEST(in_words(failed) == "applied");
    BOOST_TEST_REQUIRE(failed.posted.size() == 1U);
    BOOST_TEST(failed.posted[0].token_amount == 333);
    BOOST_TEST(last_row().amount_paid_cents == 300);
    BOOST_TEST(balance() == 667);
    BOOST_TEST(in_words(update(refund_of("re_1", 300))) == "duplicate"); // late: it was only pending then
    BOOST_TEST(balance() == 667);
}

BOOST_AUTO_TEST_CASE(a_dispute_and_a_refund_together_never_take_more_than_was_credited) {
    buy();
    update(refund_of("re_1", 600));
    BOOST_TEST(balance() == 334);
    update(dispute_of("dp_1", withdrawn(900)));
    BOOST_TEST(balance() == 0);
    BOOST_TEST(last_row().amount_paid_cents == -300);
    const outcome more = update(refund_of("re_2", 300));
    BOOST_TEST(in_words(more) == "applied");
    BOOST_TEST(more.posted.empty());
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_reinstated_dispute_gives_back_the_tokens_that_no_refund_takes) {
    buy();
    update(refund_of("re_1", 450));
    update(dispute_of("dp_1", moved(900, {-900})));
    BOOST_TEST(balance() == 0);
    update(dispute_of("dp_1", moved(900, {-900, 900})));
    BOOST_TEST(balance() == 500);
    BOOST_TEST(last_row().token_amount == 500);
    BOOST_TEST(last_row().amount_paid_cents == 450);
    update(refund_of("re_1", 450, refund_status::voided));
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(an_amount_that_rounds_to_no_token_is_added_to_the_next_row) {
    const test::bought dear{.tokens = 2, .amount_cents = 900};
    run(purchase_of("evt_p", "pi_1", dear));
    BOOST_TEST(in_words(update(refund_of("re_1", 300))) == "applied");
    BOOST_TEST(rows() == 1U);
    update(refund_of("re_2", 300));
    BOOST_TEST(last_row().token_amount == -1);
    BOOST_TEST(last_row().amount_paid_cents == -600);
    update(refund_of("re_3", 300));
    BOOST_TEST(last_row().amount_paid_cents == -300);
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_debt_is_recorded_and_the_next_purchase_repays_it) {
    buy();
    update(refund_of("re_1", 450));
    database->accounts.at("alice").balance = -200; // spent meanwhile
    const auto made = run_batch(*where, std::vector<command>{update_of("evt_r", refund_of("re_2", 450))});
    BOOST_TEST(made.front().posted.at(0).balance_after == -700);
    const auto next = run_batch(*where, std::vector<command>{purchase_of("evt_p", "pi_2")});
    BOOST_TEST(next.front().posted.at(0).balance_after == 300);
    BOOST_TEST(balance() == 300);
}

BOOST_AUTO_TEST_CASE(settling_one_payment_does_not_affect_others_of_the_batch) {
    run({purchase_of("evt_1", "pi_1"), purchase_of("evt_2", "pi_2", {.user = "bob", .amount_cents = 900}),
         update_of("evt_3", refund_of("re_1", 900), "pi_2"),
         update_of("evt_4", refund_of("re_1", 450), "pi_1"),
         update_of("evt_5", refund_of("re_1", 900), "pi_3")});
    BOOST_TEST(balance("alice") == 500);
    BOOST_TEST(balance("bob") == 0);
    BOOST_TEST(stored("evt_5") == "waiting");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
