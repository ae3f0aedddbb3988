// The question before a command that cannot be undone.
#include "commands/confirmation.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>

namespace {

struct question {
    bool ask(bool yes, bool person, const std::string& typed = "") {
        std::istringstream in(typed);
        std::ostringstream out;
        const bool going_on = tokenledger::daemon::confirmed("7 events will be gone.", yes,
                                                             {.in = in, .out = out, .person = person});
        said = out.str();
        return going_on;
    }
    [[nodiscard]] bool has_said(const std::string& text) const {
        return said.find(text) != std::string::npos;
    }
    std::string said;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(confirmations, question)

BOOST_AUTO_TEST_CASE(a_person_sees_the_plan_and_only_an_answer_with_y_continues) {
    for (const char* typed : {"y\n", "Y\n", "yes\n", "y"}) {
        BOOST_TEST(ask(false, true, typed), typed);
        BOOST_TEST(said == "7 events will be gone.\nGo on? [y/N] ");
    }
    for (const char* typed : {"", "\n", "n\n", "no\n", " y\n", "1\n"}) {
        BOOST_TEST(!ask(false, true, typed), typed);
        BOOST_TEST(said == "7 events will be gone.\nGo on? [y/N] Nothing was changed.\n");
    }
}

BOOST_AUTO_TEST_CASE(with_yes_there_is_no_question_and_the_plan_is_still_shown) {
    for (const bool person : {true, false}) {
        BOOST_TEST(ask(true, person, "n\n"));
        BOOST_TEST(said == "7 events will be gone.\n");
    }
}

BOOST_AUTO_TEST_CASE(without_a_terminal_and_without_yes_the_command_is_refused) {
    BOOST_TEST(!ask(false, false, "y\n"));
    BOOST_TEST(has_said("7 events will be gone.\nRefused: standard input is no terminal"));
    BOOST_TEST(has_said("Nothing was changed."));
    BOOST_TEST(has_said("--yes"));
    BOOST_TEST(!has_said("Go on?"));
}

BOOST_AUTO_TEST_SUITE_END()
