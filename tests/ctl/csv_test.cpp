// CSV for a spreadsheet: text stays text, numbers stay numbers.
#include "screen/csv.hpp"

#include "files.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>
#include <string>

namespace {

using namespace tokenledger;
using namespace tokenledger::ctl;

// The field of a user id, the second column; all columns after it are empty.
std::string user_field(const std::string& as_json) {
    const json_tree tree("{\"user_id\":\"" + as_json + "\"}");
    BOOST_REQUIRE(tree.error() == json_error::none);
    const std::string line = csv_line("transactions", tree.root(), csv_style::spreadsheet);
    BOOST_REQUIRE(line.starts_with(","));
    return line.substr(1, line.find_last_not_of(",\r\n"));
}

using name_set = std::set<std::string>;

name_set header_names(std::string_view list) {
    std::string header = csv_header(list);
    header.resize(header.size() - 2); // CRLF
    std::istringstream in(header);
    name_set found;
    for (std::string name; std::getline(in, name, ',');)
        found.insert(name);
    return found;
}

// The members that docs/openapi.json gives a row.
name_set members_of(std::string_view schema) {
    const json_tree tree(test::source_file("docs/openapi.json"));
    const json_value described =
        tree.root().member("components").member("schemas").member(schema).member("properties");
    name_set found;
    for (json_value each = described.first(); each; each = each.next())
        found.emplace(each.name());
    BOOST_REQUIRE(found.size() > 5U);
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_csv)

BOOST_AUTO_TEST_CASE(the_columns_are_the_members_in_openapi_json) {
    BOOST_TEST(header_names("transactions") == members_of("Transaction"), boost::test_tools::per_element());
    BOOST_TEST(header_names("purchases") == members_of("Purchase"), boost::test_tools::per_element());
    BOOST_TEST(header_names("usage") == members_of("UsageRow"), boost::test_tools::per_element());
    BOOST_TEST(header_names("holds") == members_of("HoldRow"), boost::test_tools::per_element());
    name_set event = members_of("Event");
    event.erase("actions"); // only in `events show`
    BOOST_TEST(header_names("events") == event, boost::test_tools::per_element());
    name_set either = members_of("Transaction");
    either.merge(members_of("UsageRow"));
    either.insert("kind");
    BOOST_TEST(header_names("activity") == either, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(spreadsheet_style_puts_an_apostrophe_before_text_that_would_be_a_formula) {
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

BOOST_AUTO_TEST_CASE(spreadsheet_style_does_not_change_numbers_and_exact_style_changes_nothing) {
    const json_tree tree(R"({"user_id":"=1","token_amount":-500,"balance_after":0,"reason":"-500"})");
    const std::string line = csv_line("transactions", tree.root(), csv_style::spreadsheet);
    BOOST_TEST(line.starts_with(",'=1,,,,-500,,0,"));
    BOOST_TEST(line.find(",'-500,") != std::string::npos);
    const std::string exact = csv_line("transactions", tree.root());
    BOOST_TEST(exact.starts_with(",=1,,,,-500,,0,"));
    BOOST_TEST(exact.find('\'') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
