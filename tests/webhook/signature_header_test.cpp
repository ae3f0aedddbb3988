// Reading the Stripe-Signature header.
#include "webhook/signature.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tokenledger::webhook;

const std::string good_header = "t=1764000000,v1=" + std::string(64, 'a');

std::string parsed(std::string_view field) {
    const std::vector<std::string_view> fields{field};
    return std::string{to_string(parse_signature(fields).error)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(signature_header_field)

BOOST_AUTO_TEST_CASE(there_must_be_exactly_one_field_and_it_must_not_be_empty) {
    BOOST_TEST(to_string(parse_signature({}).error) == "no_header");
    BOOST_TEST(parsed("") == "no_header");
    const std::vector<std::string_view> two{good_header, good_header};
    BOOST_TEST(to_string(parse_signature(two).error) == "multiple_headers");
    const std::vector<std::string_view> empty_too{good_header, ""};
    BOOST_TEST(to_string(parse_signature(empty_too).error) == "multiple_headers");
}

BOOST_AUTO_TEST_CASE(a_header_has_at_most_4096_bytes) {
    const std::string good = good_header + ",x=";
    BOOST_TEST(parsed(good + std::string(4096 - good.size(), 'a')) == "ok");
    BOOST_TEST(parsed(good + std::string(4097 - good.size(), 'a')) == "header_too_long");
    BOOST_TEST(parsed(std::string(5000, ',')) == "header_too_long");
}

BOOST_AUTO_TEST_CASE(a_header_without_a_timestamp_is_refused) {
    const std::string v1 = ",v1=" + std::string(64, 'a');
    for (const std::string& field : {v1.substr(1), "T=1" + v1, " t=1" + v1, "t =1" + v1, std::string{",,,"},
                                     std::string{"potato"}, std::string{"="}, "=t" + v1, "tt=1" + v1}) {
        BOOST_TEST_INFO(field);
        BOOST_TEST(parsed(field) == "no_timestamp");
    }
}

BOOST_AUTO_TEST_CASE(a_header_with_two_timestamps_is_refused) {
    const std::string v1 = ",v1=" + std::string(64, 'a');
    BOOST_TEST(parsed("t=1,t=1" + v1) == "duplicate_timestamp");
    BOOST_TEST(parsed("t=1,t=potato" + v1) == "duplicate_timestamp");
    BOOST_TEST(parsed("t=1" + v1 + ",t") == "duplicate_timestamp");
}

BOOST_AUTO_TEST_CASE(a_timestamp_must_be_a_canonical_positive_int64) {
    const std::string v1 = ",v1=" + std::string(64, 'a');
    for (const std::string text :
         {"", "0", "01", "-1", "+1", "-0", " 1", "1 ", "1.0", "1e9", "0x10", "1_0", "1=9", "abc", "\xD9\xA1",
          "9223372036854775808", "18446744073709551617", "10000000000000000000", "1\t"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(parsed("t=" + text + v1) == "bad_timestamp");
    }
    BOOST_TEST(parsed("t" + v1) == "bad_timestamp");
    BOOST_TEST(parsed(std::string("t=1\0", 4) + v1) == "bad_timestamp");
    BOOST_TEST(parsed("t=1" + v1) == "ok");
    BOOST_TEST(parsed("t=9223372036854775807" + v1) == "ok");
}

BOOST_AUTO_TEST_CASE(a_header_without_a_v1_signature_is_refused) {
    const std::string hex(64, 'a');
    for (const std::string rest : {"", ",v0=", ",v2=", ",V1=", ",v11=", ",v=", ", v1=", ",v1 ="}) {
        BOOST_TEST_INFO(rest);
        BOOST_TEST(parsed("t=1" + (rest.empty() ? rest : rest + hex)) == "no_v1");
    }
    BOOST_TEST(parsed("t=1,v1") == "no_v1");
    BOOST_TEST(parsed("t=potato") == "bad_timestamp"); // the timestamp is checked first
}

BOOST_AUTO_TEST_CASE(only_64_lower_case_hex_digits_are_a_candidate) {
    const std::string good(64, 'a');
    std::string nul = good;
    nul[5] = '\0';
    for (const std::string& value : {std::string{}, good.substr(1), good + "a", std::string(64, 'A'), nul,
                                     std::string(64, 'g'), "\"" + good + "\"", " " + good, good + "="}) {
        const std::string field = "t=1,v1=" + value;
        const std::vector<std::string_view> fields{field};
        const parsed_signature read = parse_signature(fields);
        BOOST_TEST_INFO(value);
        BOOST_TEST(to_string(read.error) == "ok"); // there is a v1: it will not match
        BOOST_TEST(read.header.candidates.empty());
    }
    const std::string field =
        ",x,t=12,v1=potato,v0=" + good + ",v1=" + good + ",v1=" + std::string(64, '0') + ",";
    const std::vector<std::string_view> fields{field};
    const parsed_signature read = parse_signature(fields);
    BOOST_TEST(to_string(read.error) == "ok");
    BOOST_TEST(read.header.timestamp == 12);
    BOOST_TEST(read.header.timestamp_text == "12");
    BOOST_REQUIRE(read.header.candidates.size() == 2U);
    BOOST_TEST(read.header.candidates[0] == good);
    BOOST_TEST(read.header.candidates[1] == std::string(64, '0'));
}

BOOST_AUTO_TEST_SUITE_END()
