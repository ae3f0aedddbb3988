// Texts in error messages, and addresses.
#include "config/error_text.hpp"
#include "config/text_rules.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

using namespace tokenledger::daemon;

BOOST_AUTO_TEST_SUITE(error_text)

BOOST_AUTO_TEST_CASE(the_text_after_the_prefix_of_a_secret_is_removed) {
    BOOST_TEST(redacted("no secret") == "no secret");
    BOOST_TEST(redacted("a whsec_AbC1+/= b whsec_x") == "a whsec_... b whsec_...");
    BOOST_TEST(redacted("whsec_whsec_x") == "whsec_...");
}

BOOST_AUTO_TEST_CASE(a_quoted_value_stays_on_one_line_and_is_cut_between_characters) {
    BOOST_TEST(in_quotes("a\nb\x1b[0m") == "'a?b?[0m'");
    const std::string cut = in_quotes(std::string(119, 'a') + "\xC3\xBC" + "tail");
    BOOST_TEST(cut == "'" + std::string(119, 'a') + "...'");
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_found_only_for_small_typing_errors) {
    constexpr std::array<std::string_view, 3> names{"tolerance_seconds", "listen", "path"};
    BOOST_TEST(nearest_name("tolerence_seconds", names) == "tolerance_seconds");
    BOOST_TEST(nearest_name("listens", names) == "listen");
    BOOST_TEST(nearest_name("pathes", names) == "path");
    BOOST_TEST(nearest_name("socket", names).empty());
    BOOST_TEST(nearest_name("", names).empty());
    BOOST_TEST(nearest_name(std::string(100000, 'x'), names).empty());
}

BOOST_AUTO_TEST_CASE(an_address_has_a_numeric_host_and_a_port) {
    for (const std::string_view good : {"127.0.0.1:0", "0.0.0.0:65535", "[::]:80", "[2001:db8::1]:8787"}) {
        const auto parsed = parse_address(good);
        BOOST_TEST_REQUIRE(parsed.has_value());
        BOOST_TEST(to_string(*parsed) == good);
    }
    for (const std::string_view bad : {"",
                                       ":80",
                                       "127.0.0.1",
                                       "127.0.0.1:",
                                       "127.0.0.1:65536",
                                       "127.0.0.1:-1",
                                       "127.0.0.1:+1",
                                       "127.0.0.1: 1",
                                       "127.0.0.1:80x",
                                       "127.1:80",
                                       "256.0.0.1:80",
                                       "::1:80",
                                       "[]:80",
                                       "[127.0.0.1]:80",
                                       "[::1]80",
                                       "::1",
                                       "localhost:80",
                                       "*:80",
                                       "unix:/run/x",
                                       "[::1%lo]:80"}) {
        BOOST_TEST(!parse_address(bad).has_value(), bad);
    }
    BOOST_TEST(!parse_address(std::string_view("127.0.0.1\0:80", 13)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
