// Lists of values of the command line against what they are lists of; words that are in none.
#include "command_line/one_of.hpp"
#include "commands/values.hpp"

#include "webhook/event.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace tokenledger;
using namespace tokenledger::ctl;
using words = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_values)

BOOST_AUTO_TEST_CASE(the_event_types_that_are_offered_are_those_that_are_handled) {
    words handled;
    // One past the last is no type, and has the name of none.
    for (std::uint8_t i = 1; webhook::event_type_of(to_string(static_cast<webhook::event_type>(i))) ==
                             static_cast<webhook::event_type>(i);
         ++i)
        handled.emplace_back(to_string(static_cast<webhook::event_type>(i)));
    BOOST_TEST(handled.size() > 10U);
    const auto offered = handled_event_types();
    BOOST_TEST(words(offered.begin(), offered.end()) == handled, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_word_that_is_in_no_list_is_told_the_one_that_was_probably_meant) {
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
