// Errors in an endpoint.
#include "scratch_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;

BOOST_FIXTURE_TEST_SUITE(endpoint_errors, scratch_config)

BOOST_AUTO_TEST_CASE(a_path_must_be_printable_ascii_without_query_fragment_or_white_space) {
    for (const std::string_view path :
         {"", "stripe", "/a?b", "/a#b", "/a b", "/a\\tb", "/\\u00fc", "/a\\u0000"}) {
        const auto found = errors_of(replaced(good, "/stripe/webhook", path));
        BOOST_TEST_REQUIRE(found.size() == 1U);
        BOOST_TEST(found.front().starts_with("4: webhook.endpoint.path must be a path that starts with '/'"));
    }
    check(replaced(good, "/stripe/webhook", "/"), {});
}

BOOST_AUTO_TEST_CASE(a_path_must_not_belong_to_two_endpoints) {
    check(
        added("[[webhook.endpoint]]\nlivemode = false\npath = \"/stripe/webhook\"\nsecrets = [\"other\"]\n"),
        {"13: the path '/stripe/webhook' is that of another endpoint"});
}

BOOST_AUTO_TEST_CASE(livemode_is_required) {
    check(replaced(good, "livemode = true\n", ""), {"3: webhook.endpoint.livemode is required"});
}

BOOST_AUTO_TEST_CASE(an_endpoint_without_a_secret_is_refused) {
    check(replaced(good, "[\"secret\"]", "[]"),
          {"5: webhook.endpoint.secrets must have from 1 to 16 items, not 0"});
}

BOOST_AUTO_TEST_CASE(each_bad_secret_is_an_error_at_its_line_without_its_content) {
    directory.write("empty", "\n");
    directory.write("spaced", "whsec_first half\n");
    const std::string prefix = "cannot use the secret in '" + directory.path().string() + "/";
    check(replaced(good, "[\"secret\"]", "[\n\"secret\",\n\"absent\",\n\"empty\",\n\"spaced\"]"),
          {"7: " + prefix + "absent': No such file or directory",
           "8: " + prefix + "empty': the file is empty",
           "9: " + prefix + "spaced': there is white space in it (one newline at the end is fine)"});
}

BOOST_AUTO_TEST_CASE(the_same_secret_twice_in_one_endpoint_is_an_error) {
    directory.write("copy", "whsec_first");
    check(replaced(good, "[\"secret\"]", "[\"secret\",\n\"other\",\n\"copy\"]"),
          {"7: the secret in 'copy' is the same as in 'secret'"});
    check(replaced(good, "[\"secret\"]", "[\"secret\", \"secret\"]"),
          {"5: webhook.endpoint.secrets has 'secret' twice"});
    check(added("[[webhook.endpoint]]\nlivemode = false\npath = \"/b\"\nsecrets = [\"copy\"]\n"), {});
}

BOOST_AUTO_TEST_CASE(a_secret_instead_of_a_file_name_is_refused_and_not_repeated) {
    check(replaced(good, "\"secret\"", "\"whsec_abcdef\""),
          {"5: each of webhook.endpoint.secrets must be the name of a file that holds the secret, not the "
           "secret "
           "itself"});
}

BOOST_AUTO_TEST_CASE(an_endpoint_with_accounts_must_name_its_catalogue) {
    check(replaced(good, "livemode = true", "livemode = true\naccounts = [\"acct_1\"]"),
          {"7: an endpoint with accounts must name its catalog: connected accounts set their own metadata"});
    check(replaced(good, "livemode = true", "livemode = true\naccounts = []"), {});
    check(replaced(good, "livemode = true", "livemode = true\naccounts = [\"\"]"),
          {"7: each of webhook.endpoint.accounts must be 1 to 255 bytes of text without a NUL, not ''"});
}

BOOST_AUTO_TEST_CASE(the_catalogue_that_an_endpoint_names_must_exist_and_have_a_pack) {
    const std::string names_shop = replaced(good, "livemode = true", "livemode = true\ncatalog = \"shop\"");
    check(names_shop, {"7: there is no [catalog.shop]"});
    check(names_shop + "[catalog.shop]\npack_key = \"x\"\n",
          {"7: the endpoint's catalogue, [catalog.shop], has no pack: add a [[catalog.shop.pack]]"});
    check(replaced(names_shop, "\"shop\"", "\"\""), {"7: webhook.endpoint.catalog must be the name of a "
                                                     "catalogue: 1 to 64 of A-Z, a-z, 0-9, '_' and '-', not "
                                                     "''"});
}

BOOST_AUTO_TEST_CASE(the_default_catalogue_must_have_a_pack_if_an_endpoint_uses_it) {
    check(replaced(good, "[[catalog.pack]]", "[[catalog.shop.pack]]"),
          {"3: the endpoint's catalogue, [catalog], has no pack: add a [[catalog.pack]]"});
    check(
        "[database]\nurl = \"postgresql:///x\"\n[[webhook.endpoint]]\npath = \"/\"\nsecrets = [\"secret\"]\n"
        "livemode = true\n",
        {"3: the endpoint's catalogue, [catalog], has no pack: add a [[catalog.pack]]"});
}

BOOST_AUTO_TEST_SUITE_END()
