// Lots and holds in PostgreSQL by its own clock, and writers that race for them.
#include "request_commands.hpp"
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <future>

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::outcome;
using ledger::refusal;

namespace {

struct lots_fixture : store_fixture {
    // A grant that can be used for so many milliseconds by the clock of the database.
    void grant_for(std::int64_t tokens, std::int64_t ms) {
        const std::int64_t now =
            std::stoll(value("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"));
        run(*store, request(next_key(), {granting_until("alice", tokens, now + ms * 1000)}));
    }
    void wait_for_expiry() {
        database.session().wait_until(
            "SELECT bool_and(expires_at <= clock_timestamp()) FROM tokenledger.token_lots", "t");
    }
    std::string next_key() { return "key_" + std::to_string(++number); }
    // Each of the commands in a batch of its own, on four connections at once; how many were applied.
    std::size_t race(const std::vector<ledger::command>& commands) {
        std::vector<std::future<std::size_t>> writers;
        for (std::size_t first = 0; first < 4; ++first)
            writers.push_back(std::async(std::launch::async, [this, &commands, first] {
                const auto mine = new_store();
                std::size_t applied = 0;
                for (std::size_t i = first; i < commands.size(); i += 4)
                    applied += run(*mine, commands[i]).result == ledger::result::applied ? 1U : 0U;
                return applied;
            }));
        std::size_t applied = 0;
        for (auto& each : writers)
            applied += each.get();
        return applied;
    }

    int number = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lots_and_holds, lots_fixture)

BOOST_AUTO_TEST_CASE(what_has_expired_by_the_clock_of_the_database_cannot_be_used) {
    grant_for(1000, 100);
    wait_for_expiry();
    const outcome got = run(*store, request(next_key(), {deducting("alice", 100)}));
    BOOST_TEST(to_string(got.refusal) == "insufficient_balance");
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "0");
    BOOST_TEST(
        value("SELECT token_amount || ' ' || source || ' ' || reference FROM tokenledger.token_transactions"
              " WHERE sequence = 2") == "-1000 expiry 1");
    BOOST_TEST(
        value("SELECT t.effective_at = l.expires_at AND t.created_at >= l.expires_at"
              "  FROM tokenledger.token_transactions AS t JOIN tokenledger.token_lots AS l USING (user_id)"
              " WHERE t.sequence = 2") == "t");
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.idempotency_keys WHERE scope = 'expiry'"
                     "   AND posted_sequences = '{2}'") == "1");
    BOOST_TEST(value("SELECT due_at = 'infinity' FROM tokenledger.token_accounts") == "t");
}

BOOST_AUTO_TEST_CASE(b12_deductions_that_race_the_expiry_leave_the_rest_to_it) {
    grant_for(100, 40);
    std::vector<ledger::command> all;
    for (int i = 0; i < 64; ++i)
        all.push_back(request(next_key(), {deducting("alice", 10)}));
    const std::size_t done = race(all);
    wait_for_expiry();
    run(*store, request(next_key(), {deducting("alice", 10)}));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "0");
    BOOST_TEST(value("SELECT coalesce(-sum(token_amount), 0) FROM tokenledger.token_transactions"
                     " WHERE source = 'expiry'") == std::to_string(100 - 10 * done));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_transactions WHERE source = 'expiry'") ==
               (done == 10 ? "0" : "1"));
}

BOOST_AUTO_TEST_CASE(c10_of_holds_that_race_as_many_succeed_as_the_balance_has_tokens_for) {
    run(*store, request(next_key(), {granting("alice", 1000)}));
    std::vector<ledger::command> all;
    for (int i = 0; i < 64; ++i)
        all.push_back(lone(holding("hold_" + std::to_string(i), "alice", 100)));
    BOOST_TEST(race(all) == 10U);
    BOOST_TEST(value("SELECT sum(tokens) FROM tokenledger.token_holds") == "1000");
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "1000");
}

BOOST_AUTO_TEST_CASE(one_of_a_capture_and_a_release_that_race_ends_the_hold) {
    run(*store, request(next_key(), {granting("alice", 1000)}));
    std::vector<ledger::command> ends;
    for (int i = 0; i < 16; ++i) {
        const std::string id = "hold_" + std::to_string(i);
        run(*store, lone(holding(id, "alice", 10)));
        ends.push_back(lone(capturing(id, "alice", 5)));
        ends.push_back(lone(ledger::release{.hold_id = id, .user_id = "alice"}));
    }
    BOOST_TEST(race(ends) == 16U);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_holds WHERE ended IS NULL") == "0");
    BOOST_TEST(value("SELECT 5 * count(*) FROM tokenledger.token_holds WHERE ended = 'captured'") ==
               value("SELECT 1000 - balance FROM tokenledger.token_accounts"));
}

BOOST_AUTO_TEST_CASE(an_account_without_lots_and_holds_has_no_row_of_them) {
    run(*store, request(next_key(), {granting("alice", 10), deducting("alice", 3)}));
    run(*store, lone_usage(using_up("req_1", "alice", 2)));
    BOOST_TEST(value("SELECT (SELECT count(*) FROM tokenledger.token_lots) +"
                     " (SELECT count(*) FROM tokenledger.token_lot_movements) +"
                     " (SELECT count(*) FROM tokenledger.token_holds)") == "0");
    BOOST_TEST(value("SELECT due_at FROM tokenledger.token_accounts") == "NULL");
}

BOOST_AUTO_TEST_SUITE_END()
