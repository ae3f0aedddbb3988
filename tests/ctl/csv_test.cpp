// CSV for a spreadsheet: text stays text, numbers stay numbers.
#include "screen/csv.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace tokenledger;
using namespace tokenledger::ctl;

// What becomes of a user id, the second column; all behind it are empty.
std::string user_field(const std::string& as_json) {
    const json_tree tree("{\"user_id\":\"" + as_json + "\"}");
    BOOST_REQUIRE(tree.error() == json_error::none);
    const std::string line = csv_line("transactions", tree.root(), csv_style::spreadsheet);
    BOOST_REQUIRE(line.starts_with(","));
    return line.substr(1, line.find_last_not_of(",\r\n"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_csv)

BOOST_AUTO_TEST_CASE(for_a_spreadsheet_text_that_would_be_a_formula_is_none) {
    BOOST_TEST(user_field("=1+1") == "'=1+1");
    BOOST_TEST(user_field("+49 30 1") == "'+49 30 1");
    BOOST_TEST(user_field("-2+3") == "'-2+3");
    BOOST_TEST(user_field("@SUM(A1)") == "'@SUM(A1)");
    BOOST_TEST(user_field("\\t=1") == "'\t=1");
    BOOST_TEST(user_field("\\r=1") == "\"'\r=1\"");
    BOOST_TEST(user_field("\\n=1") == "\"'\n=1\"");
    BOOST_TEST(user_field("\\uff1d1") == "'\uff1d1");
    BOOST_TEST(user_field("=HYPERLINK(\\\"http://x\\\",\\\"y\\\")") ==
               "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    for (const char* plain : {"user_1", "a=b", "'quoted", "5", " =1"})
        BOOST_TEST(user_field(plain) == plain);
}

BOOST_AUTO_TEST_CASE(for_a_spreadsheet_numbers_stay_numbers_and_the_exact_form_changes_nothing) {
    const json_tree tree(R"({"user_id":"=1","token_amount":-500,"balance_after":0,"reason":"-500"})");
    const std::string line = csv_line("transactions", tree.root(), csv_style::spreadsheet);
    BOOST_TEST(line.starts_with(",'=1,,,,-500,,0,"));
    BOOST_TEST(line.find(",'-500,") != std::string::npos);
    const std::string exact = csv_line("transactions", tree.root());
    BOOST_TEST(exact.starts_with(",=1,,,,-500,,0,"));
    BOOST_TEST(exact.find('\'') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
