// Operators' actions on events, in PostgreSQL: the rows, and the stored first outcomes.
#include "action_fixture.hpp"

#include <limits>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::outcome;
using ledger::reason;
using ledger::result;

} // namespace

BOOST_FIXTURE_TEST_SUITE(actions_on_events, action_fixture)

BOOST_AUTO_TEST_CASE(every_action_is_a_row_with_actor_and_the_result_before_and_after) {
    run({unknown_pack("evt_1", "pi_1"), unknown_pack("evt_2", "pi_2"), refund("evt_3", "pi_3", 300),
         other_mode("evt_4", "pi_4")});
    BOOST_TEST(in_words(act("key_1", retrying(buys("evt_1", "pi_1")))) == "applied");
    BOOST_TEST(in_words(act("key_2", assigning("evt_2", "pi_2", {.user = "bob"}))) == "applied");
    BOOST_TEST(in_words(act("key_3", dismissing("evt_3", "pi_3"))) == "dismissed");
    BOOST_TEST(in_words(act("key_4", dismissing("evt_4", "pi_4"))) == "dismissed livemode_mismatch");
    BOOST_TEST(actions() == "evt_1 key_1 retry 1000 - parked unknown_pack applied, "
                            "evt_2 key_2 assign 1000 they wrote to us parked unknown_pack applied, "
                            "evt_3 key_3 dismiss 1000 not worth it waiting dismissed, "
                            "evt_4 key_4 dismiss 1000 not worth it parked livemode_mismatch dismissed"
                            " livemode_mismatch");
    BOOST_TEST(stored("evt_1") == "applied");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(stored("evt_3") == "dismissed");
    BOOST_TEST(stored("evt_4") == "dismissed livemode_mismatch");
    BOOST_TEST(
        value("SELECT concat_ws(' ', transaction_type, source, token_amount, amount_paid_cents, currency,"
              " stripe_payment_intent_id, stripe_event_id, coalesce(pack, '-'), actor, reason,"
              " idempotency_key) FROM tokenledger.token_transactions WHERE user_id = 'bob'") ==
        "purchase stripe 1000 900 usd pi_2 evt_2 - 1000 they wrote to us key_2");
    BOOST_TEST(value("SELECT concat_ws(' ', user_id, tokens, amount_cents, coalesce(pack, '-'))"
                     " FROM tokenledger.payments WHERE payment_intent_id = 'pi_2'") == "bob 1000 900 -");
    // The position of a key is after that of the event, for `rebuild` to replay them in order.
    BOOST_TEST(value("SELECT min(k.position) > max(e.position) FROM tokenledger.idempotency_keys k,"
                     " tokenledger.stripe_events e") == "t");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(the_facts_of_a_dismissed_event_are_settled_by_a_new_store_and_it_stays_dismissed) {
    run({refund("evt_1", "pi_1", 300), refund("evt_2", "pi_1", 150)});
    act("key_1", dismissing("evt_1", "pi_1"));
    store = new_store();
    BOOST_TEST(take(buys("evt_3", "pi_1")).posted.size() == 2U);
    BOOST_TEST(balance() == "500");
    BOOST_TEST(stored("evt_1") == "dismissed");
    BOOST_TEST(stored("evt_2") == "applied");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(verify_checks_an_assigned_payment_like_any_other) {
    run({unknown_pack("evt_1", "pi_1"), refund("evt_2", "pi_1", 450)});
    act("key_1", assigning("evt_1", "pi_1"));
    check_clean(verify(true));
    database.session().run("UPDATE tokenledger.payment_refunds SET amount_cents = 90");
    const auto found = verify();
    BOOST_REQUIRE(!found.empty());
    BOOST_TEST(found.front().check == "settlement_tokens");
    BOOST_TEST(found.front().payment_intent_id == "pi_1");
}

BOOST_AUTO_TEST_CASE(refused_actions_leave_no_row_and_no_key) {
    run({unknown_pack("evt_1", "pi_1"), refund("evt_2", "pi_2", 300), buys("evt_3", "pi_3"),
         other_mode("evt_4", "pi_4"),
         purchase_command("evt_5", "pi_3", {.user = "bob", .amount_cents = 900})});
    const auto refused = [&](ledger::operation what) { return in_words(act("key", std::move(what))); };
    BOOST_TEST(refused(retrying(unknown_pack("evt_1", "pi_1"))) == "refused unknown_pack still_parked");
    BOOST_TEST(refused(retrying(refund("evt_2", "pi_2", 300))) == "refused event_waiting");
    BOOST_TEST(refused(retrying(buys("evt_3", "pi_3"))) == "refused event_settled");
    BOOST_TEST(refused(retrying(buys("evt_9", "pi_9"))) == "refused unknown_event");
    BOOST_TEST(refused(assigning("evt_4", "pi_4")) == "refused not_assignable");
    BOOST_TEST(refused(assigning("evt_1", "pi_1", {.currency = ""})) == "refused not_assignable");
    BOOST_TEST(refused(assigning("evt_5", "pi_3")) == "refused payment_has_owner");
    BOOST_TEST(refused(assigning("evt_1", "pi_1", {.tokens = std::numeric_limits<std::int64_t>::max()})) ==
               "refused balance_overflow");
    BOOST_TEST(count("idempotency_keys") == "0");
    BOOST_TEST(count("event_actions") == "0");
    BOOST_TEST(count("token_transactions") == "1");
    BOOST_TEST(stored("evt_1") == "parked unknown_pack");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(a_repeated_action_at_another_daemon_returns_the_first_outcome) {
    run({other_mode("evt_1", "pi_1"), unknown_pack("evt_2", "pi_2"), refund("evt_3", "pi_2", 300)});
    act("key_1", dismissing("evt_1", "pi_1"));
    const outcome assigned = act("key_2", assigning("evt_2", "pi_2"));
    BOOST_TEST(assigned.posted.size() == 2U);
    const auto other = new_store();
    outcome again = act(*other, "key_1", dismissing("evt_1", "pi_1"));
    BOOST_TEST(again.replayed);
    BOOST_TEST(in_words(again) == "dismissed livemode_mismatch");
    again = act(*other, "key_2", assigning("evt_2", "pi_2", {.amount_cents = 1}));
    BOOST_TEST(again.replayed);
    BOOST_TEST((again.posted == assigned.posted));
    BOOST_TEST(in_words(act(*other, "key_2", dismissing("evt_2", "pi_2"))) == "refused key_reused");
    BOOST_TEST(in_words(act(*other, "key_3", dismissing("evt_2", "pi_2"))) == "refused event_settled");
    BOOST_TEST(stored("evt_1") == "dismissed livemode_mismatch");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(a_payment_of_amount_zero_can_be_assigned_to_the_longest_user_id) {
    const std::string user(255, 'u');
    run({unknown_pack("evt_1", "pi_1")});
    BOOST_TEST(in_words(act("key_1", assigning("evt_1", "pi_1", {.user = user, .amount_cents = 0}))) ==
               "applied");
    BOOST_TEST(balance(user) == "1000");
    BOOST_TEST(in_words(take(refund("evt_2", "pi_1", 300))) == "applied");
    BOOST_TEST(balance(user) == "1000");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(a_parked_refund_of_a_partial_capture_can_be_retried_once_it_is_proven) {
    ledger::stripe_command captured = buys("evt_1", "pi_1");
    std::get<ledger::purchase>(captured.effect).amount_requested_cents = 2000;
    run({captured});
    const auto unproven = refund("evt_2", "pi_1", 300, false);
    BOOST_TEST(in_words(take(unproven)) == "parked partial_capture_refund");
    BOOST_TEST(in_words(act("key_1", retrying(unproven))) == "refused partial_capture_refund still_parked");
    ledger::payment_facts proof = refund_of("re_of_evt_2", 300);
    BOOST_TEST(in_words(take(update_command("evt_3", "pi_1", proof))) == "applied");
    BOOST_TEST(in_words(act("key_1", retrying(unproven))) == "applied");
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(balance() == "667");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(a_parked_refund_that_a_row_refers_to_keeps_its_evidence_after_a_retry) {
    ledger::stripe_command captured = buys("evt_1", "pi_1");
    std::get<ledger::purchase>(captured.effect).amount_requested_cents = 2000;
    run({captured});
    // One event with a proven and an unproven refund.
    ledger::payment_facts both = refund_of("re_1", 90);
    both.refunds["re_2"] = {.amount_cents = 300, .moved_money = false};
    const auto told = update_command("evt_2", "pi_1", both);
    const outcome first = take(told);
    BOOST_TEST(in_words(first) == "parked partial_capture_refund");
    BOOST_TEST(first.posted.size() == 1U);
    take(update_command("evt_3", "pi_1", refund_of("re_2", 300)));
    BOOST_TEST(in_words(act("key_1", retrying(told))) == "applied");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(a_batch_with_an_event_and_the_action_on_it_commits) {
    run({other_mode("evt_1", "pi_1"), unknown_pack("evt_2", "pi_2")});
    const std::vector<ledger::command> batch = {
        request("key_1", {dismissing("evt_1", "pi_1")}), unknown_pack("evt_1", "pi_1"),
        request("key_2", {assigning("evt_2", "pi_2")}),  refund("evt_3", "pi_2", 450),
        request("key_3", {dismissing("evt_4", "pi_4")}), refund("evt_4", "pi_4", 450)};
    const auto got = ledger::run_batch(*store, batch);
    BOOST_TEST(in_words(got[0]) == "dismissed unknown_pack");
    BOOST_TEST(in_words(got[2]) == "applied");
    BOOST_TEST(in_words(got[3]) == "waiting");
    BOOST_TEST(in_words(got[4]) == "dismissed");
    BOOST_TEST(stored("evt_1") == "dismissed unknown_pack");
    BOOST_TEST(stored("evt_3") == "applied");
    BOOST_TEST(stored("evt_4") == "dismissed");
    BOOST_TEST(balance() == "500");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(an_endpoint_takes_over_a_parked_event_unless_an_operator_acted_on_it) {
    run({other_mode("evt_1", "pi_1"), other_mode("evt_2", "pi_2"), other_mode("evt_3", "pi_3"),
         other_mode("evt_4", "pi_4")});
    act("key_1", dismissing("evt_1", "pi_1"));
    const ledger::stripe_command ignored{.event = make_event("evt_2", "pi_2"),
                                         .effect = ledger::ignore_event{reason::livemode_mismatch}};
    BOOST_TEST(in_words(act("key_2", retrying(ignored))) == "ignored livemode_mismatch");
    BOOST_TEST(in_words(act("key_3", retrying(buys("evt_3", "pi_3")))) == "applied");
    for (const std::string n : {"1", "2", "3"})
        BOOST_TEST(in_words(take(buys("evt_" + n, "pi_" + n))) == "duplicate");
    BOOST_TEST(in_words(take(buys("evt_4", "pi_4"))) == "applied");
    BOOST_TEST(balance() == "2000");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_CASE(the_daemons_role_has_the_rights_for_every_action) {
    database.session().run(source_file("migrations/roles.sql"));
    database.session().run("SELECT tokenledger.grant_privileges()");
    store = new_store("tokenledger_daemon");
    run({unknown_pack("evt_1", "pi_1"), unknown_pack("evt_2", "pi_2"), refund("evt_3", "pi_2", 450),
         refund("evt_4", "pi_4", 450), other_mode("evt_5", "pi_5"), other_mode("evt_6", "pi_6")});
    BOOST_TEST(in_words(act("key_1", retrying(buys("evt_1", "pi_1")))) == "applied");
    BOOST_TEST(in_words(act("key_2", assigning("evt_2", "pi_2"))) == "applied");
    BOOST_TEST(in_words(act("key_3", dismissing("evt_4", "pi_4"))) == "dismissed");
    BOOST_TEST(in_words(act("key_4", dismissing("evt_5", "pi_5"))) == "dismissed livemode_mismatch");
    BOOST_TEST(in_words(take(buys("evt_6", "pi_6"))) == "applied");
    BOOST_TEST(act("key_2", assigning("evt_2", "pi_2")).replayed);
    BOOST_TEST(balance() == "2500");
    sql_session daemon(url_with(database.url(), "", "tokenledger_daemon"));
    for (const char* attempt :
         {"UPDATE tokenledger.event_actions SET actor = 0", "DELETE FROM tokenledger.event_actions"})
        BOOST_TEST(daemon.refused(attempt).sqlstate == "42501");
    check_clean(verify(true));
}

BOOST_AUTO_TEST_SUITE_END()
