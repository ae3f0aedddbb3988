// Errors in single values and in the file as a whole.
#include "scratch_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;

BOOST_FIXTURE_TEST_SUITE(value_errors, scratch_config)

BOOST_AUTO_TEST_CASE(all_errors_are_reported_at_once_in_the_order_of_the_file) {
    check(R"([webhook]
tolerence_seconds = 300
max_body_bytes = "1 MB"
[database]
connections = 0
[[webhook.endpoint]]
path = "stripe"
secrets = ["missing"]
livemode = true
[[catalog.pack]]
id = "starter"
tokens = 1
prices = { usd = 1 }
)",
          {"2: unknown key 'tolerence_seconds'; did you mean 'tolerance_seconds'?",
           "3: webhook.max_body_bytes must be an integer, not a string", "4: database.url is required",
           "5: database.connections must be from 1 to 64, not 0",
           "7: webhook.endpoint.path must be a path that starts with '/', of at most 255 printable ASCII "
           "characters without '?', '#' or white space, not 'stripe'",
           "8: cannot use the secret in '" + (directory.path() / "missing").string() +
               "': No such file or directory"});
}

BOOST_AUTO_TEST_CASE(an_error_is_written_with_file_and_line) {
    BOOST_TEST(to_string(config_error{"/etc/x.toml", 7, "no"}) == "/etc/x.toml:7: no");
}

BOOST_AUTO_TEST_CASE(a_syntax_error_is_the_only_error_and_has_its_line) {
    check("[database]\nurl = \"x\nconnections = 0\n",
          {"2: TOML syntax: Error while parsing string: unescaped control characters other than TAB (U+0009) "
           "are "
           "explicitly prohibited"});
    BOOST_TEST(errors_of("[log]\nlevel = \"info\"\nlevel = \"warn\"\n").size() == 1U);
    BOOST_TEST(
        errors_of("[log]\nlevel = \"info\"\nlevel = \"warn\"\n").front().starts_with("3: TOML syntax: "));
}

BOOST_AUTO_TEST_CASE(an_integer_beyond_64_bits_is_an_error_with_its_line) {
    const auto found = errors_of(replaced(good, "tokens = 100000", "tokens = 9223372036854775808"));
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found.front().starts_with("9: TOML syntax: "));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_one_error_without_a_line) {
    const auto loaded = load_config(directory.path() / "absent.toml", {});
    const auto& errors = std::get<std::vector<config_error>>(loaded);
    BOOST_TEST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(to_string(errors.front()) ==
               (directory.path() / "absent.toml").string() +
                   ":0: cannot read the configuration: No such file or directory");
    BOOST_TEST(std::holds_alternative<std::vector<config_error>>(load_config(directory.path(), {})));
}

BOOST_AUTO_TEST_CASE(a_file_of_more_than_4_mib_is_refused) {
    check(std::string(4194305, '#'), {"0: cannot read the configuration: too long"});
}

BOOST_AUTO_TEST_CASE(an_empty_file_lacks_everything_that_is_required) {
    check("", {"0: database.url is required", "0: at least one [[webhook.endpoint]] is required"});
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_is_refused_at_its_line) {
    check(added("[log]\nlevel = 3\n[webhook]\nmax_connections = 10.0\nlisten = \"127.0.0.1:1\"\n"
                "idle_timeout_ms = true\nmax_header_bytes = [1]\nmax_body_bytes = 1979-05-27\n"
                "request_timeout_ms = { a = 1 }\n"),
          {"12: log.level must be a string, not an integer",
           "14: webhook.max_connections must be an integer, not a float",
           "15: webhook.listen must be an array of strings, not a string",
           "16: webhook.idle_timeout_ms must be an integer, not a boolean",
           "17: webhook.max_header_bytes must be an integer, not an array",
           "18: webhook.max_body_bytes must be an integer, not a date or time",
           "19: webhook.request_timeout_ms must be an integer, not a table"});
    check(replaced(good, "livemode = true", "livemode = \"true\""),
          {"6: webhook.endpoint.livemode must be true or false, not a string"});
}

BOOST_AUTO_TEST_CASE(a_number_below_or_above_its_range_is_refused) {
    check(added("[webhook]\ntolerance_seconds = 0\nmax_header_bytes = 1048577\nrequest_timeout_ms = 99\n"
                "max_connections = -9223372036854775808\n"),
          {"12: webhook.tolerance_seconds must be from 1 to 604800, not 0",
           "13: webhook.max_header_bytes must be from 8192 to 1048576, not 1048577",
           "14: webhook.request_timeout_ms must be from 100 to 600000, not 99",
           "15: webhook.max_connections must be from 1 to 1000000, not -9223372036854775808"});
}

BOOST_AUTO_TEST_CASE(the_limit_on_all_bodies_must_not_be_below_that_on_one) {
    check(added("[webhook]\nmax_body_bytes = 4096\nmax_body_bytes_in_flight = 4095\n"),
          {"13: webhook.max_body_bytes_in_flight must be at least webhook.max_body_bytes"});
    check(added("[webhook]\nmax_body_bytes_in_flight = 4096\n"),
          {"12: webhook.max_body_bytes_in_flight must be at least webhook.max_body_bytes"});
}

BOOST_AUTO_TEST_CASE(the_queue_limit_must_not_be_below_the_size_of_a_batch) {
    check(replaced(good, "[[webhook.endpoint]]", "max_batch = 5000\n[[webhook.endpoint]]"),
          {"3: database.queue_limit must be at least database.max_batch"});
}

BOOST_AUTO_TEST_CASE(a_bad_listen_address_is_an_error_at_its_line) {
    const std::string rule =
        "each of webhook.listen must be HOST:PORT with a numeric IPv4 address or an IPv6 "
        "address in brackets, and a port of 0 (the system chooses) to 65535, not ";
    check(added("[webhook]\nlisten = [\n  \"127.0.0.1:1\",\n  \"localhost:1\",\n  \"webhook\", 7,\n"
                "  \"127.0.0.1:1\"]\n"),
          {"14: " + rule + "'localhost:1'", "15: " + rule + "'webhook'",
           "15: each of webhook.listen must be a string, not an integer",
           "16: webhook.listen has '127.0.0.1:1' twice"});
    check(added("[webhook]\nlisten = []\n"), {"12: webhook.listen must have from 1 to 64 items, not 0"});
}

BOOST_AUTO_TEST_CASE(a_bad_database_url_is_refused_and_not_repeated) {
    const std::string rule =
        " must be a libpq URI (postgresql://...) or a libpq connection string (key=value ...)";
    check(replaced(good, "postgresql:///tokenledger", "mysql://me:pass=word@db"), {"2: database.url" + rule});
    check(replaced(good, "postgresql:///tokenledger", ""), {"2: database.url" + rule});
    check(replaced(good, "[[webhook.endpoint]]", "migrate_url = \"host=a\\u0000b\"\n[[webhook.endpoint]]"),
          {"3: database.migrate_url" + rule});
    check(replaced(good, "postgresql:///tokenledger", "host=/run/postgresql dbname=tokenledger"), {});
}

BOOST_AUTO_TEST_CASE(an_unknown_log_level_is_refused_with_the_five_known_ones) {
    check(added("[log]\nlevel = \"loud\"\n"),
          {"12: log.level must be one of trace, debug, info, warn, error, not 'loud'"});
}

BOOST_AUTO_TEST_SUITE_END()
