// Payments explained in words, the gauges of an overview, and CSV.
#include "printed.hpp"
#include "screen/csv.hpp"
#include "screen/explain.hpp"
#include "screen/gauges.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace tokenledger;
using namespace tokenledger::ctl;
using tokenledger::test::says;

const std::string credit =
    R"("credit":{"user_id":"user_1","tokens":1000,"amount_cents":999,"currency":"usd",)"
    R"("pack":"starter","quantity":2,"credited_at":"2026-01-31T12:00:00.000000Z"},)";

std::string facts(const std::string& refunds, const std::string& disputes, const std::string& more = "") {
    return R"("facts":{"amount_requested_cents":0,"refunded_cumulative_cents":0,"canceled":false,"foreign":false,)" +
           more + R"("refunds":[)" + refunds + R"(],"disputes":[)" + disputes + "]},";
}

std::string taken(int tokens, int cents, const std::string& more = "") {
    return R"("taken_tokens":)" + std::to_string(tokens) + R"(,"lost_cents":)" + std::to_string(cents) +
           R"(,"entitlement":{"refunded_cents":)" + std::to_string(cents) +
           R"(,"disputed_cents":0,"lost_cents":)" + std::to_string(cents) + R"(,"taken_tokens":)" +
           std::to_string(tokens) + more + "}";
}

std::string explain(const std::string& members, const std::string& events = "",
                    const std::string& transactions = "") {
    const json_tree tree(R"({"stripe_payment_intent_id":"pi_1",)" + members + R"(,"transactions":[)" +
                         transactions + R"(],"events":[)" + events + "]}");
    BOOST_REQUIRE(tree.error() == json_error::none);
    return explained(tree.root(), {});
}

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_explain)

BOOST_AUTO_TEST_CASE(a_payment_without_refund_or_dispute_keeps_all_its_tokens) {
    const auto text = explain(credit + facts("", "") + taken(0, 0));
    BOOST_TEST(
        says(text, "user_1 was credited 1,000 tokens for 9.99 USD, pack starter x2, on 2026-01-31 12:00:00"));
    BOOST_TEST(says(text, "No refund and no dispute is known."));
    BOOST_TEST(says(text, "Nothing: the money is ours"));
    BOOST_TEST(!says(text, "verify"));
}

BOOST_AUTO_TEST_CASE(a_partial_refund_takes_its_share_and_a_failed_one_does_not_count) {
    const auto text =
        explain(credit +
                facts(R"({"id":"re_1","amount_cents":333,"status":"counting","moved_money":true},)"
                      R"({"id":"re_2","amount_cents":100,"status":"void","moved_money":false})",
                      "") +
                taken(333, 333));
    BOOST_TEST(says(text, "Refund re_1 of 3.33 USD.\n"));
    BOOST_TEST(says(text, "Refund re_2 of 1.00 USD failed or was canceled, so it does not count."));
    BOOST_TEST(says(text, "333 of 1,000 tokens, for 3.33 USD of 9.99 USD lost (3.33 USD refunded"));
    BOOST_TEST(says(text, "in proportion"));
}

BOOST_AUTO_TEST_CASE(an_undecided_dispute_shows_the_money_that_it_took) {
    const auto text =
        explain(credit +
                facts("", R"({"id":"du_1","amount_cents":999,"status":"undecided","funds_withdrawn":true,)"
                          R"("funds_reinstated":false,"balance_transactions":[)"
                          R"({"id":"txn_1","takes_money":true,"amount_cents":-999,"currency":"usd"}]})") +
                taken(1000, 999, R"(,"in_dispute":true)"));
    BOOST_TEST(says(text, "Dispute du_1 over 9.99 USD: not decided yet. Its money: 9.99 USD taken."));
    BOOST_TEST(says(text, "All of the money is lost, so all of the tokens are taken."));
    BOOST_TEST(says(text, "A dispute is not decided yet: what it takes may still change."));
}

BOOST_AUTO_TEST_CASE(a_lost_dispute_shows_the_money_that_came_back) {
    const auto text =
        explain(credit +
                facts("", R"({"id":"du_1","amount_cents":999,"status":"lost","funds_withdrawn":true,)"
                          R"("funds_reinstated":true,"balance_transactions":[)"
                          R"({"id":"txn_1","takes_money":true,"amount_cents":-999,"currency":"usd"},)"
                          R"({"id":"txn_2","takes_money":false,"amount_cents":200,"currency":"eur"},)"
                          R"({"id":"txn_3","takes_money":false}]})") +
                taken(799, 799, R"(,"in_dispute":false)"));
    BOOST_TEST(says(text, "Dispute du_1 over 9.99 USD: lost. Its money: 9.99 USD taken, 2.00 EUR returned, "
                          "returned (how much was not kept)."));
    BOOST_TEST(!says(text, "not decided"));
}

BOOST_AUTO_TEST_CASE(a_refund_in_another_currency_is_pointed_out) {
    const auto text = explain(
        credit +
        facts(R"({"id":"re_1","amount_cents":300,"currency":"jpy","status":"counting","moved_money":true})",
              "") +
        taken(0, 0, R"(,"other_currency_refund":true)"));
    BOOST_TEST(says(text, "Refund re_1 of 300 JPY.\n"));
    BOOST_TEST(says(text, "A refund is in another currency than the payment"));
}

BOOST_AUTO_TEST_CASE(facts_without_a_credit_wait_for_the_purchase) {
    const auto text = explain(
        facts(R"({"id":"re_1","amount_cents":333,"status":"counting","moved_money":true})", "") +
            R"("taken_tokens":0,"lost_cents":0)",
        R"({"event_id":"evt_1","result":"waiting"},{"event_id":"evt_2","result":"parked","reason":"unknown_pack"})");
    BOOST_TEST(says(text, "It has not been credited"));
    BOOST_TEST(says(text, "If the purchase comes, it is settled with these facts."));
    BOOST_TEST(says(text, "Event evt_1 waits for its purchase"));
    BOOST_TEST(says(
        text, "Event evt_2 is parked for unknown_pack: the catalogue of its endpoint has no such pack."));
    BOOST_TEST(says(text, "tokenledgerctl events retry evt_2"));
}

BOOST_AUTO_TEST_CASE(books_that_differ_from_the_facts_are_pointed_out) {
    const auto text =
        explain(credit + facts("", "") +
                R"("taken_tokens":5,"lost_cents":0,"entitlement":{"taken_tokens":0,"lost_cents":0})");
    BOOST_TEST(says(text, "run tokenledgerctl verify"));
}

BOOST_AUTO_TEST_CASE(a_purchase_that_expires_shows_its_lot_and_why_a_refund_took_less) {
    const std::string rows = R"({"type":"purchase","lots":{"3":1000}},{"type":"refund","lots":{"3":-200}})";
    const std::string refunded = R"("taken_tokens":200,"lost_cents":999,"entitlement":{"taken_tokens":1000,)";
    const auto text = explain(credit + facts("", "") + refunded + R"("lost_cents":999})", "", rows);
    BOOST_TEST(says(text, "pack starter x2, lot 3, on 2026-01-31"));
    BOOST_TEST(
        says(text, "come to 1,000 tokens, which is not what was posted: what its lot lost when it expired"));
    const auto other_cents = explain(credit + facts("", "") + refunded + R"("lost_cents":998})", "", rows);
    BOOST_TEST(says(other_cents, "not what was posted: run tokenledgerctl verify"));
    const auto no_lot =
        explain(credit + facts("", "") + refunded + R"("lost_cents":999})", "", R"({"type":"purchase"})");
    BOOST_TEST(says(no_lot, "pack starter x2, on 2026-01-31"));
    BOOST_TEST(says(no_lot, "not what was posted: run tokenledgerctl verify"));
}

BOOST_AUTO_TEST_CASE(gauges_are_found_by_their_whole_name) {
    const auto found = chosen_gauges("# HELP tokenledger_queue_depth Requests that wait.\n"
                                     "tokenledger_queue_depth_other 9\n"
                                     "tokenledger_queue_depth 3\n"
                                     "tokenledger_database_up 0\n"
                                     "tokenledger_build_info{version=\"1.2.3\"} 1");
    BOOST_REQUIRE_EQUAL(found.size(), 3U);
    BOOST_TEST(found[0].value == "1.2.3");
    BOOST_TEST(found[1].value == "0");
    BOOST_TEST(found[1].is_bad);
    BOOST_TEST(found[2].value == "3");
}

BOOST_AUTO_TEST_CASE(csv_quotes_where_it_must_and_keeps_numbers_as_written) {
    const json_tree tree(
        R"({"user_id":"a,\"b\"\nc","sequence":9223372036854775807,"metadata":{"n":1.50},"lots":{"1":-5}})");
    const std::string line = csv_line("transactions", tree.root());
    BOOST_TEST(line.starts_with(",\"a,\"\"b\"\"\nc\",9223372036854775807,,"));
    BOOST_TEST(line.ends_with(",\"{\"\"n\"\":1.50}\",,\"{\"\"1\"\":-5}\"\r\n"));
    BOOST_TEST(csv_header("activity").starts_with("kind,created_at,user_id,"));
    BOOST_TEST(csv_header("holds").starts_with("created_at,hold_id,user_id,state,tokens,expires_at,"));
}

BOOST_AUTO_TEST_SUITE_END()
