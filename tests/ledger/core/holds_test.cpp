// Holds: tokens set aside, captured, released, timed out. The numbered examples have a balance of 1000 that
// never expires; docs/credits.md shows them.
#include "lots_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::test;
using amounts = std::vector<std::int64_t>;

struct holds_fixture : lots_fixture {
    holds_fixture() { ask(granting("alice", 1000)); }

    std::string hold_for(const std::string& id, std::int64_t tokens,
                         std::optional<std::int64_t> timeout = std::nullopt) {
        return said(lone(holding(id, "alice", tokens, timeout)));
    }
    outcome capture_of(const std::string& id, std::int64_t tokens, bool allow_negative = false) {
        return run(lone(capturing(id, "alice", tokens, allow_negative)));
    }
    std::string release_of(const std::string& id) {
        return said(lone(release{.hold_id = id, .user_id = "alice"}));
    }
    std::string extend(const std::string& id, std::optional<std::int64_t> tokens = std::nullopt,
                       std::int64_t timeout = 900) {
        return said(
            extension{.hold_id = id, .user_id = "alice", .timeout_seconds = timeout, .tokens = tokens});
    }
    static hold holding_for(const std::string& id, std::int64_t tokens, const std::string& member) {
        hold what = holding(id, "alice", tokens);
        what.member = member;
        return what;
    }
    void check(std::int64_t balance, std::int64_t held, std::int64_t available) {
        BOOST_TEST(this->balance("alice") == balance);
        BOOST_TEST(this->held() == held);
        BOOST_TEST(this->available() == available);
    }
};

BOOST_FIXTURE_TEST_SUITE(holds, holds_fixture)

BOOST_AUTO_TEST_CASE(c1_a_hold_moves_nothing_and_makes_less_available) {
    const std::size_t rows = database->transactions.size();
    const outcome got = run(lone(holding("a", "alice", 400)));
    BOOST_REQUIRE(got.hold.has_value());
    BOOST_TEST((*got.hold == hold_view{.hold_id = "a",
                                       .state = hold_state::open,
                                       .held = 400,
                                       .balance = 1000,
                                       .available = 600,
                                       .expires_at_us = later(900 * second)}));
    check(1000, 400, 600);
    BOOST_TEST(database->transactions.size() == rows);
}

BOOST_AUTO_TEST_CASE(c2_what_is_held_can_neither_be_held_again_nor_spent) {
    hold_for("a", 400);
    BOOST_TEST(hold_for("b", 700) == "insufficient_balance");
    BOOST_TEST(said(deducting("alice", 700)) == "insufficient_balance");
    ask(granting("bob", 1));
    BOOST_TEST(said(moving("alice", "bob", 601)) == "insufficient_balance");
    usage what = using_up("req_1", "alice", 700);
    BOOST_TEST(said(lone(what)) == "insufficient_balance");
    what.overrun = overrun::to_zero;
    BOOST_TEST(run(lone(what)).uncovered == 100); // at most what is available
    check(400, 400, 0);
}

BOOST_AUTO_TEST_CASE(c3_a_capture_charges_and_gives_back_the_rest) {
    hold_for("a", 400);
    const outcome got = capture_of("a", 250);
    BOOST_TEST((got.posted.size() == 1U && got.posted[0].token_amount == -250));
    BOOST_TEST((got.hold->state == hold_state::captured));
    check(750, 0, 750);
    const transaction_row& row = database->transactions.back();
    BOOST_TEST((row.type == transaction_type::deduction && row.source == source::usage));
    BOOST_TEST(row.usage_request_id == "a");
    BOOST_TEST(database->usages.back().what.request_id == "a");
    BOOST_TEST(database->usages.back().what.tokens_used == 250);
    BOOST_TEST(database->usages.back().what.action_type == default_action_type);
}

BOOST_AUTO_TEST_CASE(c4_a_capture_above_the_hold_takes_what_is_available_and_says_what_is_not_covered) {
    hold_for("a", 400);
    hold_for("b", 500);
    const outcome got = capture_of("a", 600);
    BOOST_TEST(got.posted[0].token_amount == -500);
    BOOST_TEST(got.uncovered == 100);
    check(500, 500, 0);
    BOOST_TEST(database->usages.back().what.tokens_used == 600);
    BOOST_TEST(database->usages.back().uncovered_tokens == 100);
}

BOOST_AUTO_TEST_CASE(c4n_with_allow_negative_all_of_it_is_charged) {
    hold_for("a", 400);
    hold_for("b", 500);
    BOOST_TEST(capture_of("a", 600, true).uncovered == 0);
    check(400, 500, -100);
    capture_of("b", 500);
    check(-100, 0, -100);
}

BOOST_AUTO_TEST_CASE(c5_a_hold_times_out_by_itself_and_a_late_capture_takes_what_is_available) {
    for (const bool allow_negative : {false, true}) {
        holds_fixture books;
        books.hold_for("a", 400, 300);
        books.at(300 * second - 1000);
        BOOST_TEST(books.available() == 600);
        books.at(300 * second);
        BOOST_TEST(books.available() == 1000);
        books.at(301 * second);
        BOOST_TEST(books.hold_for("x", 1000) == "applied");
        books.at(302 * second);
        const outcome got = books.capture_of("a", 250, allow_negative);
        BOOST_TEST((got.hold->state == hold_state::expired));
        BOOST_TEST(got.uncovered == (allow_negative ? 0 : 250));
        books.check(allow_negative ? 750 : 1000, 1000, allow_negative ? -250 : 0);
        BOOST_TEST(books.database->usages.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_hold_is_extended_and_ends_no_earlier_than_it_began_in_spite_of_the_clock) {
    at(100 * second);
    for (const char* id : {"a", "b", "c"})
        hold_for(id, 100);
    at(90 * second);
    BOOST_TEST(extend("c", std::nullopt, 5) == "applied");
    BOOST_TEST(account().lots.holds.at("c").expires_at_us == later(105 * second));
    BOOST_TEST((capture_of("a", 10).hold->state == hold_state::captured));
    BOOST_TEST(release_of("b") == "applied");
    for (const auto& [id, hold] : account().lots.holds)
        BOOST_TEST((hold.ended == hold_state::open || hold.ended_at_us == hold.created_at_us));
}

BOOST_AUTO_TEST_CASE(c6_the_same_hold_again_is_the_first_one) {
    hold_for("a", 400);
    const outcome again = run(lone(holding("a", "alice", 400)));
    BOOST_TEST(again.replayed);
    BOOST_TEST(again.hold->held == 400);
    check(1000, 400, 600);
    BOOST_TEST(hold_for("a", 401) == "key_reused");
}

BOOST_AUTO_TEST_CASE(c7_the_same_capture_again_is_the_first_one) {
    hold_for("a", 400);
    const outcome first = capture_of("a", 250);
    const outcome again = capture_of("a", 250);
    BOOST_TEST(again.replayed);
    BOOST_TEST((again.posted == first.posted));
    BOOST_TEST(to_string(capture_of("a", 251).refusal) == "key_reused");
    check(750, 0, 750);
    BOOST_TEST(database->usages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(c8_a_capture_of_nothing_is_a_usage_without_a_row) {
    hold_for("a", 400);
    BOOST_TEST(capture_of("a", 0).posted.empty());
    check(1000, 0, 1000);
    BOOST_TEST(database->usages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(c9_a_hold_ends_once) {
    hold_for("a", 400);
    BOOST_TEST(release_of("a") == "applied");
    BOOST_TEST(release_of("a") == "applied replayed");
    BOOST_TEST(to_string(capture_of("a", 10).refusal) == "hold_released");
    BOOST_TEST(extend("a") == "hold_released");
    hold_for("b", 400);
    capture_of("b", 10);
    BOOST_TEST(release_of("b") == "hold_captured");
    BOOST_TEST(extend("b") == "hold_captured");
    check(990, 0, 990);
    hold_for("c", 400, 1);
    at(5 * second);
    BOOST_TEST(extend("c") == "hold_expired");
    BOOST_TEST(release_of("c") == "applied");
}

BOOST_AUTO_TEST_CASE(c10_holds_of_one_batch_see_each_other) {
    std::vector<command> batch;
    for (int i = 0; i < 64; ++i)
        batch.push_back(lone(holding("h" + std::to_string(i), "alice", 100)));
    std::size_t held_now = 0;
    for (const outcome& each : run_all(batch))
        held_now += each.result == result::applied ? 1U : 0U;
    BOOST_TEST(held_now == 10U);
    check(1000, 1000, 0);
}

BOOST_AUTO_TEST_CASE(c11_an_extension_holds_for_longer_and_more_or_leaves_the_hold_as_it_was) {
    hold_for("a", 400, 60);
    at(30 * second);
    BOOST_TEST(extend("a", 700) == "applied");
    check(1000, 700, 300);
    BOOST_TEST(extend("a", 1001) == "insufficient_balance");
    check(1000, 700, 300);
    at(100 * second);
    BOOST_TEST(held() == 700);
    BOOST_TEST(extend("a", 100) == "applied");
    check(1000, 100, 900);
    BOOST_TEST(extend("b") == "unknown_hold");
}

BOOST_AUTO_TEST_CASE(c12_a_refund_is_not_stopped_by_a_hold_and_the_capture_still_charges) {
    lots_fixture shop;
    shop.buy(0);
    shop.said(lone(holding("a", "alice", 400)));
    shop.refund(1000);
    BOOST_TEST(shop.balance("alice") == 0);
    BOOST_TEST(shop.held() == 400);
    BOOST_TEST(shop.available() == -400);
    shop.run(lone(capturing("a", "alice", 300)));
    BOOST_TEST(shop.balance("alice") == -300);
    BOOST_TEST(shop.held() == 0);
}

BOOST_AUTO_TEST_CASE(a_hold_takes_what_expires_first_and_a_capture_takes_that) {
    grant_until(100, day);
    grant_until(100, 2 * day);
    hold_for("a", 150);
    ask(deducting("alice", 60)); // 50 of the second lot are free, then what never expires
    BOOST_TEST(remaining() == (amounts{100, 50}), boost::test_tools::per_element());
    capture_of("a", 120);
    BOOST_TEST(remaining() == (amounts{0, 30}), boost::test_tools::per_element());
    check(1020, 0, 1020);
}

BOOST_AUTO_TEST_CASE(a_reversal_of_a_capture_returns_to_what_is_used_last_also_within_its_batch) {
    for (const bool in_one_batch : {false, true}) {
        holds_fixture books;
        books.grant_until(100, 2 * day);
        books.hold_for("a", 60);
        books.grant_until(100, day); // used before what is held
        const std::vector<command> both{lone(capturing("a", "alice", 130)),
                                        lone(reversing("a", "alice", 16))};
        if (in_one_batch) {
            books.run_all(both);
        } else {
            books.run(both[0]);
            books.run(both[1]);
        }
        BOOST_TEST_INFO(in_one_batch);
        BOOST_TEST(books.remaining() == (amounts{56, 30}), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_debt_takes_what_is_held_as_well) {
    grant_until(100, day);
    hold_for("a", 1100);
    ask(deducting("alice", 1150, true));
    BOOST_TEST(remaining() == (amounts{0}), boost::test_tools::per_element());
    check(-50, 1100, -1150);
    capture_of("a", 100);
    check(-150, 0, -150);
}

BOOST_AUTO_TEST_CASE(holds_are_refused_for_what_they_cannot_have) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    require_refused(lone(holding("a", "bob", 1)), refusal::unknown_account);
    require_refused(lone(holding("a", "alice", most)), refusal::insufficient_balance);
    require_refused(lone(capturing("a", "alice", 1)), refusal::unknown_hold);
    require_refused(lone(release{.hold_id = "a", .user_id = "alice"}), refusal::unknown_hold);
    hold_for("b", 1);
    capture huge = capturing("b", "alice", most, true);
    BOOST_TEST(run(lone(huge)).posted[0].balance_after == 1000 - most);
    BOOST_TEST(account().lots.holds.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_account_has_a_limited_number_of_open_holds) {
    std::vector<operation> all;
    for (std::size_t i = 0; i < max_open_holds - 1; ++i)
        all.emplace_back(holding("h" + std::to_string(i), "alice", 1, 60));
    BOOST_TEST(said(request("many", all)) == "applied");
    ask(granting("alice", 1000));
    BOOST_TEST(hold_for("last", 1) == "applied");
    BOOST_TEST(hold_for("more", 1) == "too_many_holds");
    at(60 * second); // most have timed out
    BOOST_TEST(hold_for("more", 1) == "applied");
}

BOOST_AUTO_TEST_CASE(a_capture_has_the_names_that_its_hold_gave) {
    hold what = holding("a", "alice", 10);
    what.action_type = "chat";
    what.model_used = "large";
    what.member = "ada";
    run(lone(what));
    capture_of("a", 5);
    const usage& kept = database->usages.back().what;
    BOOST_TEST(kept.action_type == "chat");
    BOOST_TEST(kept.model_used == "large");
    BOOST_TEST(kept.member == "ada");
}

BOOST_AUTO_TEST_CASE(a_limit_refuses_a_hold_and_never_a_capture) {
    ask(member_limit{.user_id = "alice", .member = "ada", .per = limit_window::day, .tokens = 100});
    hold what = holding("a", "alice", 101);
    what.member = "ada";
    require_refused(lone(what), refusal::member_limit);
    what.tokens = 100;
    BOOST_TEST(said(lone(what)) == "applied");
    BOOST_TEST((capture_of("a", 150).result == result::applied));
    what.hold_id = "b";
    what.tokens = 1;
    require_refused(lone(what), refusal::member_limit);
}

BOOST_AUTO_TEST_CASE(what_is_held_for_a_member_counts_against_their_limit) {
    ask(member_limit{.user_id = "alice", .member = "ada", .per = limit_window::day, .tokens = 100});
    hold what = holding("a", "alice", 60, 600);
    what.member = "ada";
    BOOST_TEST(said(lone(what)) == "applied");
    usage used = using_up("req_1", "alice", 41);
    used.member = "ada";
    require_refused(lone(used), refusal::member_limit);
    what.hold_id = "b";
    what.tokens = 41;
    require_refused(lone(what), refusal::member_limit);
    BOOST_TEST(extend("a", 101) == "member_limit");
    BOOST_TEST(extend("a", 100, 600) == "applied");
    at(600 * second); // it has timed out
    BOOST_TEST(said(lone(what)) == "applied");
}

BOOST_AUTO_TEST_CASE(within_a_request_captures_and_holds_count_against_a_limit) {
    ask(member_limit{.user_id = "alice", .member = "ada", .per = limit_window::day, .tokens = 100});
    usage use = using_up("req_1", "alice", 60);
    use.member = "ada";
    require_refused(request("holds", {holding_for("a", 60, "ada"), holding_for("b", 60, "ada")}),
                    refusal::member_limit, 1);
    BOOST_TEST(said(lone(holding_for("a", 60, "ada"))) == "applied");
    require_refused(request("ends", {capturing("a", "alice", 60), use}), refusal::member_limit, 1);
    require_refused(request("none", {capturing("a", "alice", 60), holding_for("c", 41, "ada")}),
                    refusal::member_limit, 1);
    BOOST_TEST(said(request("other", {release{.hold_id = "a", .user_id = "alice"}, use})) == "applied");
}

BOOST_AUTO_TEST_CASE(an_id_is_of_a_hold_or_of_a_usage_without_one) {
    ask(granting("bob", 1000));
    BOOST_TEST(hold_for("a", 400) == "applied");
    BOOST_TEST(said(lone(using_up("a", "alice", 10))) == "key_reused");
    BOOST_TEST(said(lone(using_up("a", "bob", 10))) == "key_reused");
    BOOST_TEST(said(using_up("a", "alice", 0)) == "key_reused");
    BOOST_TEST((capture_of("a", 250).result == result::applied));

    BOOST_TEST(said(lone(using_up("b", "alice", 10))) == "applied");
    BOOST_TEST(hold_for("b", 10) == "key_reused");
    BOOST_TEST(said(holding("b", "bob", 10)) == "key_reused");

    hold_for("c", 10);
    release_of("c");
    BOOST_TEST(said(lone(using_up("c", "alice", 10))) == "key_reused");
    check(740, 0, 740);
}

BOOST_AUTO_TEST_CASE(an_id_is_of_a_hold_or_of_a_usage_also_within_a_request_and_a_batch) {
    require_refused(request("hold_first", {holding("a", "alice", 10), using_up("a", "alice", 1)}),
                    refusal::key_reused, 1);
    require_refused(request("usage_first", {using_up("a", "alice", 1), holding("a", "alice", 10)}),
                    refusal::key_reused, 1);
    const auto outcomes = run_all({lone(holding("b", "alice", 10)), lone(using_up("b", "alice", 1)),
                                   lone(using_up("c", "alice", 1)), lone(holding("c", "alice", 10))});
    BOOST_TEST((outcomes[0].result == result::applied && outcomes[2].result == result::applied));
    BOOST_TEST((outcomes[1].refusal == refusal::key_reused && outcomes[3].refusal == refusal::key_reused));
}

BOOST_AUTO_TEST_CASE(holds_and_their_ends_can_be_items_of_one_request) {
    BOOST_TEST(said(request("all", {holding("a", "alice", 900), capturing("a", "alice", 300),
                                    deducting("alice", 700)})) == "applied");
    check(0, 0, 0);
    require_refused(
        request("none", {granting("alice", 10), holding("b", "alice", 10), deducting("alice", 1)}),
        refusal::insufficient_balance, 2);
    BOOST_TEST(account().lots.holds.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
