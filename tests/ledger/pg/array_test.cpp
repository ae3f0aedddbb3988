// The array encoder, read back by PostgreSQL itself.
#include "pg/array.hpp"
#include "pg/connection.hpp"
#include "test_database.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger;
using ledger::pg::array;

namespace {

std::vector<std::optional<std::string>> read_back(std::string literal, bool as_literal) {
    ledger::pg::connection connection(test::server_url(), std::chrono::seconds(10));
    const std::string sql = "SELECT value FROM unnest(";
    const std::string rest = "::text[]) WITH ORDINALITY AS given (value, place) ORDER BY place";
    const std::optional<std::string> parameter[] = {literal};
    const auto rows = as_literal ? connection.exec(sql + connection.quote(literal) + rest)
                                 : connection.exec(sql + "$1" + rest, parameter);
    std::vector<std::optional<std::string>> values;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto value = rows.get(row, 0);
        values.push_back(value ? std::optional(std::string(*value)) : std::nullopt);
    }
    return values;
}

const std::vector<std::optional<std::string>> awkward = {
    "plain",
    "",
    std::nullopt,
    "NULL",
    "null",
    "a,b",
    "{}",
    "{a,{b}}",
    "\"",
    "\\",
    "\\\\\"",
    "'; DROP SCHEMA tokenledger; --",
    "''",
    " leading and trailing ",
    "\t\n\r\v\f",
    "\x01\x7f",
    "\xc3\xa9\xe2\x82\xac\xf0\x9f\xaa\x99",
    "E'\\x41'",
    "$1",
    "[1:2]={1,2}",
    std::string(100'000, '\\'),
};

} // namespace

BOOST_AUTO_TEST_SUITE(array_literals)

BOOST_AUTO_TEST_CASE(every_text_reads_back_unchanged) {
    array encoded;
    for (const auto& value : awkward)
        encoded.add(value);
    const std::string text = std::move(encoded).finish();
    BOOST_TEST((read_back(text, false) == awkward));
    BOOST_TEST((read_back(text, true) == awkward));
}

BOOST_AUTO_TEST_CASE(an_empty_array_has_no_element) {
    BOOST_TEST(std::move(array()).finish() == "{}");
    BOOST_TEST(read_back("{}", false).empty());
}

BOOST_AUTO_TEST_CASE(an_array_of_one_empty_text_is_not_empty) {
    array encoded;
    encoded.add("");
    BOOST_TEST(read_back(std::move(encoded).finish(), false).size() == 1U);
}

BOOST_AUTO_TEST_CASE(add_or_null_writes_an_empty_text_as_null) {
    array encoded;
    encoded.add_or_null("");
    encoded.add_or_null("x");
    BOOST_TEST(std::move(encoded).finish() == R"({NULL,"x"})");
}

BOOST_AUTO_TEST_CASE(numbers_and_booleans_are_written_as_postgresql_does) {
    array encoded;
    encoded.add(std::numeric_limits<std::int64_t>::min());
    encoded.add(std::optional<std::int64_t>(std::numeric_limits<std::int64_t>::max()));
    encoded.add(std::optional<std::int64_t>());
    encoded.add(true);
    encoded.add(std::optional<bool>(false));
    BOOST_TEST(std::move(encoded).finish() == "{-9223372036854775808,9223372036854775807,NULL,t,f}");
}

BOOST_AUTO_TEST_CASE(bytes_reach_the_server_unchanged) {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte)
        every_byte.push_back(static_cast<char>(byte));
    ledger::pg::bytes_array encoded(4);
    encoded.add(every_byte);
    encoded.add_null();
    encoded.add("");
    encoded.add(std::string(100'000, '\0'));
    ledger::pg::connection connection(test::server_url(), std::chrono::seconds(10));
    const std::optional<std::string> text[] = {"before"};
    const auto rows =
        connection.exec("SELECT length(bytes), encode(sha256(bytes), 'hex'), $1::text"
                        " FROM unnest($2::bytea[]) WITH ORDINALITY AS given (bytes, place) ORDER BY place",
                        text, std::move(encoded).finish());
    BOOST_TEST_REQUIRE(rows.size() == 4U);
    BOOST_TEST(rows.number(0, 0) == 256);
    BOOST_TEST(rows.text(0, 1) == "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880");
    BOOST_TEST(rows.text(0, 2) == "before");
    BOOST_TEST(!rows.get(1, 0).has_value());
    BOOST_TEST(rows.number(2, 0) == 0);
    BOOST_TEST(rows.number(3, 0) == 100'000);
}

BOOST_AUTO_TEST_CASE(an_empty_array_of_bytes_has_no_element) {
    ledger::pg::connection connection(test::server_url(), std::chrono::seconds(10));
    const auto rows =
        connection.exec("SELECT cardinality($1::bytea[])", {}, ledger::pg::bytes_array(0).finish());
    BOOST_TEST(rows.number(0, 0) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
