// Requests of the admin API, in PostgreSQL: rows as planned, stored keys, several writers at once.
#include "request_commands.hpp"
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <random>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::outcome;
using ledger::refusal;
using ledger::result;

} // namespace

BOOST_FIXTURE_TEST_SUITE(requests, store_fixture)

BOOST_AUTO_TEST_CASE(every_column_of_a_request_is_stored_as_planned) {
    ledger::grant granted = granting("alice", 1000, ledger::grant_source::subscription, "in_1");
    granted.metadata = R"({"plan": "pro", "note": "it's \"quoted\""})";
    const auto first = run(*store, request("key_1", {granted, granting("bob", 1), moving("alice", "bob", 100),
                                                     deducting("bob", 1), using_up("req_1", "alice", 7)}));
    BOOST_TEST((first.result == result::applied));
    BOOST_TEST(
        value("SELECT string_agg(concat_ws(' ', user_id, sequence, transaction_type, source, token_amount,"
              " balance_after, coalesce(reason, '-'), coalesce(reference, '-'), idempotency_key, actor,"
              " coalesce(counterparty_user_id, '-'), coalesce(usage_request_id, '-')), ', '"
              " ORDER BY user_id, sequence) FROM tokenledger.token_transactions") ==
        "alice 1 grant subscription 1000 1000 because in_1 key_1 1000 - -, "
        "alice 2 transfer admin -100 900 - - key_1 1000 bob -, "
        "alice 3 deduction usage -7 893 - - key_1 1000 - req_1, "
        "bob 1 grant admin 1 1 because - key_1 1000 - -, "
        "bob 2 transfer admin 100 101 - - key_1 1000 alice -, "
        "bob 3 deduction admin -1 100 - - key_1 1000 - -");
    BOOST_TEST(
        value("SELECT metadata ->> 'note' FROM tokenledger.token_transactions WHERE metadata IS NOT NULL") ==
        "it's \"quoted\"");
    BOOST_TEST(value("SELECT concat_ws(' ', user_id, request_id, action_type, model_used, tokens_used,"
                     " input_tokens, output_tokens, cost_estimate, charged_tokens, deduction_sequence, actor)"
                     " FROM tokenledger.token_usage") ==
               "alice req_1 chat_conversation a-model 321 300 21 0.0123456789 7 3 1000");
    BOOST_TEST(value("SELECT string_agg(scope || ' ' || key, ', ' ORDER BY scope)"
                     " FROM tokenledger.idempotency_keys") ==
               "request key_1, subscription in_1, usage req_1");
    BOOST_TEST(value("SELECT sha256(command) = command_hash FROM tokenledger.idempotency_keys"
                     " WHERE scope = 'request'") == "t");
}

BOOST_AUTO_TEST_CASE(everything_that_a_usage_says_is_stored) {
    run(*store, request("key_1", {granting("team", 3)}));
    ledger::usage what = using_up("req_1", "team", 7);
    what.cached_input_tokens = 250;
    what.reasoning_tokens = 20;
    what.member = "ada";
    what.metadata = R"({"trace":"t-1"})";
    what.overrun = ledger::overrun::to_zero;
    what.occurred_at_us = std::stoll(value(
        "SELECT (extract(epoch FROM date_trunc('second', now() - interval '1 day')) * 1000000)::bigint"));
    BOOST_TEST(run(*store, lone_usage(what)).uncovered == 4);
    BOOST_TEST(
        value("SELECT concat_ws(' ', cached_input_tokens, reasoning_tokens, member, metadata ->> 'trace',"
              " charged_tokens, uncovered_tokens, deduction_sequence,"
              " (extract(epoch FROM occurred_at) * 1000000)::bigint) FROM tokenledger.token_usage") ==
        "250 20 ada t-1 3 4 2 " + std::to_string(*what.occurred_at_us));
    const auto other = new_store();
    const outcome again = run(*other, lone_usage(what));
    BOOST_TEST(again.replayed);
    BOOST_TEST(again.uncovered == 4);
    what.request_id = "req_2";
    BOOST_TEST(run(*store, lone_usage(what)).uncovered == 7);
    BOOST_TEST(value("SELECT concat_ws(' ', charged_tokens, uncovered_tokens, deduction_sequence IS NULL)"
                     " FROM tokenledger.token_usage WHERE request_id = 'req_2'") == "0 7 t");
}

BOOST_AUTO_TEST_CASE(a_reversal_is_linked_with_its_usage_and_happens_once) {
    run(*store, request("key_1", {granting("team", 10)}));
    run(*store, lone_usage(using_up("req_1", "team", 7)));
    const outcome got = run(*store, lone_reversal(reversing("req_1", "team", 5)));
    BOOST_TEST((got.result == result::applied));
    const auto other = new_store();
    const outcome again = run(*other, lone_reversal(reversing("req_1", "team", 5)));
    BOOST_TEST(again.replayed);
    BOOST_TEST((again.posted == got.posted));
    BOOST_TEST((run(*other, lone_reversal(reversing("req_1", "team"))).refusal == refusal::key_reused));
    BOOST_TEST(value("SELECT concat_ws(' ', transaction_type, source, token_amount, balance_after,"
                     " usage_request_id, actor, idempotency_key IS NULL) FROM tokenledger.token_transactions"
                     " WHERE sequence = 3") == "refund usage 5 8 req_1 1000 t");
    BOOST_TEST(value("SELECT concat_ws(' ', posted_user_ids, posted_sequences) FROM"
                     " tokenledger.idempotency_keys WHERE scope = 'reversal' AND key = 'req_1'") ==
               "{team} {3}");
    BOOST_TEST((run(*store, lone_reversal(reversing("req_2", "team"))).refusal == refusal::unknown_usage));
    BOOST_TEST(
        (run(*store, lone_reversal(reversing("req_2", "nobody"))).refusal == refusal::unknown_account));
}

BOOST_AUTO_TEST_CASE(reversals_of_one_usage_at_once_give_back_once) {
    run(*store, request("start", {granting("team", 100)}));
    constexpr int rounds = 10;
    for (int round = 0; round < rounds; ++round)
        run(*store, lone_usage(using_up("req_" + std::to_string(round), "team", 10)));
    std::vector<std::future<int>> running;
    for (std::int64_t tokens = 1; tokens <= 4; ++tokens) {
        running.push_back(std::async(std::launch::async, [this, tokens] {
            const auto own = new_store();
            int done = 0;
            for (int round = 0; round < rounds; ++round) {
                const outcome got =
                    run(*own, lone_reversal(reversing("req_" + std::to_string(round), "team", tokens)));
                done += got.result == result::applied ? 1 : 0;
            }
            return done;
        }));
    }
    int done = 0;
    for (auto& each : running)
        done += each.get();
    BOOST_TEST(done == rounds);
    BOOST_TEST(
        value("SELECT count(*) FROM tokenledger.token_transactions WHERE transaction_type = 'refund'") ==
        std::to_string(rounds));
    BOOST_TEST(value("SELECT balance = sum(token_amount) FROM tokenledger.token_accounts JOIN"
                     " tokenledger.token_transactions USING (user_id) GROUP BY balance") == "t");
}

BOOST_AUTO_TEST_CASE(the_clock_of_the_database_decides_whether_a_usage_occurred_in_time) {
    const auto now = std::stoll(value("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"));
    constexpr std::int64_t minute = 60'000'000;
    ledger::usage what = using_up("req_1", "nobody", 0); // no account is locked for it
    for (const std::int64_t at : {now + 10 * minute, now - 31 * 24 * 60 * minute}) {
        what.occurred_at_us = at;
        BOOST_TEST((run(*store, lone_usage(what)).refusal == refusal::time_out_of_range));
    }
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.idempotency_keys") == "0");
    what.occurred_at_us = now - 29 * 24 * 60 * minute;
    BOOST_TEST((run(*store, lone_usage(what)).result == result::applied));
}

BOOST_AUTO_TEST_CASE(charges_to_zero_at_once_take_exactly_what_is_there) {
    constexpr std::int64_t there = 100;
    constexpr int workers = 4;
    constexpr int charges = 10; // of 7 tokens each: more than there is
    run(*store, request("start", {granting("team", there)}));
    std::vector<std::future<std::int64_t>> running;
    for (int worker = 0; worker < workers; ++worker) {
        running.push_back(std::async(std::launch::async, [this, worker] {
            const auto own = new_store();
            std::int64_t uncovered = 0;
            for (int i = 0; i < charges; ++i) {
                ledger::usage what = using_up(std::to_string(worker) + "_" + std::to_string(i), "team", 7);
                what.overrun = ledger::overrun::to_zero;
                uncovered += run(*own, lone_usage(what)).uncovered;
            }
            return uncovered;
        }));
    }
    std::int64_t uncovered = 0;
    for (auto& each : running)
        uncovered += each.get();
    BOOST_TEST(uncovered == workers * charges * 7 - there);
    BOOST_TEST(value("SELECT concat_ws(' ', sum(charged_tokens), sum(uncovered_tokens)) FROM "
                     "tokenledger.token_usage") == std::to_string(there) + " " + std::to_string(uncovered));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "0");
}

BOOST_AUTO_TEST_CASE(a_repeated_request_at_another_daemon_returns_the_first_outcome) {
    const auto what =
        request("key_1", {granting("alice", 50), granting("bob", 7), moving("alice", "bob", 20)});
    const outcome first = run(*store, what);
    const auto other = new_store();
    outcome again = run(*other, what);
    BOOST_TEST(again.replayed);
    BOOST_TEST((again.posted == first.posted));
    BOOST_TEST((run(*other, request("key_1", {granting("alice", 51)})).refusal == refusal::key_reused));
    BOOST_TEST(value("SELECT sum(balance) FROM tokenledger.token_accounts") == "57");
}

BOOST_AUTO_TEST_CASE(a_refused_deduction_leaves_no_key_and_no_account) {
    BOOST_TEST((run(*store, request("key_1", {deducting("nobody", 1)})).refusal == refusal::unknown_account));
    BOOST_TEST((run(*store, lone_usage(using_up("req_1", "nobody", 1))).refusal == refusal::unknown_account));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_accounts") == "0");
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.idempotency_keys") == "0");
}

BOOST_AUTO_TEST_CASE(one_key_at_two_daemons_at_once_has_one_effect) {
    for (int round = 0; round < 20; ++round) {
        const auto what = request("key_" + std::to_string(round), {granting("alice", 1)});
        const auto other = new_store();
        auto here = std::async(std::launch::async, [&] { return run(*store, what); });
        auto there = std::async(std::launch::async, [&] { return run(*other, what); });
        const outcome one = here.get();
        const outcome two = there.get();
        BOOST_TEST(one.replayed != two.replayed);
        BOOST_TEST((one.posted == two.posted));
    }
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "20");
}

BOOST_AUTO_TEST_CASE(concurrent_deductions_and_transfers_never_go_below_zero_and_lose_nothing) {
    constexpr int workers = 4;
    run(*store,
        request("start", {granting("user_0", 500), granting("user_1", 500), granting("user_2", 500)}));
    std::vector<std::future<std::int64_t>> running;
    for (int worker = 0; worker < workers; ++worker) {
        running.push_back(std::async(std::launch::async, [this, worker] {
            const auto own = new_store();
            std::mt19937 random(static_cast<unsigned>(worker));
            const auto user = [&] { return "user_" + std::to_string(random() % 3); };
            std::int64_t taken = 0;
            for (int i = 0; i < 150; ++i) {
                const std::string key = std::to_string(worker) + "_" + std::to_string(i);
                const std::int64_t tokens = 1 + static_cast<std::int64_t>(random() % 20);
                if (random() % 2 == 0) {
                    run(*own, request(key, {moving(user(), user(), tokens)}));
                    continue;
                }
                if (run(*own, request(key, {deducting(user(), tokens)})).result == result::applied)
                    taken += tokens;
            }
            return taken;
        }));
    }
    std::int64_t taken = 0;
    for (auto& each : running)
        taken += each.get();
    BOOST_TEST(value("SELECT sum(balance) FROM tokenledger.token_accounts") == std::to_string(1500 - taken));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_transactions WHERE balance_after < 0") == "0");
    BOOST_TEST(
        value("SELECT count(*) FROM (SELECT sequence - row_number() OVER w AS gap, balance_before -"
              " lag(balance_after, 1, 0::bigint) OVER w AS jump FROM tokenledger.token_transactions"
              " WINDOW w AS (PARTITION BY user_id ORDER BY sequence)) chain WHERE gap <> 0 OR jump <> 0") ==
        "0");
}

BOOST_AUTO_TEST_SUITE_END()
