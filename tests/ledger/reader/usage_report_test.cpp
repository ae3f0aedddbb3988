// Sums of usage: by action and model, by member, and by the time of occurrence.
#include "reader_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;

constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;

struct members : reader_fixture {
    members() {
        run({request("key_1", {granting("team", 100), granting("other", 100)})});
        use("req_1", "team", "ada", 10, 0);
        use("req_2", "team", "ada", 95, 2); // five more than there is
        use("req_3", "team", "", 0, 0);
        use("req_4", "other", "ada", 1, 20);
    }

    void use(const std::string& id, const std::string& user, const std::string& member, std::int64_t charge,
             std::int64_t days_ago) {
        ledger::usage what = using_up(id, user, charge);
        what.member = member;
        what.cached_input_tokens = 200;
        what.reasoning_tokens = 4;
        what.overrun = ledger::overrun::to_zero;
        if (days_ago > 0)
            what.occurred_at_us = now_us() - days_ago * day_us;
        run({lone_usage(what)});
    }
    std::int64_t now_us() {
        return std::stoll(value("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"));
    }

    // "day user member count charged uncovered", a line a row.
    std::string report(const ledger::usage_filter& filter, const ledger::report_shape& shape) {
        std::string text;
        for (const auto& row : reader->usage_report(filter, shape))
            text += row.user_id + " " + (row.member.empty() ? "-" : row.member) + " " +
                    std::to_string(row.count) + " " + row.charged_tokens + " " + row.uncovered_tokens + "\n";
        return text;
    }
    static ledger::report_shape by_member() {
        ledger::report_shape shape;
        shape.by = ledger::usage_group::member;
        return shape;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(usage_report_of_the_full_ledger, full_ledger)

BOOST_AUTO_TEST_CASE(usage_is_summed_by_action_and_model_with_exact_costs) {
    std::vector<ledger::operation> all{granting("zoe", 1000)};
    for (int i = 0; i < 3; ++i) {
        ledger::usage each = using_up("req_z" + std::to_string(i), "zoe", i);
        each.cost_estimate = "0.000000000000000000000000000001";
        all.emplace_back(each);
    }
    ledger::usage picture = using_up("req_p", "zoe", 0);
    picture.action_type = "image_generation";
    picture.model_used = "";
    picture.cost_estimate = "";
    all.emplace_back(picture);
    run({request("key_u", all)});
    const auto rows = reader->usage_report({.user_id = "zoe"}, ledger::report_span::whole);
    BOOST_TEST_REQUIRE(rows.size() == 2U);
    BOOST_TEST((rows[0] == ledger::usage_report_row{.action_type = "chat_conversation",
                                                    .model_used = "a-model",
                                                    .count = 3,
                                                    .tokens_used = "963",
                                                    .input_tokens = "900",
                                                    .output_tokens = "63",
                                                    .cost_estimate = "0.000000000000000000000000000003",
                                                    .charged_tokens = "3",
                                                    .cached_input_tokens = "0",
                                                    .reasoning_tokens = "0",
                                                    .uncovered_tokens = "0",
                                                    .reversed_tokens = "0"}));
    BOOST_TEST(rows[1].cost_estimate == "0");
    BOOST_TEST(reader->usage_report({.action_type = "image_generation"}, ledger::report_span::day).size() ==
               1U);
    BOOST_TEST(reader->usage_report({.period = {.to_us = 0}}, ledger::report_span::day).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(usage_report, members)

BOOST_AUTO_TEST_CASE(a_report_by_member_has_a_row_for_each_account_and_member) {
    BOOST_TEST(report({}, by_member()) == "other ada 1 1 0\nteam - 1 0 0\nteam ada 2 100 5\n");
    BOOST_TEST(report({.user_id = "team", .member = "ada"}, by_member()) == "team ada 2 100 5\n");
    const auto sums = reader->usage_report({.user_id = "other"}, by_member()).at(0);
    BOOST_TEST(sums.action_type.empty());
    BOOST_TEST(sums.cached_input_tokens == "200");
    BOOST_TEST(sums.reasoning_tokens == "4");
}

BOOST_AUTO_TEST_CASE(a_report_by_action_has_neither_account_nor_member) {
    const auto rows = reader->usage_report({.member = "ada"}, {});
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_TEST(rows[0].count == 3);
    BOOST_TEST(rows[0].uncovered_tokens == "5");
    BOOST_TEST((rows[0].user_id + rows[0].member).empty());
}

BOOST_AUTO_TEST_CASE(a_report_by_occurrence_counts_a_usage_in_the_period_when_it_occurred) {
    const std::int64_t now = now_us();
    const ledger::period week{.from_us = now - 7 * day_us, .to_us = now - day_us};
    ledger::report_shape occurred = by_member();
    occurred.time = ledger::usage_time::occurred;
    BOOST_TEST(report({.period = week}, by_member()).empty());
    BOOST_TEST(report({.period = week}, occurred) == "team ada 1 90 5\n");
    BOOST_TEST(report({.period = {.from_us = now - 30 * day_us, .to_us = now - 7 * day_us}}, occurred) ==
               "other ada 1 1 0\n");
    // Without a time of its own, a usage occurred when it was reported.
    BOOST_TEST(report({.period = {.from_us = now - day_us}}, occurred) == "team - 1 0 0\nteam ada 1 10 0\n");
    occurred.span = ledger::report_span::day;
    BOOST_TEST(reader->usage_report({.user_id = "team"}, occurred).size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_list_of_usage_is_filtered_by_member_and_shows_what_was_said) {
    const auto rows = reader->page_of(ledger::usage_query{{.user_id = "team", .member = "ada"}, {}}).rows;
    BOOST_REQUIRE_EQUAL(rows.size(), 2U);
    const ledger::usage_view& second = rows[0]; // the newest first
    BOOST_TEST(second.request_id == "req_2");
    BOOST_TEST(second.member == "ada");
    BOOST_TEST(second.charged_tokens == 90);
    BOOST_TEST(second.uncovered_tokens.value_or(0) == 5);
    BOOST_TEST(second.cached_input_tokens.value_or(0) == 200);
    BOOST_TEST(second.occurred_at_us.has_value());
    BOOST_TEST(!rows[1].uncovered_tokens.has_value());
    BOOST_TEST(!rows[1].occurred_at_us.has_value());
}

BOOST_AUTO_TEST_CASE(a_usage_shows_what_was_given_back_of_its_charge) {
    run({lone_reversal(reversing("req_2", "team", 30))});
    const auto rows = reader->page_of(ledger::usage_query{{.user_id = "team", .member = "ada"}, {}}).rows;
    BOOST_REQUIRE_EQUAL(rows.size(), 2U);
    BOOST_TEST(rows[0].charged_tokens == 90);
    BOOST_TEST(rows[0].reversed_tokens.value_or(0) == 30);
    BOOST_TEST(!rows[1].reversed_tokens.has_value());
    BOOST_TEST(!rows[1].refund_sequence.has_value());
    const auto refunds =
        reader->page_of(ledger::transactions_query{{.type = ledger::transaction_type::refund}, {}}).rows;
    BOOST_REQUIRE_EQUAL(refunds.size(), 1U);
    BOOST_TEST(refunds[0].usage_request_id == "req_2");
    BOOST_TEST((refunds[0].sequence == rows[0].refund_sequence));
    const auto sums = reader->usage_report({.user_id = "team", .member = "ada"}, by_member()).at(0);
    BOOST_TEST(sums.charged_tokens == "100");
    BOOST_TEST(sums.reversed_tokens == "30");
    const auto activity = reader->page_of(ledger::activity_query{{.user_id = "team"}, {}}).rows;
    BOOST_REQUIRE(activity.front().transaction.has_value());
    BOOST_TEST((activity.front().transaction->type == ledger::transaction_type::refund));
    BOOST_TEST(!activity.front().usage.has_value()); // the usage is the entry of its charge
}

BOOST_AUTO_TEST_SUITE_END()
