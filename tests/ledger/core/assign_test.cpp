// Assign, through a batch: an operator completes a payment, and settlement treats it like any other. Then
// several actions, and actions and events, in one batch.
#include "operators.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;
namespace test = tokenledger::test;
using test::assigning;
using test::dismissing;
using test::request;
using test::retrying;

BOOST_FIXTURE_TEST_SUITE(assignments, operators)

BOOST_AUTO_TEST_CASE(an_assignment_posts_the_purchase_with_actor_and_reason) {
    run(unknown_pack("evt_1"));
    const outcome got = assign("key_1", "evt_1");
    BOOST_TEST(in_words(got) == "applied");
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(balance() == 1000);
    const transaction_row& row = last_row();
    BOOST_TEST((row.type == transaction_type::purchase && row.source == source::stripe));
    BOOST_TEST((row.actor == test::operator_uid));
    BOOST_TEST(row.idempotency_key == "key_1");
    BOOST_TEST(row.reason == "they wrote to us");
    BOOST_TEST(row.pack.empty());
    BOOST_TEST(row.event_id == "evt_1");
    BOOST_TEST(row.payment_intent_id == "pi_1");
    BOOST_TEST(row.amount_paid_cents == 900);
    BOOST_TEST(row.currency == "usd");
    const credit& first = *database->payments.at("pi_1").credit;
    BOOST_TEST(first.user_id == "alice");
    BOOST_TEST(first.tokens == 1000);
    BOOST_TEST(first.pack.empty());
}

assign_event of_pack(std::int64_t tokens) {
    auto made = std::get<assign_event>(assigning("evt_1", "pi_1", {.tokens = tokens}));
    made.catalog = "partners";
    made.pack = "starter";
    made.quantity = 2;
    return made;
}

BOOST_AUTO_TEST_CASE(an_assignment_of_a_pack_stores_it_with_the_payment_and_posts_its_tokens) {
    run(unknown_pack("evt_1"));
    BOOST_TEST(in_words(act("key_1", of_pack(2000))) == "applied");
    BOOST_TEST(balance() == 2000);
    const transaction_row& row = last_row();
    BOOST_TEST((row.source == source::stripe && row.pack.empty()));
    const credit& first = *database->payments.at("pi_1").credit;
    BOOST_TEST(first.catalog == "partners");
    BOOST_TEST(first.pack == "starter");
    BOOST_TEST(first.quantity == 2);
    BOOST_TEST(first.tokens == 2000);
}

BOOST_AUTO_TEST_CASE(the_same_key_returns_the_first_outcome_whatever_tokens_the_pack_has_now) {
    run(unknown_pack("evt_1"));
    const outcome first = act("key_1", of_pack(2000));
    for (const std::int64_t today : {0, 5, 2000}) {
        const outcome again = act("key_1", of_pack(today));
        BOOST_TEST(again.replayed);
        BOOST_TEST((again.posted == first.posted));
    }
    BOOST_TEST(balance() == 2000);
    assign_event other = of_pack(2000);
    other.quantity = 1;
    BOOST_TEST((act("key_1", other).refusal == refusal::key_reused));
    BOOST_TEST((act("key_1", assigning("evt_1", "pi_1", {.tokens = 2000})).refusal == refusal::key_reused));
}

BOOST_AUTO_TEST_CASE(an_assignment_of_an_unknown_pack_is_refused_and_does_not_use_the_key) {
    run(unknown_pack("evt_1"));
    require_refused(refusal::unknown_pack, of_pack(0));
    BOOST_TEST(in_words(act("a key", of_pack(2000))) == "applied");
}

BOOST_AUTO_TEST_CASE(an_assignment_settles_waiting_events_and_a_later_refund_takes_the_rest) {
    run(unknown_pack("evt_1"));
    run(update_of("evt_2", refund_of("re_1", 300)));
    const outcome got = assign("key_1", "evt_1", {.tokens = 1000});
    BOOST_REQUIRE_EQUAL(got.posted.size(), 2U);
    BOOST_TEST(got.posted[1].token_amount == -333);
    BOOST_TEST(stored("evt_2") == "applied");
    run(update_of("evt_3", refund_of("re_2", 600)));
    BOOST_TEST(balance() == 0);
    BOOST_TEST(last_row().token_amount == -667);
    BOOST_TEST((last_row().type == transaction_type::refund && last_row().source == source::stripe));
}

BOOST_AUTO_TEST_CASE(an_assigned_partial_capture_parks_an_unproven_refund) {
    run(unknown_pack("evt_1"));
    run(update_of("evt_2", refund_of("re_1", 450, refund_status::counting, false)));
    assign_event completed = std::get<assign_event>(assigning("evt_1", "pi_1"));
    completed.amount_requested_cents = 2000;
    BOOST_TEST(in_words(act("key_1", completed)) == "applied");
    BOOST_TEST(database->payments.at("pi_1").facts.amount_requested_cents == 2000);
    BOOST_TEST(stored("evt_2") == "parked partial_capture_refund");
}

BOOST_AUTO_TEST_CASE(a_payment_that_has_an_owner_cannot_be_assigned) {
    run(unknown_pack("evt_1"));
    run(purchase_of("evt_2"));
    require_refused(refusal::payment_has_owner, assigning("evt_1", "pi_1"));
    require_refused(refusal::payment_has_owner, assigning("evt_1", "pi_1", {.user = "bob"}));
    run(purchase_of("evt_3", "pi_1", {.user = "bob", .amount_cents = 900}));
    BOOST_TEST(stored("evt_3") == "parked owner_mismatch");
    require_refused(refusal::payment_has_owner, assigning("evt_3", "pi_1", {.user = "bob"}));
}

BOOST_AUTO_TEST_CASE(an_event_that_an_operator_cannot_complete_is_not_assignable) {
    run(other_mode("evt_1"));
    require_refused(refusal::not_assignable, assigning("evt_1", "pi_1"));
    run({.event = test::make_event("evt_2", "pi_2"), .effect = park_event{reason::bad_payload}});
    require_refused(refusal::not_assignable, assigning("evt_2", "pi_2", {.currency = ""}));
    require_refused(refusal::not_assignable, assigning("evt_2", ""));
    run(update_of("evt_3", refund_of("re_1", 450), "pi_3"));
    require_refused(refusal::not_assignable, assigning("evt_3", "pi_3"));
    require_refused(refusal::unknown_event, assigning("evt_4", "pi_4"));
    run(purchase_of("evt_5", "pi_5"));
    require_refused(refusal::event_settled, assigning("evt_5", "pi_5"));
}

BOOST_AUTO_TEST_CASE(a_payment_of_amount_zero_can_be_assigned_and_a_refund_takes_nothing) {
    run(purchase_of("evt_1", "pi_1", {.amount_cents = 0, .refused = reason::zero_amount}));
    BOOST_TEST(in_words(assign("key_1", "evt_1", {.amount_cents = 0})) == "applied");
    BOOST_TEST(balance() == 1000);
    run(update_of("evt_2", refund_of("re_1", 450)));
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(an_assignment_that_would_leave_int64_is_refused) {
    run({unknown_pack("evt_1"), purchase_of("evt_2", "pi_2")});
    require_refused(refusal::balance_overflow, assigning("evt_1", "pi_1", {.tokens = greatest}));
    BOOST_TEST(in_words(assign("key_1", "evt_1", {.tokens = greatest - 1000})) == "applied");
    BOOST_TEST(balance() == greatest);
}

BOOST_AUTO_TEST_CASE(a_later_event_of_an_assigned_payment_is_checked_against_its_credit) {
    run(unknown_pack("evt_1"));
    assign("key_1", "evt_1");
    BOOST_TEST(in_words(run(purchase_of("evt_2"))) == "duplicate");
    const test::bought for_bob{.user = "bob", .amount_cents = 900};
    BOOST_TEST(in_words(run(purchase_of("evt_3", "pi_1", for_bob))) == "parked owner_mismatch");
    BOOST_TEST(in_words(run(purchase_of("evt_4", "pi_1", {.amount_cents = 901}))) ==
               "parked amount_mismatch");
    BOOST_TEST(in_words(run(purchase_of("evt_1"))) == "duplicate");
    BOOST_TEST(balance() == 1000);
    BOOST_TEST(balance("bob") == 0);
}

BOOST_AUTO_TEST_CASE(an_assignment_of_a_payment_known_as_foreign_makes_it_ours) {
    run(unknown_pack("evt_1"));
    end({.not_ours = true});
    BOOST_TEST(in_words(assign("key_1", "evt_1")) == "applied");
    BOOST_TEST(in_words(run(update_of("evt_3", refund_of("re_1", 450)))) == "applied");
    BOOST_TEST(balance() == 500);
}

BOOST_AUTO_TEST_CASE(a_repeated_assignment_returns_the_first_outcome_and_another_key_is_refused) {
    run(unknown_pack("evt_1"));
    const outcome first = assign("key_1", "evt_1");
    run(update_of("evt_2", refund_of("re_1", 900)));
    // The amount is not part of the request: it comes from the event.
    const outcome again = assign("key_1", "evt_1", {.amount_cents = 7, .currency = "eur"});
    BOOST_TEST(again.replayed);
    BOOST_TEST(in_words(again) == "applied");
    BOOST_TEST((again.posted == first.posted));
    BOOST_TEST((assign("key_1", "evt_1", {.tokens = 999}).refusal == refusal::key_reused));
    BOOST_TEST((assign("key_1", "evt_1", {.user = "bob"}).refusal == refusal::key_reused));
    BOOST_TEST((assign("key_2", "evt_1").refusal == refusal::event_settled));
    BOOST_TEST(balance() == 0);
}

// ---- In one batch.

BOOST_AUTO_TEST_CASE(of_two_actions_on_one_event_in_one_batch_only_the_first_is_applied) {
    run({unknown_pack("evt_1"), unknown_pack("evt_2", "pi_2"), unknown_pack("evt_3", "pi_3")});
    const auto got =
        run({request("key_1", {dismissing("evt_1", "pi_1")}), request("key_2", {assigning("evt_1", "pi_1")}),
             request("key_3", {assigning("evt_2", "pi_2")}), request("key_4", {dismissing("evt_2", "pi_2")}),
             request("key_5", {retrying(purchase_of("evt_3", "pi_3"))}),
             request("key_5", {retrying(purchase_of("evt_3", "pi_3"))}),
             request("key_6", {retrying(purchase_of("evt_3", "pi_3"))})});
    BOOST_TEST(in_words(got[0]) == "dismissed unknown_pack");
    BOOST_TEST(in_words(got[1].refusal) == "event_settled");
    BOOST_TEST(in_words(got[2]) == "applied");
    BOOST_TEST(in_words(got[3].refusal) == "event_settled");
    BOOST_TEST(in_words(got[4]) == "applied");
    BOOST_TEST(got[5].replayed);
    BOOST_TEST((got[5].posted == got[4].posted));
    BOOST_TEST(in_words(got[6].refusal) == "event_settled");
    BOOST_TEST(balance() == 2000);
    BOOST_TEST(database->actions.size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_event_that_waits_after_a_retry_can_be_dismissed_in_the_same_batch) {
    run({.event = test::make_event("evt_1", "pi_1"), .effect = park_event{reason::bad_payload}});
    const auto got = run({request("key_1", {retrying(update_of("evt_1", refund_of("re_1", 450)))}),
                          request("key_2", {dismissing("evt_1", "pi_1")})});
    BOOST_TEST(in_words(got[0]) == "waiting");
    BOOST_TEST(in_words(got[1]) == "dismissed");
    run(purchase_of("evt_2"));
    BOOST_TEST(stored("evt_1") == "dismissed");
    BOOST_TEST(balance() == 500);
}

BOOST_AUTO_TEST_CASE(a_payment_with_two_events_is_assigned_once_in_one_batch) {
    run({unknown_pack("evt_1"), unknown_pack("evt_2")});
    const auto got = run({request("key_1", {assigning("evt_1", "pi_1")}),
                          request("key_2", {assigning("evt_2", "pi_1", {.user = "bob"})}),
                          request("key_3", {retrying(purchase_of("evt_2"))})});
    BOOST_TEST(in_words(got[0]) == "applied");
    BOOST_TEST(in_words(got[1].refusal) == "payment_has_owner");
    BOOST_TEST(in_words(got[2]) == "duplicate");
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(events_of_a_batch_are_applied_before_its_actions) {
    run({unknown_pack("evt_1"), update_of("evt_2", refund_of("re_1", 450))});
    const auto got = run({request("key_1", {assigning("evt_1", "pi_1", {.user = "bob"})}),
                          request("key_2", {dismissing("evt_2", "pi_1")}), purchase_of("evt_3")});
    BOOST_TEST(in_words(got[2]) == "applied");
    BOOST_TEST(in_words(got[0].refusal) == "payment_has_owner");
    BOOST_TEST(in_words(got[1].refusal) == "event_settled");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(balance() == 500);
    BOOST_TEST(balance("bob") == 0);
}

BOOST_AUTO_TEST_CASE(a_refund_in_the_same_batch_as_the_assignment_is_settled_by_it) {
    run(unknown_pack("evt_1"));
    const auto got =
        run({request("key_1", {assigning("evt_1", "pi_1")}), update_of("evt_2", refund_of("re_1", 450)),
             request("key_2", {test::deducting("alice", 500)})});
    BOOST_TEST(in_words(got[1]) == "waiting"); // when it was planned
    BOOST_TEST(in_words(got[0]) == "applied");
    BOOST_TEST(in_words(got[2]) == "applied");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(an_action_applies_to_an_event_of_the_same_batch) {
    const auto got = run({request("key_1", {dismissing("evt_1", "pi_1")}), unknown_pack("evt_1"),
                          request("key_2", {assigning("evt_2", "pi_2")}), unknown_pack("evt_2", "pi_2"),
                          request("key_3", {dismissing("evt_3", "pi_3")}),
                          update_of("evt_3", refund_of("re_1", 450), "pi_3")});
    BOOST_TEST(in_words(got[0]) == "dismissed unknown_pack");
    BOOST_TEST(in_words(got[2]) == "applied");
    BOOST_TEST(in_words(got[4]) == "dismissed");
    BOOST_TEST(stored("evt_1") == "dismissed unknown_pack");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(stored("evt_3") == "dismissed");
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(an_action_sees_an_event_as_the_endpoint_left_it_that_took_it_over) {
    run({other_mode("evt_1"), other_mode("evt_2", "pi_2")});
    const auto got = run({request("key_1", {dismissing("evt_1", "pi_1")}), purchase_of("evt_1"),
                          request("key_2", {dismissing("evt_2", "pi_2")}), unknown_pack("evt_2", "pi_2")});
    BOOST_TEST(in_words(got[1]) == "applied");
    BOOST_TEST(in_words(got[0].refusal) == "event_settled");
    BOOST_TEST(in_words(got[2]) == "dismissed unknown_pack");
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(stored("evt_2") == "dismissed unknown_pack");
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(a_batch_with_an_action_on_an_event_that_was_committed_meanwhile_is_a_conflict) {
    bool elsewhere = false;
    database->before = [&](std::string_view step, std::span<const command>) {
        if (step != "lock" || std::exchange(elsewhere, true))
            return;
        const auto other = make_memory_store(database);
        static_cast<void>(run_batch(*other, std::vector<command>{unknown_pack("evt_1")}));
    };
    const std::vector<command> batch{unknown_pack("evt_1"), request("key_1", {dismissing("evt_1", "pi_1")})};
    // Only the action depends on the event: without it, this would be an ordinary duplicate.
    BOOST_CHECK_EXCEPTION(
        static_cast<void>(run_batch(*where, batch)), store_error,
        [](const store_error& error) { return error.failure() == store_failure::conflict; });
    BOOST_TEST(stored("evt_1") == "parked unknown_pack");
    BOOST_TEST(database->actions.empty());
    const auto got = run(batch);
    BOOST_TEST(in_words(got[0]) == "duplicate");
    BOOST_TEST(in_words(got[1]) == "dismissed unknown_pack");
    BOOST_TEST(stored("evt_1") == "dismissed unknown_pack");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
