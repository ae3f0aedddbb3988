// The message for an unknown word on the command line.
#include "command_line/unknown_word.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace tokenledger::ctl;
using words = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_values)

BOOST_AUTO_TEST_CASE(an_unknown_word_gets_a_suggestion_and_the_list_of_known_words) {
    const words known{"grant", "deduct"};
    BOOST_TEST(unknown_word("gran", "no command", known) ==
               "`gran` is no command; did you mean `grant`? There are: grant, deduct.");
    BOOST_TEST(unknown_word("xyzzy", "no command", known) ==
               "`xyzzy` is no command. There are: grant, deduct.");
    BOOST_TEST(unknown_word("a\x1b[2J", "no model", words{}) == "`a\\x1b[2J` is no model. There is none.");
    BOOST_TEST(unknown_word(std::string(1000, 'g'), "no command", known).find("did you mean") ==
               std::string::npos);
    const words many(50, "value");
    BOOST_TEST(listed(many).find("and 10 more") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
