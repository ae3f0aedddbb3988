// Keys and tables that are unknown, missing, in the wrong place or of the wrong shape.
#include "scratch_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;

BOOST_FIXTURE_TEST_SUITE(table_errors, scratch_config)

BOOST_AUTO_TEST_CASE(an_unknown_key_is_refused_with_the_nearest_known_one) {
    check(added("[webhok]\nlisten = []\n[log]\nlevels = \"info\"\ncolour = 1\n"),
          {"11: unknown key 'webhok'; did you mean 'webhook'?",
           "14: unknown key 'levels'; did you mean 'level'?", "15: unknown key 'colour'"});
}

BOOST_AUTO_TEST_CASE(a_key_under_the_wrong_header_is_refused_with_the_right_one) {
    check(added("[webhook]\nlivemode = true\nconnections = 2\n"),
          {"12: unknown key 'livemode' here; it belongs in [[webhook.endpoint]]",
           "13: unknown key 'connections' here; it belongs in [database]"});
    check(std::string("url = \"postgresql:///x\"\n").append(good),
          {"1: unknown key 'url' here; it belongs in [database]"});
}

BOOST_AUTO_TEST_CASE(an_unknown_key_of_an_endpoint_or_pack_is_an_error_at_its_line) {
    check(replaced(good, "livemode = true", "livemode = true\naccount = \"acct_1\""),
          {"7: unknown key 'account'; did you mean 'accounts'?"});
    check(added("price = { usd = 1 }\n"), {"11: unknown key 'price'; did you mean 'prices'?"});
}

BOOST_AUTO_TEST_CASE(a_table_of_the_wrong_shape_is_refused_with_the_right_header) {
    check("database = 1\nlog = []\ncatalog = \"x\"\nwebhook.endpoint = { path = \"/\" }\n",
          {"1: 'database' must be a table: [database]", "2: 'log' must be a table: [log]",
           "3: 'catalog' must be a table: [catalog]",
           "4: 'webhook.endpoint' must be an array of tables: [[webhook.endpoint]]"});
    check(replaced(good, "[[catalog.pack]]", "[catalog.pack]"),
          {"7: 'catalog.pack' must be an array of tables: [[catalog.pack]]"});
    check(added("[catalog]\n[catalog.a]\npack = [1]\n"),
          {"13: 'catalog.pack' must be an array of tables: [[catalog.pack]]"});
}

BOOST_AUTO_TEST_CASE(missing_keys_are_errors_at_the_header_of_their_table) {
    check(R"([database]
connections = 2
[[webhook.endpoint]]
[[catalog.pack]]
minimum = { usd = 1 }
)",
          {"1: database.url is required", "3: webhook.endpoint.path is required",
           "3: webhook.endpoint.secrets is required", "3: webhook.endpoint.livemode is required",
           "4: catalog.pack.id is required", "4: catalog.pack.tokens is required",
           "4: catalog.pack.prices is required"});
}

BOOST_AUTO_TEST_CASE(at_least_one_endpoint_is_required) {
    check("[database]\nurl = \"postgresql:///x\"\n[webhook]\nlisten = [\"127.0.0.1:0\"]\n",
          {"3: at least one [[webhook.endpoint]] is required"});
    check("[database]\nurl = \"postgresql:///x\"\n[webhook]\nendpoint = []\n",
          {"4: at least one [[webhook.endpoint]] is required"});
}

BOOST_AUTO_TEST_CASE(a_secret_in_a_key_or_value_is_not_repeated_in_the_error) {
    for (const std::string_view more :
         {"whsec_stray = 1\n", "[log]\nlevel = \"whsec_stray\"\n", "[log]\nlevel = whsec_stray\n",
          "[webhook]\nlisten = [\"whsec_stray\"]\n", "whsec_stray = 1\nwhsec_stray = 2\n"}) {
        const auto found = errors_of(added(more));
        BOOST_TEST_REQUIRE(found.size() == 1U);
        BOOST_TEST(found.front().find("stray") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
