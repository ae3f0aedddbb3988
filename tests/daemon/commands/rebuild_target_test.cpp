// The database to rebuild into: named in exactly one way, no password on the command line.
#include "commands/rebuild_target.hpp"
#include "scratch_directory.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

using namespace tokenledger::daemon;

namespace {

constexpr const char* plain = "postgresql:///again";
constexpr const char* with_password = "postgresql://u:hidden@h/again";

struct target_fixture {
    std::string file_with(const std::string& text) const { return directory.write("url", text); }
    static void check_refused(const rebuild_target& given, const std::string& because) {
        const rebuild_url made = rebuild_url_of(given);
        BOOST_TEST(made.url == "");
        BOOST_TEST(made.problem.find(because) != std::string::npos, made.problem);
        BOOST_TEST(made.problem.find("hidden") == std::string::npos, made.problem);
    }
    tokenledger::test::scratch_directory directory;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rebuild_targets, target_fixture)

BOOST_AUTO_TEST_CASE(the_database_is_named_by_option_file_or_environment) {
    for (const rebuild_target& given :
         {rebuild_target{.url = plain}, rebuild_target{.file = file_with(std::string(plain) + "\n")},
          rebuild_target{.environment = plain}}) {
        const rebuild_url made = rebuild_url_of(given);
        BOOST_TEST(made.problem == "");
        BOOST_TEST(made.url == plain);
    }
}

BOOST_AUTO_TEST_CASE(naming_no_database_or_more_than_once_is_refused) {
    check_refused({}, "is not named: --into URL, --into-file FILE or TOKENLEDGER_REBUILD_URL");
    const std::string file = file_with(plain);
    check_refused({.url = plain, .file = file}, "named more than once");
    check_refused({.url = plain, .environment = plain}, "named more than once");
    check_refused({.file = file, .environment = plain}, "named more than once");
    check_refused({.url = plain, .file = file, .environment = plain}, "named more than once");
}

BOOST_AUTO_TEST_CASE(a_password_may_be_in_the_file_or_environment_but_not_on_the_command_line) {
    BOOST_TEST(rebuild_url_of({.file = file_with(with_password)}).url == with_password);
    BOOST_TEST(rebuild_url_of({.environment = with_password}).url == with_password);
    check_refused({.url = with_password}, "is seen in the process list");
}

BOOST_AUTO_TEST_CASE(a_url_that_cannot_be_read_is_refused_and_not_repeated) {
    const char* const broken = "postgresql://u:hidden%zz@h/d";
    check_refused({.url = broken}, "--into: not a libpq URI");
    check_refused({.environment = broken}, "TOKENLEDGER_REBUILD_URL: not a libpq URI");
    check_refused({.file = file_with(broken)}, "--into-file");
    check_refused({.file = file_with("")}, "the file is empty");
    check_refused({.file = file_with("\n")}, "the file is empty");
    check_refused({.file = file_with(std::string(5000, 'x'))}, "too long");
    check_refused({.file = directory.path() / "nowhere"}, "No such file");
    check_refused({.file = directory.path()}, "not a regular file");
}

BOOST_AUTO_TEST_SUITE_END()
