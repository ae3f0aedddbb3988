// Errors in a catalogue.
#include "scratch_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;

BOOST_FIXTURE_TEST_SUITE(catalog_errors, scratch_config)

BOOST_AUTO_TEST_CASE(a_pack_id_must_be_unique_within_a_catalogue) {
    check(added("[[catalog.pack]]\nid = \"starter\"\ntokens = 1\nprices = { usd = 1 }\n"),
          {"12: the pack 'starter' is there twice"});
    check(added("[[catalog.other.pack]]\nid = \"starter\"\ntokens = 1\nprices = { usd = 1 }\n"), {});
}

BOOST_AUTO_TEST_CASE(a_pack_id_must_be_an_identifier) {
    const std::string rule = "8: catalog.pack.id must be 1 to 255 bytes of text without a NUL, not ";
    check(replaced(good, "starter", ""), {rule + "''"});
    check(replaced(good, "starter", "a\\u0000b"), {rule + "'a?b'"});
    check(replaced(good, "starter", std::string(256, 'x')), {rule + "'" + std::string(120, 'x') + "...'"});
    check(replaced(good, "starter", std::string(255, 'x')), {});
}

BOOST_AUTO_TEST_CASE(tokens_and_prices_are_limited_so_that_the_largest_quantity_fits) {
    check(replaced(good, "100000", "0"),
          {"9: catalog.pack.tokens must be from 1 to 9223372036854775, not 0"});
    check(replaced(good, "100000", "9223372036854776"),
          {"9: catalog.pack.tokens must be from 1 to 9223372036854775, not 9223372036854776"});
    check(replaced(good, "100000", "9223372036854775"), {});
    check(replaced(good, "100000", "1e5"), {"9: catalog.pack.tokens must be an integer, not a float"});
    check(replaced(good, "usd = 999, eur = 949", "usd = 0, eur = 9.49, jpy = \"1\", chf = 9223372036854776"),
          {"10: catalog.pack.prices.usd must be from 1 to 9223372036854775, not 0",
           "10: catalog.pack.prices.eur must be an integer, not a float",
           "10: catalog.pack.prices.jpy must be an integer, not a string",
           "10: catalog.pack.prices.chf must be from 1 to 9223372036854775, not 9223372036854776"});
}

BOOST_AUTO_TEST_CASE(a_currency_has_three_lower_case_letters_and_a_pack_needs_one) {
    check(replaced(good, "usd = 999", "USD = 999"),
          {"10: each key of catalog.pack.prices must be a currency of three lower-case letters, not 'USD'"});
    check(replaced(good, "usd = 999, eur = 949", ""),
          {"10: catalog.pack.prices must have at least one currency"});
    check(replaced(good, "{ usd = 999, eur = 949 }", "999"),
          {"10: catalog.pack.prices must be a table of currencies, like { usd = 999 }, not an integer"});
}

BOOST_AUTO_TEST_CASE(a_minimum_needs_a_price_and_must_not_exceed_it) {
    check(added("minimum = { usd = 1000, chf = 1, eur = 949 }\n"),
          {"11: the minimum in 'usd' is above the price: 1000 > 999",
           "11: the minimum in 'chf' has no price in that currency"});
    check(added("minimum = { usd = 0 }\n"),
          {"11: catalog.pack.minimum.usd must be from 1 to 9223372036854775, not 0"});
    check(added("[catalog.pack.minimum]\nusd = 1\neur = 950\n"),
          {"13: the minimum in 'eur' is above the price: 950 > 949"});
}

BOOST_AUTO_TEST_CASE(a_maximum_needs_a_price_and_must_not_be_below_it) {
    check(added("maximum = { usd = 998, chf = 1, eur = 949 }\n"),
          {"11: the maximum in 'usd' is below the price: 998 < 999",
           "11: the maximum in 'chf' has no price in that currency"});
    check(added("maximum = { usd = 9223372036854776 }\n"),
          {"11: catalog.pack.maximum.usd must be from 1 to 9223372036854775, not 9223372036854776"});
    check(added("maximum = { USD = 2000 }\n"),
          {"11: each key of catalog.pack.maximum must be a currency of three lower-case letters, not 'USD'"});
    check(added("minimum = { usd = 1 }\nmaximum = { usd = 999 }\n"), {});
}

BOOST_AUTO_TEST_CASE(a_bad_price_does_not_cause_errors_about_its_limits) {
    check(replaced(added("minimum = { usd = 1 }\nmaximum = { usd = 1 }\n"), "usd = 999", "usd = 0"),
          {"10: catalog.pack.prices.usd must be from 1 to 9223372036854775, not 0"});
}

BOOST_AUTO_TEST_CASE(metadata_keys_must_be_valid_at_stripe_and_differ) {
    const std::string rule =
        " must be a key of Stripe metadata: 1 to 40 characters without square brackets, not ";
    const std::string forty(40, 'k');
    check(added("[catalog]\nuser_id_key = \"a[b]\"\npack_key = \"\"\nquantity_key = \"" + forty + "k\"\n"),
          {"12: catalog.user_id_key" + rule + "'a[b]'", "13: catalog.pack_key" + rule + "''",
           "14: catalog.quantity_key" + rule + "'" + forty + "k'"});
    check(added("[catalog]\nuser_id_key = \"" + forty + "\"\n"), {});
    check(added("[catalog]\npack_key = \"user_id\"\n"),
          {"12: user_id_key, pack_key and quantity_key of a catalogue must differ from each other"});
}

BOOST_AUTO_TEST_CASE(a_named_catalogue_is_checked_by_the_same_rules) {
    check(added("[catalog.partners]\npack_keys = \"x\"\nquantity_key = 1\n[[catalog.partners.pack]]\n"
                "id = \"a\"\ntokens = -1\nprices = { usd = 1 }\n[catalog.partners.inner]\n"),
          {"12: unknown key 'pack_keys'; did you mean 'pack_key'?",
           "13: catalog.quantity_key must be a string, not an integer",
           "16: catalog.pack.tokens must be from 1 to 9223372036854775, not -1", "18: unknown key 'inner'"});
}

BOOST_AUTO_TEST_CASE(the_name_of_a_catalogue_must_not_be_empty_or_contain_a_space) {
    const std::string rule =
        "11: the NAME of [catalog.NAME] must be the name of a catalogue: 1 to 64 of A-Z, a-z, "
        "0-9, '_' and '-', not ";
    check(added("[catalog.\"\"]\n"), {rule + "''"});
    check(added("[catalog.\"a b\"]\n"), {rule + "'a b'"});
}

BOOST_AUTO_TEST_CASE(an_empty_list_of_packs_is_an_error) {
    check(replaced(good,
                   "[[catalog.pack]]\nid = \"starter\"\ntokens = 100000\nprices = { usd = 999, eur = 949 }",
                   "[catalog]\npack = []"),
          {"8: at least one [[catalog.pack]] is required"});
}

BOOST_AUTO_TEST_SUITE_END()
