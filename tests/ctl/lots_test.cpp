// Lots of an account in a table, and what rows did to them in a cell.
#include "screen/lots.hpp"

#include "printed.hpp"
#include "screen/cells.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace tokenledger;
using namespace tokenledger::ctl;

std::string lots_of(const std::string& row) {
    const json_tree tree(row);
    BOOST_REQUIRE(tree.error() == json_error::none);
    return lots_cell(tree.root()).text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_lots)

BOOST_AUTO_TEST_CASE(a_row_shows_what_it_added_to_each_lot_and_took_from_each) {
    BOOST_TEST(lots_of(R"({"lots":{"1":-1050,"12":-20}})") == "1: -1,050, 12: -20");
    BOOST_TEST(lots_of(R"({"lots":{"3":500}})") == "3: +500");
    BOOST_TEST(lots_of(R"({"lots":{"9223372036854775807":-9223372036854775808}})") ==
               "9223372036854775807: -9,223,372,036,854,775,808");
}

BOOST_AUTO_TEST_CASE(a_row_that_touched_no_lot_has_an_empty_cell) {
    BOOST_TEST(lots_of(R"({"token_amount":5})") == "");
    BOOST_TEST(lots_of(R"({"lots":{}})") == "");
    BOOST_TEST(lots_of(R"({"lots":null})") == "");
}

BOOST_AUTO_TEST_CASE(a_table_shows_how_much_of_each_lot_is_left_and_when_it_expires) {
    const json_tree tree(
        R"({"lots":[{"lot":2,"tokens":1500,"held":20,"expires_at":"2027-01-31T23:00:00.000000Z","priority":10,)"
        R"("paid":false,"sequence":4},)"
        R"({"lot":1,"tokens":30,"expires_at":"2027-02-28T23:00:00.000000Z","priority":50,"paid":true,)"
        R"("stripe_payment_intent_id":"pi_1","sequence":2},)"
        R"({"lot":3,"tokens":7,"priority":90,"paid":false,"sequence":5}]})");
    BOOST_REQUIRE(tree.error() == json_error::none);
    const auto lines = test::lines_of(text_of_lots(tree.root(), {}));
    BOOST_REQUIRE_EQUAL(lines.size(), 5U);
    BOOST_TEST(lines[0] == "");
    BOOST_TEST(lines[1] == "lot  tokens  held  expires (UTC)        priority  paid  payment");
    BOOST_TEST(lines[2] == "  2   1,500    20  2027-01-31 23:00:00        10");
    BOOST_TEST(lines[3] == "  1      30        2027-02-28 23:00:00            yes   pi_1");
    BOOST_TEST(lines[4] == "  3       7        never                      90");
}

BOOST_AUTO_TEST_CASE(a_table_leaves_out_what_no_lot_has_and_is_empty_without_lots) {
    const json_tree tree(
        R"({"lots":[{"lot":1,"tokens":5,"expires_at":"2027-01-31T23:00:00.000000Z","priority":50,"paid":false}]})");
    const auto lines = test::lines_of(text_of_lots(tree.root(), {}));
    BOOST_REQUIRE_EQUAL(lines.size(), 3U);
    BOOST_TEST(lines[1] == "lot  tokens  expires (UTC)");
    BOOST_TEST(text_of_lots(json_tree(R"({"balance":5})").root(), {}) == "");
}

BOOST_AUTO_TEST_CASE(a_time_in_a_sentence_names_its_zone_and_an_absent_one_is_empty) {
    const json_tree tree(R"({"effective_at":"2026-01-31T12:00:00.000000Z"})");
    BOOST_TEST(time_of(tree.root().member("effective_at")) == "2026-01-31 12:00:00 UTC");
    BOOST_TEST(time_of(tree.root().member("expires_at")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
