// The rules for a file that holds one secret.
#include "scratch_config.hpp"

#include "config/secret_file.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;

namespace {

struct in_directory {
    scratch_directory directory;

    file_content read(std::string_view text) const {
        secret_content found = read_secret(directory.write("secret", text));
        return {std::string(text_of(found.bytes)), std::move(found.problem)};
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(secret_file, in_directory)

BOOST_AUTO_TEST_CASE(one_trailing_newline_is_stripped) {
    BOOST_TEST(read("whsec_a\n").text == "whsec_a");
    BOOST_TEST(read("whsec_a").text == "whsec_a");
    BOOST_TEST(read("whsec_a\n\n").problem == "there is white space in it (one newline at the end is fine)");
}

BOOST_AUTO_TEST_CASE(an_empty_secret_is_refused) {
    BOOST_TEST(read("").problem == "the file is empty");
    BOOST_TEST(read("\n").problem == "the file is empty");
}

BOOST_AUTO_TEST_CASE(white_space_anywhere_is_refused) {
    for (const std::string_view text :
         {" whsec_a", "whsec_a ", "whsec_a\r\n", "whsec\ta", "a\vb", "a\fb", "a\nb"}) {
        const file_content found = read(text);
        BOOST_TEST(found.text.empty());
        BOOST_TEST(found.problem.starts_with("there is white space"));
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_stripe_never_issues_are_refused) {
    for (const std::string_view text : {std::string_view("\xEF\xBB\xBFwhsec_a"), std::string_view("a\0b", 3),
                                        std::string_view("a\x7F"), std::string_view("\xC2\xA0")}) {
        BOOST_TEST(read(text).problem.starts_with("there are bytes in it"));
    }
}

BOOST_AUTO_TEST_CASE(a_secret_has_at_most_4096_bytes) {
    const std::string longest(4096, 'x');
    BOOST_TEST(read(longest).text == longest);
    BOOST_TEST(read(longest + "\n").text == longest);
    BOOST_TEST(read(longest + "x").problem == "too long");
    BOOST_TEST(read(longest + "x\n").problem == "too long");
    BOOST_TEST(read(std::string(100000, 'x')).problem == "too long");
}

BOOST_AUTO_TEST_CASE(only_a_regular_file_is_read_and_a_pipe_does_not_block) {
    BOOST_TEST(read_secret(directory.path()).problem == "not a regular file");
    BOOST_TEST(read_secret(directory.path() / "absent").problem == "No such file or directory");
    const auto pipe = directory.path() / "pipe";
    BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    BOOST_TEST(read_secret(pipe).problem == "not a regular file");
}

BOOST_AUTO_TEST_CASE(relative_names_are_in_the_credentials_directory_or_else_beside_the_file) {
    BOOST_TEST(secret_path("a", "/run/credentials/x", "/etc/tokenledger") == "/run/credentials/x/a");
    BOOST_TEST(secret_path("a", "", "/etc/tokenledger") == "/etc/tokenledger/a");
    BOOST_TEST(secret_path("/srv/a", "/run/credentials/x", "/etc/tokenledger") == "/srv/a");
    BOOST_TEST(secret_path("a", "", "") == "a");
}

BOOST_AUTO_TEST_CASE(a_configuration_takes_its_secrets_from_the_credentials_directory) {
    const scratch_directory credentials;
    credentials.write("secret", "whsec_from_systemd\n");
    directory.write("secret", "whsec_beside\n");
    const auto file = directory.write("tokenledgerd.toml", good);
    check_secrets(std::get<config>(load_config(file, credentials.path())), {"whsec_from_systemd"});
    check_secrets(std::get<config>(load_config(file, {})), {"whsec_beside"});
}

BOOST_AUTO_TEST_SUITE_END()
