// One event at several endpoints, one payment id in several accounts and modes: it is credited once, by an
// endpoint that can, and an operator's decision stands.
#include "operators.hpp"

#include "core/plan.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;
namespace test = tokenledger::test;

stripe_command at(const std::string& endpoint, stripe_command what) {
    what.event.endpoint = endpoint;
    return what;
}

stripe_command of(bool livemode, const std::string& account, stripe_command what) {
    what.event.livemode = livemode;
    what.event.account = account;
    return what;
}

struct endpoints : operators {
    static stripe_command refused(reason why) {
        return at("/a", purchase_of("evt_1", "pi_1", {.amount_cents = 900, .refused = why}));
    }
    static stripe_command credits(const std::string& event = "evt_1") { return at("/b", purchase_of(event)); }
    static stripe_command unreadable_refund() {
        stripe_command made = at("/a", update_of("evt_2", {}));
        made.effect = park_event{reason::bad_payload};
        return made;
    }
    static stripe_command readable_refund() { return at("/b", update_of("evt_2", refund_of("re_1", 450))); }
};

BOOST_FIXTURE_TEST_SUITE(several_endpoints, endpoints)

BOOST_AUTO_TEST_CASE(a_dismissed_event_is_not_taken_over_by_another_endpoint) {
    run(at("/test", other_mode("evt_1")));
    dismiss("key_1", "evt_1");
    const std::string before = everything();
    BOOST_TEST(in_words(run(at("/live", purchase_of("evt_1")))) == "duplicate");
    BOOST_TEST(in_words(run(std::vector<command>{at("/test", other_mode("evt_1")),
                                                 at("/live", purchase_of("evt_1"))})[1]) == "duplicate");
    BOOST_TEST(everything() == before);
    BOOST_TEST(stored("evt_1") == "dismissed livemode_mismatch");
    BOOST_TEST(balance() == 0);

    run(refused(reason::unknown_pack)); // the same for an event that another endpoint could credit
    run(at("/a", unknown_pack("evt_3", "pi_3")));
    dismiss("key_3", "evt_3", "pi_3");
    BOOST_TEST(in_words(run(at("/b", purchase_of("evt_3", "pi_3")))) == "duplicate");
    BOOST_TEST(balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_payment_parked_by_one_endpoint_is_credited_by_another_that_can) {
    for (const reason why : {reason::unknown_pack, reason::currency_mismatch, reason::amount_mismatch,
                             reason::bad_metadata, reason::zero_amount}) {
        endpoints each;
        BOOST_TEST(in_words(each.run(refused(why))) == "parked " + std::string(to_string(why)));
        BOOST_TEST(in_words(each.run(credits())) == "applied");
        BOOST_TEST(each.stored("evt_1") == "applied");
        BOOST_TEST(each.balance() == 1000);
        for (const stripe_command& again : {refused(why), credits()})
            BOOST_TEST(in_words(each.run(again)) == "duplicate");
        BOOST_TEST(each.balance() == 1000);
        BOOST_TEST(each.stored("evt_1") == "applied");
    }
}

BOOST_AUTO_TEST_CASE(an_event_at_two_endpoints_is_credited_once_within_one_batch_in_both_orders) {
    for (const bool parks_first : {true, false}) {
        endpoints each;
        std::vector<command> batch{refused(reason::unknown_pack), credits()};
        if (!parks_first)
            std::swap(batch[0], batch[1]);
        const std::vector<outcome> got = each.run(batch);
        BOOST_TEST(in_words(got[0]) == (parks_first ? "parked unknown_pack" : "applied"));
        BOOST_TEST(in_words(got[1]) == (parks_first ? "applied" : "duplicate"));
        BOOST_TEST(each.balance() == 1000);
        BOOST_TEST(each.stored("evt_1") == "applied");
    }
}

BOOST_AUTO_TEST_CASE(a_parked_event_is_a_duplicate_at_the_same_endpoint_and_where_it_cannot_be_credited) {
    run(refused(reason::unknown_pack));
    const std::string before = everything();
    BOOST_TEST(in_words(run(at("/c", unknown_pack("evt_1")))) == "duplicate");
    BOOST_TEST(in_words(run(at("/c", other_mode("evt_1")))) == "duplicate");
    BOOST_TEST(in_words(run(at("/a", purchase_of("evt_1")))) ==
               "duplicate"); // after a correction: needs `retry`
    BOOST_TEST(everything() == before);
    run(purchase_of("evt_9")); // the payment is credited by another event
    const std::string credited = everything();
    BOOST_TEST(in_words(run(credits())) == "duplicate");
    BOOST_TEST(everything() == credited);
}

BOOST_AUTO_TEST_CASE(a_refund_that_waited_is_settled_by_the_endpoint_that_credits) {
    run(refused(reason::unknown_pack));
    BOOST_TEST(in_words(run(at("/a", update_of("evt_2", refund_of("re_1", 450))))) == "waiting");
    BOOST_TEST(run(credits()).posted.size() == 2U);
    BOOST_TEST(balance() == 500);
    BOOST_TEST(stored("evt_2") == "applied");
}

BOOST_AUTO_TEST_CASE(an_event_stays_parked_if_crediting_it_would_overflow_the_balance) {
    run(purchase_of("evt_9", "pi_9", {.tokens = INT64_MAX, .amount_cents = 900}));
    run(refused(reason::unknown_pack));
    BOOST_TEST(in_words(run(credits())) == "duplicate");
    BOOST_TEST(stored("evt_1") == "parked unknown_pack");
}

BOOST_AUTO_TEST_CASE(a_refund_that_one_endpoint_could_not_read_is_applied_at_another) {
    run(purchase_of("evt_1"));
    BOOST_TEST(in_words(run(unreadable_refund())) == "parked bad_payload");
    BOOST_TEST(in_words(run(readable_refund())) == "applied");
    BOOST_TEST(balance() == 500);
    BOOST_TEST(stored("evt_2") == "applied");
    BOOST_TEST(in_words(run(readable_refund())) == "duplicate");

    endpoints before_it;
    before_it.run(unreadable_refund());
    BOOST_TEST(in_words(before_it.run(readable_refund())) == "waiting");
    before_it.run(purchase_of("evt_1"));
    BOOST_TEST(before_it.balance() == 500);
}

BOOST_AUTO_TEST_CASE(a_refund_parked_as_unproven_is_not_taken_over_by_another_endpoint) {
    stripe_command captured = purchase_of("evt_1");
    std::get<purchase>(captured.effect).amount_requested_cents = 1000;
    run(captured);
    const payment_facts unproven = refund_of("re_1", 450, refund_status::counting, false);
    BOOST_TEST(in_words(run(at("/a", update_of("evt_2", unproven)))) == "parked partial_capture_refund");
    const std::string before = everything();
    BOOST_TEST(in_words(run(at("/b", update_of("evt_2", refund_of("re_1", 450))))) == "duplicate");
    BOOST_TEST(everything() == before);
}

// The position of a row is its place in the order of effects, in which `rebuild` replays them.
BOOST_AUTO_TEST_CASE(a_row_that_is_replaced_within_a_batch_has_the_position_of_its_effect) {
    const std::vector<command> batch{refused(reason::unknown_pack), test::ignored_command("evt_2"),
                                     purchase_of("evt_3", "pi_3"), credits(),
                                     at("/b", purchase_of("evt_2", "pi_2"))};
    snapshot known;
    for (const std::string_view id : payments_to_lock(batch, {}))
        known.payments.try_emplace(std::string(id));
    known.accounts.try_emplace("alice");
    const batch_plan made = plan(batch, known);
    std::vector<std::size_t> order;
    for (const event_row& row : made.events)
        order.push_back(row.command);
    BOOST_TEST(order == (std::vector<std::size_t>{2, 3, 4}), boost::test_tools::per_element());
    BOOST_REQUIRE_EQUAL(made.transactions.size(), 3U);
    BOOST_TEST(made.transactions[0].event_id == "evt_3");
    BOOST_TEST(made.transactions[1].event_id == "evt_1");
    BOOST_TEST(made.transactions[2].event_id == "evt_2");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(one_payment_id, endpoints)

BOOST_AUTO_TEST_CASE(in_test_and_live_mode_means_two_payments_and_the_second_is_parked) {
    BOOST_TEST(in_words(run(of(false, "", purchase_of("evt_1")))) == "applied");
    BOOST_TEST(in_words(run(of(true, "", purchase_of("evt_2")))) == "parked livemode_mismatch");
    BOOST_TEST(in_words(run(of(true, "", update_of("evt_3", refund_of("re_1", 450))))) ==
               "parked livemode_mismatch");
    BOOST_TEST(in_words(run(of(true, "", test::end_command("evt_4", "pi_1", {.canceled = true})))) ==
               "ignored livemode_mismatch");
    BOOST_TEST(balance() == 1000);
    BOOST_TEST(!database->payments.at("pi_1").facts.canceled);
    BOOST_TEST(in_words(run(of(false, "", update_of("evt_5", refund_of("re_1", 450))))) == "applied");
    BOOST_TEST(balance() == 500);
}

BOOST_AUTO_TEST_CASE(in_two_accounts_means_two_payments_and_the_second_is_parked) {
    BOOST_TEST(in_words(run(of(true, "acct_1", update_of("evt_1", refund_of("re_1", 450))))) == "waiting");
    for (const std::string other : {"acct_2", ""}) {
        BOOST_TEST(in_words(run(of(true, other, purchase_of("evt_2" + other)))) == "parked account_mismatch");
        BOOST_TEST(in_words(run(of(true, other, update_of("evt_3" + other, refund_of("re_2", 450))))) ==
                   "parked account_mismatch");
    }
    BOOST_TEST(balance() == 0);
    require_refused(refusal::not_assignable, test::assigning("evt_2acct_2", "pi_1"));
    require_refused(refusal::still_parked, test::retrying(purchase_of("evt_2acct_2")),
                    reason::account_mismatch);
    BOOST_TEST(in_words(run(of(true, "acct_1", purchase_of("evt_4")))) == "applied");
    BOOST_TEST(balance() == 500);
}

BOOST_AUTO_TEST_CASE(in_two_accounts_or_modes_is_distinguished_within_one_batch) {
    const auto got = run(std::vector<command>{of(true, "acct_1", purchase_of("evt_1")),
                                              of(true, "acct_2", purchase_of("evt_2")),
                                              of(false, "acct_1", purchase_of("evt_3"))});
    BOOST_TEST(in_words(got[0]) == "applied");
    BOOST_TEST(in_words(got[1]) == "parked account_mismatch");
    BOOST_TEST(in_words(got[2]) == "parked livemode_mismatch");
    BOOST_TEST(balance() == 1000);
}

// An organisation's endpoint names the account to which another endpoint belongs. The program cannot know
// that.
BOOST_AUTO_TEST_CASE(from_two_accounts_is_one_payment_after_an_operator_retries_the_second) {
    run(of(true, "", purchase_of("evt_1")));
    const stripe_command refund = of(true, "acct_1", update_of("evt_2", refund_of("re_1", 450)));
    BOOST_TEST(in_words(run(refund)) == "parked account_mismatch");
    BOOST_TEST(in_words(retry("key_1", refund)) == "applied");
    BOOST_TEST(balance() == 500);
    // From then on both belong to this payment.
    BOOST_TEST(in_words(run(of(true, "acct_1", update_of("evt_3", refund_of("re_2", 90))))) == "applied");
    BOOST_TEST(in_words(run(of(true, "", update_of("evt_4", refund_of("re_3", 90))))) == "applied");
    BOOST_TEST(in_words(run(of(true, "acct_2", update_of("evt_5", refund_of("re_4", 90))))) ==
               "parked account_mismatch");
    BOOST_TEST(balance() == 300);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
