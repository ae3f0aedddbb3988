// The HTTP reply for each outcome.
#include "admin_requests.hpp"

#include <set>

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using test::mentions;

ledger::outcome refused(ledger::refusal why, std::size_t item = 0) {
    return {.result = ledger::result::refused, .refusal = why, .item = item};
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin_replies)

BOOST_AUTO_TEST_CASE(an_applied_command_shows_its_postings) {
    const ledger::outcome done{.result = ledger::result::applied,
                               .posted = {{.user_id = "a\"b",
                                           .sequence = 7,
                                           .type = ledger::transaction_type::deduction,
                                           .source = ledger::source::usage,
                                           .token_amount = -5,
                                           .balance_after = 95}}};
    const reply made = reply_for(ledger::completion{done}, false);
    BOOST_TEST(made.status == 200U);
    BOOST_TEST(made.content_type == "application/json");
    BOOST_TEST(!made.replayed);
    BOOST_TEST(!made.retry_after);
    BOOST_TEST(made.result == "applied");
    BOOST_TEST(made.body == R"({"result":"applied","transactions":[{"user_id":"a\"b","sequence":7,)"
                            R"("type":"deduction","source":"usage","token_amount":-5,"balance_after":95}]})");
}

BOOST_AUTO_TEST_CASE(a_reply_says_how_much_of_a_charge_was_uncovered) {
    const ledger::outcome done{.result = ledger::result::applied, .uncovered = 4};
    BOOST_TEST(reply_for(ledger::completion{done}, false).body ==
               R"({"result":"applied","transactions":[],"uncovered":4})");
}

BOOST_AUTO_TEST_CASE(a_replay_has_the_same_body_and_is_marked_as_replayed) {
    ledger::outcome done{.result = ledger::result::applied};
    const reply first = reply_for(ledger::completion{done}, false);
    done.replayed = true;
    const reply again = reply_for(ledger::completion{done}, false);
    BOOST_TEST(again.replayed);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(again.status == 200U);
}

BOOST_AUTO_TEST_CASE(every_refusal_is_a_problem_with_its_own_type) {
    const std::pair<ledger::refusal, unsigned> expected[] = {
        {ledger::refusal::insufficient_balance, 409}, {ledger::refusal::unknown_account, 404},
        {ledger::refusal::same_account, 422},         {ledger::refusal::key_reused, 422},
        {ledger::refusal::reference_used, 409},       {ledger::refusal::balance_overflow, 409}};
    for (const auto& [why, status] : expected) {
        const reply made = reply_for(ledger::completion{refused(why, 3)}, false);
        const json_tree body(made.body);
        BOOST_TEST(made.status == status);
        BOOST_TEST(made.content_type == "application/problem+json");
        BOOST_TEST(made.result == ledger::to_string(why));
        BOOST_TEST((body.root().member("type").string() == ledger::to_string(why)));
        BOOST_TEST((body.root().member("status").integer() == status));
        BOOST_TEST(!body.root().member("title").string().value_or("").empty());
        BOOST_TEST(!body.root().member("detail").string().value_or("").empty());
        BOOST_TEST(!body.root().member("item"));
        const json_tree item(reply_for(ledger::completion{refused(why, 3)}, true).body);
        BOOST_TEST((item.root().member("item").integer() == 3));
    }
}

BOOST_AUTO_TEST_CASE(without_an_outcome_the_reply_says_whether_to_retry) {
    for (const auto why : {ledger::unavailable::deadline, ledger::unavailable::stopping}) {
        const reply made = reply_for(ledger::completion{why}, false);
        BOOST_TEST(made.status == 503U);
        BOOST_TEST(made.retry_after);
        BOOST_TEST(mentions(made.body, "again"));
    }
    const reply broken = reply_for(ledger::completion{ledger::unavailable::broken}, false);
    BOOST_TEST(broken.status == 500U);
    BOOST_TEST(!broken.retry_after);
    BOOST_TEST(mentions(broken.body, "\"type\":\"internal_error\""));
}

BOOST_AUTO_TEST_CASE(a_problem_has_only_the_members_it_needs) {
    const reply made =
        reply_for(problem{.type = problem_type::method_not_allowed, .detail = "d", .allow = "GET"});
    BOOST_TEST(made.allow == "GET");
    BOOST_TEST(made.body == R"({"type":"method_not_allowed","title":"The call does not have this method",)"
                            R"("status":405,"detail":"d"})");
    BOOST_TEST(
        reply_for(problem{.type = problem_type::unknown_field, .item = 0, .field = "a", .nearest = "b"})
            .body ==
        R"({"type":"unknown_field","title":"The body has a field that is not known","status":422,)"
        R"("item":0,"field":"a","nearest":"b"})");
}

BOOST_AUTO_TEST_CASE(problem_slugs_are_unique_and_statuses_are_errors) {
    std::set<std::string_view> slugs;
    for (const problem_kind& each : problem_kinds()) {
        BOOST_TEST(slugs.insert(each.slug).second);
        BOOST_TEST(each.status >= 400U);
        BOOST_TEST(!each.title.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
