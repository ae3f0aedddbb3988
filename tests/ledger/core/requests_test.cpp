// Grants, deductions, transfers and usage: all or nothing, one key, one effect.
#include "amounts.hpp"
#include "commands.hpp"
#include "request_commands.hpp"
#include "request_fixture.hpp"

#include "codec/command.hpp"
#include "ledger/writer.hpp"
#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <thread>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;

BOOST_FIXTURE_TEST_SUITE(requests, request_fixture)

BOOST_AUTO_TEST_CASE(a_grant_to_an_account_that_must_exist_does_not_create_it) {
    grant existing = granting("alice", 500);
    existing.existing = true;
    require_refused(request("key_1", {existing}), refusal::unknown_account);
    BOOST_TEST(!database->accounts.contains("alice"));
    run(request("key_2", {granting("alice", 1)}));
    const outcome got = run(request("key_1", {existing})); // the refusal did not use the key
    BOOST_TEST((got.result == result::applied && !got.replayed));
    BOOST_TEST(balance("alice") == 501);
    existing.existing = false;
    BOOST_TEST((run(request("key_1", {existing})).refusal == refusal::key_reused));
}

BOOST_AUTO_TEST_CASE(within_a_batch_an_account_exists_once_an_earlier_item_created_it) {
    grant existing = granting("alice", 2);
    existing.existing = true;
    require_refused(request("key_1", {existing, granting("alice", 1)}), refusal::unknown_account, 0);
    const outcome got = run(request("key_2", {granting("alice", 1), existing}));
    BOOST_TEST((got.result == result::applied));
    BOOST_TEST(balance("alice") == 3);
}

BOOST_AUTO_TEST_CASE(a_grant_creates_the_account_and_records_actor_and_reason) {
    const outcome got = run(request("key_1", {granting("alice", 500)}));
    BOOST_TEST((got.result == result::applied));
    BOOST_REQUIRE_EQUAL(database->transactions.size(), 1U);
    const transaction_row& row = database->transactions.front();
    BOOST_TEST((row.type == transaction_type::grant));
    BOOST_TEST((row.source == source::admin));
    BOOST_TEST(row.token_amount == 500);
    BOOST_TEST(row.reason == "because");
    BOOST_TEST(row.idempotency_key == "key_1");
    BOOST_TEST((row.actor == operator_uid));
    BOOST_TEST(balance("alice") == 500);
}

BOOST_AUTO_TEST_CASE(a_repeated_request_returns_the_first_outcome_and_another_with_its_key_is_refused) {
    const outcome first = run(request("key_1", {granting("alice", 500)}));
    outcome again = run(request("key_1", {granting("alice", 500)}));
    BOOST_TEST(again.replayed);
    BOOST_TEST((again.posted == first.posted));
    require_refused(request("key_1", {granting("alice", 501)}), refusal::key_reused);
    require_refused(request("key_1", {deducting("alice", 500)}), refusal::key_reused);
    BOOST_TEST(balance("alice") == 500);
}

BOOST_AUTO_TEST_CASE(the_same_key_twice_in_one_batch_has_one_effect) {
    const auto got =
        run_all({request("key_1", {granting("alice", 5)}), request("key_1", {granting("alice", 5)}),
                 request("key_1", {granting("alice", 6)})});
    BOOST_TEST(!got[0].replayed);
    BOOST_TEST(got[1].replayed);
    BOOST_TEST((got[1].posted == got[0].posted));
    BOOST_TEST((got[2].refusal == refusal::key_reused));
    BOOST_TEST(balance("alice") == 5);
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_use_the_key) {
    require_refused(request("key_1", {deducting("alice", 10)}), refusal::unknown_account);
    run(request("key_2", {granting("alice", 9)}));
    require_refused(request("key_1", {deducting("alice", 10)}), refusal::insufficient_balance);
    run(request("key_3", {granting("alice", 1)}));
    BOOST_TEST((run(request("key_1", {deducting("alice", 10)})).result == result::applied));
    BOOST_TEST(balance("alice") == 0);
}

BOOST_AUTO_TEST_CASE(a_deduction_goes_below_zero_only_if_the_request_allows_it) {
    run(request("key_1", {granting("alice", 10)}));
    require_refused(request("key_2", {deducting("alice", 11)}), refusal::insufficient_balance);
    BOOST_TEST((run(request("key_3", {deducting("alice", 11, true)})).result == result::applied));
    BOOST_TEST(balance("alice") == -1);
    require_refused(
        request("key_4", {deducting("alice", greatest, true), deducting("alice", greatest, true)}),
        refusal::balance_overflow, 1);
}

BOOST_AUTO_TEST_CASE(a_transfer_posts_two_rows_and_never_creates_a_debt) {
    run(request("key_1", {granting("alice", 100), granting("bob", 1)}));
    const outcome got = run(request("key_2", {moving("alice", "bob", 60)}));
    BOOST_REQUIRE_EQUAL(got.posted.size(), 2U);
    BOOST_TEST(got.posted[0].token_amount == -60);
    BOOST_TEST(got.posted[1].token_amount == 60);
    BOOST_TEST(database->transactions[2].counterparty == "bob");
    BOOST_TEST(database->transactions[3].counterparty == "alice");
    require_refused(request("key_3", {moving("alice", "bob", 41)}), refusal::insufficient_balance);
    require_refused(request("key_4", {moving("alice", "alice", 1)}), refusal::same_account);
    require_refused(request("key_5", {moving("alice", "nobody", 1)}), refusal::unknown_account);
    require_refused(request("key_6", {moving("nobody", "alice", 1)}), refusal::unknown_account);
    BOOST_TEST(balance("alice") == 40);
    BOOST_TEST(balance("bob") == 61);
}

BOOST_AUTO_TEST_CASE(a_command_of_several_operations_is_applied_as_a_whole_or_not_at_all) {
    run(request("key_1", {granting("alice", 100)}));
    require_refused(request("key_2", {deducting("alice", 60), granting("bob", 5), deducting("alice", 60)}),
                    refusal::insufficient_balance, 2);
    const outcome got =
        run(request("key_2", {granting("bob", 5), moving("alice", "bob", 50), deducting("bob", 55)}));
    BOOST_TEST(got.posted.size() == 4U);
    BOOST_TEST(balance("alice") == 50);
    BOOST_TEST(balance("bob") == 0);
}

BOOST_AUTO_TEST_CASE(a_reference_can_be_used_once_per_source) {
    run(request("key_1", {granting("alice", 10, grant_source::subscription, "in_1")}));
    require_refused(request("key_2", {granting("alice", 10, grant_source::subscription, "in_1")}),
                    refusal::reference_used);
    require_refused(request("key_3", {granting("bob", 1, grant_source::trial, "in_2"),
                                      granting("bob", 1, grant_source::trial, "in_2")}),
                    refusal::reference_used, 1);
    BOOST_TEST((run(request("key_4", {granting("alice", 10, grant_source::trial, "in_1")})).result ==
                result::applied));
    BOOST_TEST(run(request("key_1", {granting("alice", 10, grant_source::subscription, "in_1")})).replayed);
    BOOST_TEST(balance("alice") == 20);
    BOOST_TEST((database->transactions[0].source == source::subscription));
}

BOOST_AUTO_TEST_CASE(usage_alone_posts_nothing_and_charged_usage_posts_a_deduction) {
    BOOST_TEST((run(lone_usage(using_up("req_1", "somebody", 0))).result == result::applied));
    BOOST_TEST(database->transactions.empty());
    require_refused(lone_usage(using_up("req_2", "alice", 7)), refusal::unknown_account);
    run(request("key_1", {granting("alice", 10)}));
    const outcome got = run(lone_usage(using_up("req_2", "alice", 7)));
    BOOST_REQUIRE_EQUAL(got.posted.size(), 1U);
    const transaction_row& row = database->transactions.back();
    BOOST_TEST((row.source == source::usage));
    BOOST_TEST(row.usage_request_id == "req_2");
    BOOST_REQUIRE_EQUAL(database->usages.size(), 2U);
    BOOST_TEST((database->usages[1].deduction_sequence == row.sequence));
    BOOST_TEST(!database->usages[0].deduction_sequence.has_value());
    require_refused(lone_usage(using_up("req_3", "alice", 4)), refusal::insufficient_balance);
    BOOST_TEST(balance("alice") == 3);
}

BOOST_AUTO_TEST_CASE(a_charge_to_zero_takes_what_is_there_and_says_what_is_uncovered) {
    run(request("key_1", {granting("alice", 10)}));
    usage what = using_up("req_1", "alice", 7);
    what.overrun = overrun::to_zero;
    BOOST_TEST(run(lone_usage(what)).uncovered == 0);
    what.request_id = "req_2";
    const outcome got = run(lone_usage(what));
    BOOST_TEST(got.uncovered == 4);
    BOOST_REQUIRE_EQUAL(got.posted.size(), 1U);
    BOOST_TEST(got.posted[0].token_amount == -3);
    BOOST_TEST(database->usages.back().charged_tokens == 3);
    BOOST_TEST(database->usages.back().uncovered_tokens == 4);
    what.request_id = "req_3";
    const outcome nothing = run(lone_usage(what));
    BOOST_TEST(nothing.uncovered == 7);
    BOOST_TEST(nothing.posted.empty());
    BOOST_TEST(!database->usages.back().deduction_sequence);
    const outcome again = run(lone_usage(what));
    BOOST_TEST(again.replayed);
    BOOST_TEST(again.uncovered == 7);
    BOOST_TEST(balance("alice") == 0);
    what.request_id = "req_4";
    what.user_id = "nobody";
    require_refused(lone_usage(what), refusal::unknown_account);
}

BOOST_AUTO_TEST_CASE(a_charge_to_zero_of_a_debt_takes_nothing) {
    run(request("key_1", {granting("alice", 1), deducting("alice", 5, true)}));
    usage what = using_up("req_1", "alice", 7);
    what.overrun = overrun::to_zero;
    BOOST_TEST(run(lone_usage(what)).uncovered == 7);
    BOOST_TEST(balance("alice") == -4);
}

BOOST_AUTO_TEST_CASE(a_charge_that_may_go_below_zero_is_charged_whole) {
    run(request("key_1", {granting("alice", 10)}));
    usage what = using_up("req_1", "alice", 25);
    what.overrun = overrun::allow_negative;
    BOOST_TEST(run(lone_usage(what)).uncovered == 0);
    BOOST_TEST(balance("alice") == -15);
    BOOST_TEST(database->usages.back().charged_tokens == 25);
}

BOOST_AUTO_TEST_CASE(a_batch_says_all_that_is_uncovered_and_each_usage_its_own) {
    run(request("key_1", {granting("alice", 10)}));
    usage one = using_up("req_1", "alice", 12);
    usage two = using_up("req_2", "alice", 3);
    one.overrun = two.overrun = overrun::to_zero;
    BOOST_TEST(run(request("key_2", {one, two})).uncovered == 5);
    BOOST_TEST(run(request("key_2", {one, two})).uncovered == 5);
    BOOST_TEST(run(lone_usage(one)).uncovered == 2);
    BOOST_TEST(run(lone_usage(two)).uncovered == 3);
}

BOOST_AUTO_TEST_CASE(a_usage_that_occurred_in_the_future_or_too_long_ago_is_refused_and_uses_no_key) {
    const auto us = [](auto duration) { return std::chrono::microseconds(duration).count(); };
    usage what = using_up("req_1", "alice", 0);
    for (const std::int64_t at : {database->now_us + us(max_usage_lead) + 1,
                                  database->now_us - us(max_usage_age) - 1, std::int64_t{0}}) {
        what.occurred_at_us = at;
        require_refused(lone_usage(what), refusal::time_out_of_range);
        require_refused(request("key_1", {granting("bob", 1), what}), refusal::time_out_of_range, 1);
    }
    what.occurred_at_us = database->now_us - us(max_usage_age);
    BOOST_TEST((run(lone_usage(what)).result == result::applied));
    database->now_us += us(max_usage_age);
    BOOST_TEST(run(lone_usage(what)).replayed); // known: its time is not looked at again
    what.request_id = "req_2";
    what.occurred_at_us = database->now_us + us(max_usage_lead);
    BOOST_TEST((run(lone_usage(what)).result == result::applied));
}

BOOST_AUTO_TEST_CASE(a_request_id_counts_once_alone_or_in_a_batch) {
    run(request("key_1", {granting("alice", 100), using_up("req_1", "alice", 1)}));
    BOOST_TEST(run(lone_usage(using_up("req_1", "alice", 1))).replayed);
    require_refused(lone_usage(using_up("req_1", "alice", 2)), refusal::key_reused);
    require_refused(request("key_2", {using_up("req_2", "alice", 1), using_up("req_1", "alice", 1)}),
                    refusal::key_reused, 1);
    require_refused(request("key_3", {using_up("req_3", "alice", 1), using_up("req_3", "alice", 1)}),
                    refusal::key_reused, 1);
    BOOST_TEST(balance("alice") == 99);
    BOOST_TEST(database->usages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_balance_that_would_leave_int64_is_refused) {
    run(request("key_1", {granting("alice", greatest)}));
    require_refused(request("key_2", {granting("alice", 1)}), refusal::balance_overflow);
    run(request("key_3", {granting("bob", 1)}));
    require_refused(request("key_4", {moving("bob", "alice", 1)}), refusal::balance_overflow);
    BOOST_TEST(balance("alice") == greatest);
}

BOOST_AUTO_TEST_CASE(requests_and_purchases_share_a_batch_and_a_chain) {
    const auto got =
        run_all({purchase_command("evt_1", "pi_1"), request("key_1", {deducting("alice", 400)}),
                 purchase_command("evt_2", "pi_2"), request("key_2", {deducting("alice", 1601)})});
    BOOST_TEST((got[1].result == result::applied)); // paid from the purchase before it
    BOOST_TEST((got[3].refusal == refusal::insufficient_balance));
    BOOST_TEST(balance("alice") == 1600);
    for (std::size_t i = 0; i < database->transactions.size(); ++i)
        BOOST_TEST(database->transactions[i].sequence == static_cast<std::int64_t>(i + 1));
}

BOOST_AUTO_TEST_CASE(commands_have_the_same_hash_only_if_they_are_equal) {
    const auto hash = [](const command& what) { return hash_of(std::get<admin_command>(what)); };
    BOOST_TEST((hash(request("a", {granting("u", 1)})) == hash(request("b", {granting("u", 1)}))));
    std::set<std::string> seen;
    for (const command& each :
         {request("k", {granting("u", 1)}), request("k", {granting("u", 11)}),
          request("k", {granting("u1", 1)}), request("k", {granting("u", 1, grant_source::trial, "r")}),
          request("k", {deducting("u", 1)}), request("k", {deducting("u", 1, true)}),
          request("k", {moving("u", "v", 1)}), request("k", {moving("v", "u", 1)}),
          request("k", {granting("u", 1), granting("u", 1)}), request("k", {using_up("r", "u", 1)}),
          request("k", {using_up("r", "u", 0)})})
        BOOST_TEST(seen.insert(hash(each)).second);
}

BOOST_AUTO_TEST_CASE(a_request_that_the_database_refuses_is_answered_broken_and_does_not_use_the_key) {
    bool failing = true;
    database->before = [&](std::string_view step, std::span<const command>) {
        if (step == "apply" && failing)
            throw store_error(store_failure::refused, "a constraint says no");
    };
    std::vector<std::unique_ptr<store>> stores;
    stores.push_back(make_memory_store(database));
    writer ledger({}, std::move(stores));
    const auto ask = [&] {
        auto promise = std::make_shared<std::promise<completion>>();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        BOOST_REQUIRE((ledger.submit(request("key_1", {granting("alice", 1)}), deadline,
                                     [promise](completion value) { promise->set_value(std::move(value)); }) ==
                       admission::accepted));
        return promise->get_future().get();
    };
    const completion broken = ask();
    BOOST_REQUIRE(std::holds_alternative<unavailable>(broken));
    BOOST_TEST((std::get<unavailable>(broken) == unavailable::broken));
    failing = false;
    BOOST_TEST(std::holds_alternative<outcome>(ask()));
    ledger.stop();
    BOOST_TEST(balance("alice") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
