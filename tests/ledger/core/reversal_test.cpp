// Giving back what a usage was charged: once, and never more.
#include "amounts.hpp"
#include "request_commands.hpp"
#include "request_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;

BOOST_FIXTURE_TEST_SUITE(reversals, request_fixture)

BOOST_AUTO_TEST_CASE(a_reversal_gives_back_what_a_usage_was_charged_once) {
    run(request("key_1", {granting("alice", 10)}));
    run(lone_usage(using_up("req_1", "alice", 7)));
    const outcome got = run(lone_reversal(reversing("req_1", "alice")));
    BOOST_TEST((got.result == result::applied));
    BOOST_REQUIRE_EQUAL(got.posted.size(), 1U);
    BOOST_TEST((got.posted[0].type == transaction_type::refund && got.posted[0].source == source::usage));
    BOOST_TEST(got.posted[0].token_amount == 7);
    const transaction_row& row = database->transactions.back();
    BOOST_TEST(row.usage_request_id == "req_1");
    BOOST_TEST((row.actor == operator_uid));
    BOOST_TEST(row.idempotency_key.empty());
    const outcome again = run(lone_reversal(reversing("req_1", "alice")));
    BOOST_TEST(again.replayed);
    BOOST_TEST((again.posted == got.posted));
    require_refused(lone_reversal(reversing("req_1", "alice", 7)), refusal::key_reused);
    require_refused(request("key_2", {reversing("req_1", "alice")}), refusal::key_reused);
    BOOST_TEST(balance("alice") == 10);
}

BOOST_AUTO_TEST_CASE(a_reversal_may_give_back_a_part_and_never_more_than_was_charged) {
    run(request("key_1", {granting("alice", 10)}));
    usage what = using_up("req_1", "alice", 17);
    what.overrun = overrun::to_zero;
    BOOST_TEST(run(lone_usage(what)).uncovered == 7);
    require_refused(lone_reversal(reversing("req_1", "alice", 11)), refusal::exceeds_charge);
    require_refused(lone_reversal(reversing("req_1", "alice", greatest)), refusal::exceeds_charge);
    BOOST_TEST((run(lone_reversal(reversing("req_1", "alice", 4))).result == result::applied));
    require_refused(lone_reversal(reversing("req_1", "alice", 6)), refusal::key_reused);
    BOOST_TEST(balance("alice") == 4);
    run(lone_usage(using_up("req_2", "alice", 0)));
    require_refused(lone_reversal(reversing("req_2", "alice")), refusal::exceeds_charge);
    require_refused(lone_reversal(reversing("req_2", "alice", 1)), refusal::exceeds_charge);
}

BOOST_AUTO_TEST_CASE(a_reversal_names_a_usage_of_its_account) {
    require_refused(lone_reversal(reversing("req_1", "alice")), refusal::unknown_account);
    run(request("key_1", {granting("alice", 10), granting("bob", 10)}));
    require_refused(lone_reversal(reversing("req_1", "alice")), refusal::unknown_usage);
    run(lone_usage(using_up("req_1", "alice", 7)));
    require_refused(lone_reversal(reversing("req_1", "bob")), refusal::unknown_usage);
    require_refused(request("key_2", {using_up("req_2", "alice", 1), reversing("req_2", "alice")}),
                    refusal::unknown_usage, 1);
    BOOST_TEST((run(lone_reversal(reversing("req_1", "alice"))).result == result::applied));
}

BOOST_AUTO_TEST_CASE(a_usage_and_its_reversal_may_be_of_one_group_commit) {
    run(request("key_1", {granting("alice", 10)}));
    const auto got = run_all(
        {lone_usage(using_up("req_1", "alice", 7)), lone_reversal(reversing("req_1", "alice", 2)),
         lone_reversal(reversing("req_1", "alice", 2)), lone_reversal(reversing("req_1", "alice", 3))});
    BOOST_TEST((got[1].result == result::applied && !got[1].replayed));
    BOOST_TEST(got[2].replayed);
    BOOST_TEST((got[3].refusal == refusal::key_reused));
    BOOST_TEST(balance("alice") == 5);
}

BOOST_AUTO_TEST_CASE(a_batch_reverses_several_usages_or_none) {
    run(request("key_1", {granting("alice", 10)}));
    run(request("key_2", {using_up("req_1", "alice", 3), using_up("req_2", "alice", 4)}));
    require_refused(request("key_3", {reversing("req_1", "alice"), reversing("req_2", "alice", 5)}),
                    refusal::exceeds_charge, 1);
    require_refused(request("key_3", {reversing("req_1", "alice"), reversing("req_1", "alice")}),
                    refusal::key_reused, 1);
    const outcome got = run(request("key_3", {reversing("req_1", "alice"), reversing("req_2", "alice", 1)}));
    BOOST_TEST(got.posted.size() == 2U);
    BOOST_TEST(balance("alice") == 7);
    require_refused(lone_reversal(reversing("req_2", "alice")), refusal::key_reused);
}

BOOST_AUTO_TEST_CASE(a_reversal_repays_a_debt_and_leaves_int64_no_more_than_any_credit) {
    run(request("key_1", {granting("alice", 5)}));
    usage what = using_up("req_1", "alice", 9);
    what.overrun = overrun::allow_negative;
    run(lone_usage(what));
    BOOST_TEST(balance("alice") == -4);
    run(request("key_2", {granting("alice", greatest)}));
    require_refused(lone_reversal(reversing("req_1", "alice")), refusal::balance_overflow);
    run(lone_reversal(reversing("req_1", "alice", 4)));
    BOOST_TEST(balance("alice") == greatest);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
