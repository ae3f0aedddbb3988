// The committed completions and manual page match the command line.
#include "command_line/reference.hpp"

#include "files.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace tokenledger::ctl;

std::string committed(const std::string& path) {
    return tokenledger::test::source_file("ctl/" + path);
}

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_reference)

BOOST_AUTO_TEST_CASE(the_committed_completions_and_manual_page_are_up_to_date) {
    BOOST_TEST(committed("completion/tokenledgerctl.bash") == bash_completion(),
               "build ctl_reference; ctl_reference bash > ctl/completion/tokenledgerctl.bash");
    BOOST_TEST(committed("completion/_tokenledgerctl") == zsh_completion(),
               "build ctl_reference; ctl_reference zsh > ctl/completion/_tokenledgerctl");
    BOOST_TEST(committed("man/tokenledgerctl.1") == manual_page(),
               "build ctl_reference; ctl_reference man > ctl/man/tokenledgerctl.1");
}

BOOST_AUTO_TEST_CASE(every_command_has_help_and_an_example) {
    const auto commands = command_texts();
    BOOST_TEST(commands.size() == 28U);
    for (const command_text& each : commands) {
        if (each.name.empty())
            continue;
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST(!each.help.empty());
            BOOST_TEST(each.footer.find("tokenledgerctl " + each.name) != std::string::npos);
            BOOST_TEST(std::all_of(each.options.begin(), each.options.end(),
                                   [](const option_text& option) { return !option.help.empty(); }));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
