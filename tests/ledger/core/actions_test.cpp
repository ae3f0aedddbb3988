// Retry and dismiss, through a batch: what they do to the event, the payment and the idempotency key.
#include "operators.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;
namespace test = tokenledger::test;
using test::dismissing;
using test::request;
using test::retrying;

BOOST_FIXTURE_TEST_SUITE(actions, operators)

BOOST_AUTO_TEST_CASE(a_retry_after_the_catalogue_was_corrected_credits_the_payment) {
    BOOST_TEST(in_words(run(unknown_pack("evt_1"))) == "parked unknown_pack");
    const outcome got = retry("key_1", purchase_of("evt_1"));
    BOOST_TEST(in_words(got) == "applied");
    BOOST_TEST(!got.replayed);
    BOOST_REQUIRE_EQUAL(got.posted.size(), 1U);
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(balance() == 1000);
    const transaction_row& row = last_row();
    BOOST_TEST((row.type == transaction_type::purchase && row.source == source::token_pack));
    BOOST_TEST(row.event_id == "evt_1");
    BOOST_TEST(row.pack == "starter");
    BOOST_TEST(row.amount_paid_cents == 900);
    BOOST_REQUIRE_EQUAL(database->actions.size(), 1U);
    const event_action_row& action = database->actions.front();
    BOOST_TEST((action.was.result == result::parked && action.was.reason == reason::unknown_pack));
    BOOST_TEST((action.became == result::applied && action.became_because == reason::none));
}

BOOST_AUTO_TEST_CASE(a_retry_settles_events_that_waited_for_the_payment) {
    run(unknown_pack("evt_1"));
    BOOST_TEST(in_words(run(update_of("evt_2", refund_of("re_1", 450)))) == "waiting");
    const outcome got = retry("key_1", purchase_of("evt_1"));
    BOOST_TEST(got.posted.size() == 2U);
    BOOST_TEST(balance() == 500);
    BOOST_TEST(stored("evt_2") == "applied");
}

BOOST_AUTO_TEST_CASE(a_retry_that_would_be_parked_again_is_refused_with_the_current_reason) {
    run(unknown_pack("evt_1"));
    require_refused(refusal::still_parked, retrying(unknown_pack("evt_1")), reason::unknown_pack);
    auto dearer = purchase_of("evt_1", "pi_1", {.amount_cents = 900, .refused = reason::amount_mismatch});
    require_refused(refusal::still_parked, retrying(dearer), reason::amount_mismatch);
    BOOST_TEST(stored("evt_1") == "parked unknown_pack");
    run(purchase_of("evt_2", "pi_1", {.user = "bob", .amount_cents = 900}));
    require_refused(refusal::still_parked, retrying(purchase_of("evt_1")), reason::owner_mismatch);
    stripe_command unread{.event = test::make_event("evt_1", ""), .effect = purchase_of("evt_1").effect};
    require_refused(refusal::still_parked, retrying(unread), reason::bad_payload);
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_purchase_parked_for_its_currency_that_is_now_foreign_is_ignored) {
    run(purchase_of("evt_1", "pi_1", {.amount_cents = 900, .refused = reason::currency_mismatch}));
    stripe_command foreign{.event = test::make_event("evt_1", "pi_1"),
                           .effect = payment_update{.facts = {.not_ours = true}, .moves_tokens = false}};
    const outcome got = retry("key_1", foreign);
    BOOST_TEST(in_words(got) == "ignored");
    BOOST_TEST(got.posted.empty());
    BOOST_TEST(stored("evt_1") == "ignored");
}

BOOST_AUTO_TEST_CASE(the_key_of_a_refused_retry_can_be_used_again) {
    run(unknown_pack("evt_1"));
    BOOST_TEST((retry("key_1", unknown_pack("evt_1")).refusal == refusal::still_parked));
    BOOST_TEST(in_words(retry("key_1", purchase_of("evt_1"))) == "applied");
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(only_a_parked_event_can_be_retried) {
    require_refused(refusal::unknown_event, retrying(purchase_of("evt_1")));
    run(update_of("evt_1", refund_of("re_1", 450)));
    require_refused(refusal::event_waiting, retrying(update_of("evt_1", refund_of("re_1", 450))));
    run(purchase_of("evt_2"));
    require_refused(refusal::event_settled, retrying(purchase_of("evt_2")));
    require_refused(refusal::event_settled, retrying(update_of("evt_1", refund_of("re_1", 450))));
    run(test::ignored_command("evt_3"));
    require_refused(refusal::event_settled, retrying(purchase_of("evt_3", "pi_3")));
    run(unknown_pack("evt_4", "pi_4"));
    dismiss("key_1", "evt_4", "pi_4");
    require_refused(refusal::event_settled, retrying(purchase_of("evt_4", "pi_4")));
    require_refused(refusal::event_settled, dismissing("evt_4", "pi_4", "again"));
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_purchase_that_another_event_credited_is_a_duplicate) {
    run(unknown_pack("evt_1"));
    run(purchase_of("evt_2"));
    BOOST_TEST(in_words(retry("key_1", purchase_of("evt_1"))) == "duplicate");
    BOOST_TEST(stored("evt_1") == "duplicate");
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(a_retry_of_an_event_of_the_other_mode_credits_after_the_endpoint_is_corrected) {
    run(other_mode("evt_1"));
    require_refused(refusal::still_parked, retrying(other_mode("evt_1")), reason::livemode_mismatch);
    BOOST_TEST(in_words(retry("key_1", purchase_of("evt_1"))) == "applied");
    BOOST_TEST(balance() == 1000);
    BOOST_TEST(in_words(run(purchase_of("evt_1"))) == "duplicate"); // a late delivery at the right endpoint
    BOOST_TEST(in_words(run(other_mode("evt_1"))) == "duplicate");
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_payment_that_is_now_foreign_takes_the_event_off_the_queue) {
    run(unknown_pack("evt_1"));
    const stripe_command foreign = test::end_command("evt_1", "pi_1", {.not_ours = true});
    BOOST_TEST(in_words(retry("key_1", foreign)) == "ignored");
    BOOST_TEST(stored("evt_1") == "ignored");
    BOOST_TEST(in_words(run(purchase_of("evt_1"))) == "duplicate"); // an operator has decided
    BOOST_TEST(in_words(run(update_of("evt_2", refund_of("re_1", 450)))) == "ignored");
}

BOOST_AUTO_TEST_CASE(a_retried_refund_without_its_purchase_waits) {
    run({.event = test::make_event("evt_1", "pi_1"), .effect = park_event{reason::bad_payload}});
    BOOST_TEST(in_words(retry("key_1", update_of("evt_1", refund_of("re_1", 450)))) == "waiting");
    BOOST_TEST(stored("evt_1") == "waiting");
    run(purchase_of("evt_2"));
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(balance() == 500);
    BOOST_TEST(last_row().event_id == "evt_1");
}

BOOST_AUTO_TEST_CASE(a_parked_refund_of_a_partial_capture_can_be_retried_only_once_it_is_proven) {
    stripe_command captured = purchase_of("evt_1");
    std::get<purchase>(captured.effect).amount_requested_cents = 2000;
    run(captured);
    const auto unproven = update_of("evt_2", refund_of("re_1", 450, refund_status::counting, false));
    BOOST_TEST(in_words(run(unproven)) == "parked partial_capture_refund");
    require_refused(refusal::still_parked, retrying(unproven), reason::partial_capture_refund);
    const std::int64_t before = balance();
    const auto proven = update_of("evt_2", refund_of("re_1", 450));
    const outcome got = retry("key_1", proven);
    BOOST_TEST(in_words(got) == "applied");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(balance() <= before);
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_refund_that_another_event_has_proven_is_applied) {
    stripe_command captured = purchase_of("evt_1");
    std::get<purchase>(captured.effect).amount_requested_cents = 2000;
    run(captured);
    const auto unproven = update_of("evt_2", refund_of("re_1", 450, refund_status::counting, false));
    BOOST_TEST(in_words(run(unproven)) == "parked partial_capture_refund");
    run(update_of("evt_3", refund_of("re_1", 450)));
    const std::size_t rows_before = rows();
    // It brought something new when it arrived, and rows may refer to it: it is not a duplicate.
    BOOST_TEST(in_words(retry("key_1", unproven)) == "applied");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(rows() == rows_before);
    BOOST_TEST(balance() == 500);
}

BOOST_AUTO_TEST_CASE(a_dismissed_parked_event_stays_dismissed_with_its_reason) {
    run(unknown_pack("evt_1"));
    BOOST_TEST(in_words(dismiss("key_1", "evt_1")) == "dismissed unknown_pack");
    BOOST_TEST(stored("evt_1") == "dismissed unknown_pack");
    BOOST_TEST(in_words(run(purchase_of("evt_1"))) == "duplicate");
    BOOST_TEST(stored("evt_1") == "dismissed unknown_pack");
    BOOST_TEST(rows() == 0U);
    BOOST_TEST(in_words(run(purchase_of("evt_2"))) == "applied"); // the payment can still be credited
}

BOOST_AUTO_TEST_CASE(the_facts_of_a_dismissed_waiting_event_are_settled_with_the_purchase) {
    run(update_of("evt_1", refund_of("re_1", 450)));
    run(update_of("evt_2", refund_of("re_2", 90)));
    BOOST_TEST(in_words(dismiss("key_1", "evt_1")) == "dismissed");
    BOOST_TEST(database->payments.at("pi_1").facts.refunds.size() == 2U);
    const outcome got = run(purchase_of("evt_3"));
    BOOST_TEST(got.posted.size() == 2U);
    BOOST_TEST(balance() == 400);
    BOOST_TEST(last_row().event_id == "evt_2");
    BOOST_TEST(stored("evt_1") == "dismissed");
    BOOST_TEST(stored("evt_2") == "applied");
}

BOOST_AUTO_TEST_CASE(a_refund_whose_only_event_was_dismissed_is_posted_with_the_purchases_event_id) {
    run(update_of("evt_1", refund_of("re_1", 450)));
    dismiss("key_1", "evt_1");
    BOOST_TEST(test::waiting_in(*database) == 0U);
    run(purchase_of("evt_2"));
    BOOST_TEST(balance() == 500);
    BOOST_TEST(last_row().event_id == "evt_2");
    BOOST_TEST(stored("evt_1") == "dismissed");
}

// endpoints_test.cpp tests that a dismissal is final.
BOOST_AUTO_TEST_CASE(an_event_ignored_for_its_mode_after_a_retry_stays_ignored) {
    run(other_mode("evt_1"));
    BOOST_TEST(in_words(retry("key_1", {.event = test::make_event("evt_1", "pi_1"),
                                        .effect = ignore_event{reason::livemode_mismatch}})) ==
               "ignored livemode_mismatch");
    BOOST_TEST(in_words(run(purchase_of("evt_1"))) == "duplicate");
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(the_same_key_returns_the_first_outcome_even_if_catalogue_changed) {
    run(other_mode("evt_1"));
    dismiss("key_1", "evt_1");
    outcome again = dismiss("key_1", "evt_1");
    BOOST_TEST(again.replayed);
    BOOST_TEST(in_words(again) == "dismissed livemode_mismatch");
    BOOST_TEST(again.posted.empty());
    run(unknown_pack("evt_2", "pi_2"));
    const outcome first = retry("key_2", purchase_of("evt_2", "pi_2"));
    // The catalogue is not part of the request.
    again = retry("key_2", purchase_of("evt_2", "pi_2", {.tokens = 7, .amount_cents = 900}));
    BOOST_TEST(again.replayed);
    BOOST_TEST((again.posted == first.posted));
    BOOST_TEST(in_words(again) == "applied");
    BOOST_TEST(balance() == 1000);
}

BOOST_AUTO_TEST_CASE(a_key_cannot_be_reused_for_another_action_or_request) {
    run({unknown_pack("evt_1"), unknown_pack("evt_2", "pi_2")});
    dismiss("key_1", "evt_1");
    const auto reused = [&](operation what) { return in_words(act("key_1", std::move(what)).refusal); };
    BOOST_TEST(reused(dismissing("evt_2", "pi_2")) == "key_reused");
    BOOST_TEST(reused(dismissing("evt_1", "pi_1", "another reason")) == "key_reused");
    BOOST_TEST(reused(retrying(purchase_of("evt_1"))) == "key_reused");
    BOOST_TEST(reused(test::assigning("evt_1", "pi_1")) == "key_reused");
    BOOST_TEST(reused(test::granting("alice", 1)) == "key_reused");
    BOOST_TEST(stored("evt_2") == "parked unknown_pack");
    BOOST_TEST(rows() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
