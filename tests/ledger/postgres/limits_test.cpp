// Limits of members in PostgreSQL: the sums, their windows, and charges that race.
#include "request_commands.hpp"
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <future>

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::limit_window;
using ledger::outcome;

namespace {

struct limits_fixture : store_fixture {
    limits_fixture() { run(*store, request("start", {granting("team", 1000)})); }

    ledger::usage using_as(const std::string& member, std::int64_t charge) {
        ledger::usage made = using_up("req_" + std::to_string(++number), "team", charge);
        made.member = member;
        return made;
    }
    void limit(const std::string& member, limit_window per, std::optional<std::int64_t> tokens) {
        const outcome got =
            run(*store, request("limit_" + std::to_string(++number),
                                {ledger::member_limit{
                                    .user_id = "team", .member = member, .per = per, .tokens = tokens}}));
        BOOST_TEST((got.result == ledger::result::applied));
    }
    // What the refusal says is left; -1: it was not refused.
    std::int64_t left(const std::string& member, std::int64_t charge) {
        const outcome got = run(*store, lone_usage(using_as(member, charge)));
        return got.limit ? got.limit->left : -1;
    }
    // As if everything had been charged so much earlier.
    void age(const std::string& interval) {
        database.session().run("UPDATE tokenledger.token_usage SET created_at = created_at - interval '" +
                               interval + "'");
    }

    int number = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(limits_of_members, limits_fixture)

BOOST_AUTO_TEST_CASE(a_member_is_charged_up_to_the_limit_and_what_is_given_back_counts_no_more) {
    limit("ada", limit_window::rolling, 100);
    ledger::usage first = using_as("ada", 60);
    run(*store, lone_usage(first));
    BOOST_TEST(left("ada", 41) == 40);
    BOOST_TEST(left("bob", 500) == -1);
    run(*store, lone_reversal(reversing(first.request_id, "team", 20)));
    BOOST_TEST(left("ada", 61) == 60);
    BOOST_TEST(left("ada", 60) == -1);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_usage WHERE member = 'ada'") == "2");
}

BOOST_AUTO_TEST_CASE(the_limit_is_kept_with_who_set_it_and_is_taken_away) {
    limit("ada", limit_window::day, 5);
    limit("ada", limit_window::day, 7);
    limit("*", limit_window::month, 50);
    BOOST_TEST(value("SELECT string_agg(concat_ws(' ', member, per, tokens, actor), ', ' ORDER BY member)"
                     " FROM tokenledger.member_limits") == "* month 50 1000, ada day 7 1000");
    BOOST_TEST(left("ada", 8) == 7);
    BOOST_TEST(left("bob", 51) == 50);
    limit("ada", limit_window::day, std::nullopt);
    BOOST_TEST(left("ada", 51) == 50);
    limit("*", limit_window::month, std::nullopt);
    BOOST_TEST(left("ada", 51) == -1);
}

BOOST_AUTO_TEST_CASE(a_window_loses_what_is_older) {
    limit("ada", limit_window::rolling, 100);
    BOOST_TEST(left("ada", 100) == -1);
    BOOST_TEST(left("ada", 1) == 0);
    age("23 hours 59 minutes");
    BOOST_TEST(left("ada", 1) == 0);
    age("1 minute");
    BOOST_TEST(left("ada", 100) == -1);
    limit("ada", limit_window::rolling, std::nullopt);
    limit("ada", limit_window::month, 10);
    BOOST_TEST(left("ada", 1) == 0);
    age("32 days");
    BOOST_TEST(left("ada", 11) == 10);
}

BOOST_AUTO_TEST_CASE(charges_at_once_never_pass_the_limit) {
    limit("*", limit_window::rolling, 100);
    std::vector<std::future<int>> running;
    for (int worker = 0; worker < 4; ++worker) {
        running.push_back(std::async(std::launch::async, [this, worker] {
            const auto own = new_store();
            int done = 0;
            for (int i = 0; i < 10; ++i) {
                ledger::usage what =
                    using_up("race_" + std::to_string(worker) + "_" + std::to_string(i), "team", 7);
                what.member = "ada";
                done += run(*own, lone_usage(what)).result == ledger::result::applied ? 1 : 0;
            }
            return done;
        }));
    }
    int done = 0;
    for (auto& each : running)
        done += each.get();
    BOOST_TEST(done == 14); // 98 tokens
    BOOST_TEST(value("SELECT sum(charged_tokens) FROM tokenledger.token_usage") == "98");
}

BOOST_AUTO_TEST_SUITE_END()
