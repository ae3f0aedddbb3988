// The completions and the manual page are what the command line says today.
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

BOOST_AUTO_TEST_CASE(what_is_committed_is_what_is_printed_today) {
    BOOST_TEST(committed("completion/tokenledgerctl.bash") == bash_completion(),
               "build ctl_reference; ctl_reference bash > ctl/completion/tokenledgerctl.bash");
    BOOST_TEST(committed("completion/_tokenledgerctl") == zsh_completion(),
               "build ctl_reference; ctl_reference zsh > ctl/completion/_tokenledgerctl");
    BOOST_TEST(committed("man/tokenledgerctl.1") == manual_page(),
               "build ctl_reference; ctl_reference man > ctl/man/tokenledgerctl.1");
}

BOOST_AUTO_TEST_CASE(every_command_is_described_and_has_an_example_of_itself) {
    const auto commands = command_texts();
    BOOST_TEST(commands.size() == 21U);
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
