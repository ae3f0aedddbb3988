// Which text the database can store.
#include "base/text.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using tokenledger::base::is_cost;
using tokenledger::base::is_identifier;
using tokenledger::base::is_storable_text;
using tokenledger::base::max_cost_bytes;

std::string encode(unsigned point) {
    const auto byte = [](unsigned value) { return static_cast<char>(value); };
    if (point < 0x80)
        return {byte(point)};
    if (point < 0x800)
        return {byte(0xC0 | point >> 6), byte(0x80 | (point & 63))};
    if (point < 0x10000)
        return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63))};
    return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63)), byte(0x80 | (point >> 6 & 63)),
            byte(0x80 | (point & 63))};
}

} // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(every_code_point_to_10ffff_is_storable_except_nul_and_surrogates) {
    unsigned wrong = 0;
    for (unsigned point = 0; point < 0x120000; ++point) {
        const bool expected = point != 0 && (point < 0xD800 || point > 0xDFFF) && point <= 0x10FFFF;
        wrong += is_storable_text(encode(point)) != expected ? 1U : 0U;
    }
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(a_pair_of_bytes_is_storable_only_if_it_is_well_formed) {
    unsigned storable = 0;
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const std::string pair{static_cast<char>(first), static_cast<char>(second)};
            storable += is_storable_text(pair) ? 1U : 0U;
        }
    }
    // Two of the 127 ASCII characters, or one of the 1920 code points U+0080 to U+07FF.
    BOOST_TEST(storable == 127U * 127U + 1920U);
}

BOOST_AUTO_TEST_CASE(ill_formed_utf8_and_nul_are_not_storable_alone_first_or_last) {
    for (const std::string_view bad : {"\x80"sv,
                                       "\xBF"sv,
                                       "\xC0\x80"sv,
                                       "\xC1\xBF"sv,
                                       "\xE0\x9F\xBF"sv,
                                       "\xED\xA0\x80"sv,
                                       "\xED\xBF\xBF"sv,
                                       "\xF0\x8F\xBF\xBF"sv,
                                       "\xF4\x90\x80\x80"sv,
                                       "\xF5\x80\x80\x80"sv,
                                       "\xFF"sv,
                                       "\xC3"sv,
                                       "\xE2\x82"sv,
                                       "\xF0\x9F\x98"sv,
                                       "\xC3\x28"sv,
                                       "\xE2\x28\xA1"sv,
                                       "\xE2\x82\x28"sv,
                                       "\xF0\x9F\x28\x80"sv,
                                       "\xF0\x9F\x98\x28"sv,
                                       "\0"sv}) {
        BOOST_TEST_INFO("bytes " << bad.size());
        BOOST_TEST(!is_storable_text(bad));
        BOOST_TEST(!is_storable_text("user_" + std::string{bad}));
        BOOST_TEST(!is_storable_text(std::string{bad} + "user_"));
    }
}

BOOST_AUTO_TEST_CASE(an_identifier_has_1_to_255_bytes) {
    BOOST_TEST(is_storable_text(""));
    BOOST_TEST(!is_identifier(""));
    BOOST_TEST(is_identifier("a"));
    BOOST_TEST(is_identifier("3f2b6c1e-0000-4000-8000-000000000001"));
    BOOST_TEST(is_identifier(std::string(255, 'x')));
    BOOST_TEST(!is_identifier(std::string(256, 'x')));
    BOOST_TEST(is_storable_text(std::string(256, 'x')));
    BOOST_TEST(is_identifier(std::string(253, 'x') + "\xC3\xA9"));
    BOOST_TEST(!is_identifier(std::string(254, 'x') + "\xC3\xA9")); // bytes, not characters
}

BOOST_AUTO_TEST_CASE(an_identifier_may_hold_spaces_and_line_breaks_but_no_nul_or_surrogate) {
    BOOST_TEST(is_identifier("\xF0\x9F\xA6\x8A kitsune \xE7\x8B\x90"));
    BOOST_TEST(is_identifier(" "));
    BOOST_TEST(is_identifier("a\nb"));
    BOOST_TEST(!is_identifier("user\0admin"sv));
    BOOST_TEST(!is_identifier("\xED\xA0\x80"));
}

BOOST_AUTO_TEST_CASE(a_cost_is_a_decimal_that_is_not_negative) {
    for (const std::string_view good :
         {"0"sv, "12"sv, "007"sv, "0.0125"sv, "1e-7"sv, "1.5E+09"sv, "2e99"sv}) {
        BOOST_TEST_INFO(good);
        BOOST_TEST(is_cost(good));
    }
    for (const std::string_view bad :
         {""sv,    "-1"sv,  "-0"sv,    "+1"sv,     "."sv,     ".5"sv,   "1."sv,
          "1e"sv,  "1e+"sv, "1e100"sv, "1e-007"sv, "1.5.5"sv, "NaN"sv,  "Infinity"sv,
          "0x1"sv, " 1"sv,  "1 "sv,    "1,5"sv,    "1\0"sv,   "1e1.5"sv}) {
        BOOST_TEST_INFO(bad);
        BOOST_TEST(!is_cost(bad));
    }
    BOOST_TEST(is_cost("0." + std::string(max_cost_bytes - 2, '1')));
    BOOST_TEST(!is_cost("0." + std::string(max_cost_bytes - 1, '1')));
}

BOOST_AUTO_TEST_CASE(a_numeric_has_at_most_16383_digits_after_the_point) {
    for (const std::string& good :
         {std::string("0"), std::string("-1.50e+3"), std::string("1e-16383"), std::string("1.5E-16382"),
          "0." + std::string(16383, '1'), "0." + std::string(16384, '1') + "e1"})
        BOOST_TEST(tokenledger::base::is_numeric(good));
    for (const std::string& bad :
         {std::string("1e-16384"), std::string("1.5e-16383"), std::string("0e-16384"),
          "0." + std::string(16384, '1'), "1e-" + std::string(100, '9'), "1e" + std::string(100, '9')})
        BOOST_TEST(!tokenledger::base::is_numeric(bad));
}

BOOST_AUTO_TEST_SUITE_END()
