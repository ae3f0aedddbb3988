// Limits of members: which window counts what, and that a charge above one is refused and records nothing.
#include "amounts.hpp"
#include "core/spending.hpp"
#include "request_commands.hpp"
#include "request_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;
using enum limit_window;

constexpr std::int64_t one_hour = 3'600'000'000;
// 2024-03-01T01:00:00Z, the day after a 29 February.
constexpr std::int64_t first_of_march = 1'709'254'800'000'000;

struct limits_fixture : request_fixture {
    limits_fixture() {
        database->now_us = first_of_march;
        run(request("start", {granting("team", 1'000'000)}));
    }

    member_limit limiting(std::string member, limit_window per, std::optional<std::int64_t> tokens) {
        return {.user_id = "team", .member = std::move(member), .per = per, .tokens = tokens};
    }
    void limit(std::string member, limit_window per, std::optional<std::int64_t> tokens) {
        const outcome got =
            run(request("limit " + std::to_string(++number), {limiting(std::move(member), per, tokens)}));
        BOOST_TEST((got.result == result::applied && got.posted.empty()));
    }
    usage using_as(const std::string& member, std::int64_t charge) {
        usage made = using_up("req " + std::to_string(++number), "team", charge);
        made.member = member;
        return made;
    }
    // "ok", or the window that refused it and what it left.
    std::string charge(const std::string& member, std::int64_t tokens) {
        return said(run(lone_usage(using_as(member, tokens))));
    }
    static std::string said(const outcome& got) {
        if (got.result == result::applied)
            return "ok";
        if (!got.limit)
            return std::string(to_string(got.refusal));
        return std::string(to_string(got.limit->per)) + " " + std::to_string(got.limit->left);
    }

    int number = 0;
};

BOOST_FIXTURE_TEST_SUITE(limits_of_members, limits_fixture)

BOOST_AUTO_TEST_CASE(windows_of_days_and_months_begin_at_midnight_of_utc) {
    BOOST_TEST(start_of(day, first_of_march) == first_of_march - one_hour);
    BOOST_TEST(start_of(month, first_of_march) == first_of_march - one_hour);
    BOOST_TEST(start_of(month, first_of_march - one_hour) == first_of_march - one_hour);
    BOOST_TEST(start_of(day, first_of_march - one_hour - 1) == first_of_march - 25 * one_hour);
    BOOST_TEST(start_of(month, first_of_march - one_hour - 1) ==
               first_of_march - one_hour - 29 * 24 * one_hour);
    BOOST_TEST(start_of(rolling, first_of_march) == first_of_march - 24 * one_hour);
    BOOST_TEST(start_of(day, -1) == -24 * one_hour); // before 1970
}

BOOST_AUTO_TEST_CASE(a_charge_above_the_limit_is_refused_and_says_what_is_left) {
    limit("ada", day, 100);
    BOOST_TEST(charge("ada", 60) == "ok");
    usage what = using_as("ada", 41);
    require_refused(lone_usage(what), refusal::member_limit);
    const outcome got = run(lone_usage(what));
    BOOST_REQUIRE(got.limit.has_value());
    BOOST_TEST((*got.limit == limit_reached{.member = "ada", .per = day, .tokens = 100, .left = 40}));
    what.charge = 40; // the refusal did not use the request id
    BOOST_TEST(said(run(lone_usage(what))) == "ok");
    BOOST_TEST(charge("ada", 1) == "day 0");
    BOOST_TEST(charge("bob", 1000) == "ok");
    BOOST_TEST(charge("", 1000) == "ok");
    BOOST_TEST(said(run(lone_usage(using_as("ada", 0)))) == "ok"); // usage without a charge is recorded
}

BOOST_AUTO_TEST_CASE(a_star_limits_each_member_without_a_limit_of_their_own) {
    limit("*", day, 10);
    limit("ada", day, 20);
    BOOST_TEST(charge("ada", 20) == "ok");
    BOOST_TEST(charge("bob", 10) == "ok");
    BOOST_TEST(charge("eve", 11) == "day 10");
    BOOST_TEST(charge("", 11) == "ok");
    limit("ada", day, std::nullopt);
    BOOST_TEST(charge("ada", 1) == "day 0");
    limit("*", day, std::nullopt);
    BOOST_TEST(charge("ada", 1) == "ok");
}

BOOST_AUTO_TEST_CASE(each_window_counts_what_lies_in_it_and_the_tightest_is_named) {
    limit("ada", day, 100);
    limit("ada", rolling, 150);
    limit("ada", month, 200);
    BOOST_TEST(charge("ada", 101) == "day 100");
    BOOST_TEST(charge("ada", 100) == "ok");
    database->now_us += 23 * one_hour; // the next day, within 24 hours
    BOOST_TEST(charge("ada", 51) == "24h 50");
    BOOST_TEST(charge("ada", 50) == "ok");
    database->now_us += 2 * one_hour; // the first charge left the 24 hours
    BOOST_TEST(charge("ada", 51) == "day 50");
    BOOST_TEST(charge("ada", 50) == "ok");
    database->now_us += 5 * 24 * one_hour;
    BOOST_TEST(charge("ada", 1) == "month 0");
    database->now_us += 26 * 24 * one_hour;
    BOOST_TEST(charge("ada", 100) == "ok");
}

BOOST_AUTO_TEST_CASE(charges_of_one_group_commit_count_one_after_another) {
    limit("ada", day, 100);
    const auto got = run_all({lone_usage(using_as("ada", 60)), lone_usage(using_as("ada", 60)),
                              lone_usage(using_as("ada", 40)),
                              request("lower", {limiting("ada", day, 100), limiting("bob", day, 5)}),
                              lone_usage(using_as("bob", 6))});
    BOOST_TEST(said(got[0]) == "ok");
    BOOST_TEST(said(got[1]) == "day 40");
    BOOST_TEST(said(got[2]) == "ok");
    BOOST_TEST(said(got[4]) == "day 5");
}

BOOST_AUTO_TEST_CASE(a_first_limit_counts_what_was_charged_before_it_even_in_the_same_group_commit) {
    BOOST_TEST(charge("ada", 60) == "ok");
    const auto got =
        run_all({request("first", {limiting("ada", day, 100)}), lone_usage(using_as("ada", 41))});
    BOOST_TEST(said(got[1]) == "day 40");
}

BOOST_AUTO_TEST_CASE(the_items_of_a_batch_count_together) {
    limit("ada", day, 100);
    require_refused(request("key_1", {using_as("ada", 60), using_as("ada", 41)}), refusal::member_limit, 1);
    BOOST_TEST(said(run(request("key_1", {using_as("ada", 60), using_as("ada", 40)}))) == "ok");
}

BOOST_AUTO_TEST_CASE(what_is_given_back_may_be_charged_again) {
    limit("ada", day, 100);
    usage what = using_as("ada", 100);
    run(lone_usage(what));
    run(lone_reversal(reversing(what.request_id, "team", 30)));
    BOOST_TEST(charge("ada", 31) == "day 30");
    usage again = using_as("ada", 30);
    const auto got = run_all({lone_usage(again), lone_reversal(reversing(again.request_id, "team")),
                              lone_usage(using_as("ada", 30))});
    BOOST_TEST(said(got[2]) == "ok");
}

BOOST_AUTO_TEST_CASE(only_what_is_charged_counts_when_the_balance_is_lower) {
    run(request("empty", {deducting("team", 999'995)}));
    limit("ada", day, 7);
    usage what = using_as("ada", 500);
    what.overrun = overrun::to_zero;
    BOOST_TEST(said(run(lone_usage(what))) == "ok"); // 5 were there
    what.request_id = "again";
    BOOST_TEST(said(run(lone_usage(what))) == "ok"); // nothing is left to charge
    run(request("more", {granting("team", 10)}));
    BOOST_TEST(charge("ada", 3) == "day 2");
}

BOOST_AUTO_TEST_CASE(a_limit_needs_an_account_and_may_be_as_large_as_int64) {
    member_limit what = limiting("ada", day, 1);
    what.user_id = "nobody";
    require_refused(request("key_1", {what}), refusal::unknown_account);
    limit("ada", day, greatest);
    BOOST_TEST(charge("ada", 999'999) == "ok");
    limit("ada", day, 0);
    BOOST_TEST(charge("ada", 1) == "day 0");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
