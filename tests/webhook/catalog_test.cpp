// What a payment buys: tokens, or the reason for refusing it.
#include "fixtures.hpp"
#include "webhook/catalog.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace {

using namespace tokenledger::webhook;

std::string refusal(const catalog& from, std::string_view pack, std::int64_t quantity, std::int64_t amount,
                    std::string_view currency) {
    const appraisal worth = appraise(from, pack, quantity, amount, currency);
    const std::string slug{tokenledger::ledger::to_string(worth.refused)};
    return slug.empty() ? std::to_string(worth.tokens) : slug;
}

} // namespace

BOOST_AUTO_TEST_SUITE(catalogue)

BOOST_AUTO_TEST_CASE(a_pack_gives_its_tokens_from_the_minimum_upwards) {
    const catalog from = fixtures::prices();
    BOOST_TEST(refusal(from, "starter", 1, 999, "usd") == "100000");
    BOOST_TEST(refusal(from, "starter", 1, 499, "usd") == "100000"); // with a discount
    BOOST_TEST(refusal(from, "starter", 1, 498, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "starter", 1, 1199, "usd") == "100000"); // with tax
}

BOOST_AUTO_TEST_CASE(an_amount_of_twice_the_price_or_more_is_refused) {
    const catalog from = fixtures::prices();
    BOOST_TEST(refusal(from, "starter", 1, 1997, "usd") == "100000");
    BOOST_TEST(refusal(from, "starter", 1, 1998, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "starter", 1, 2997, "usd") == "amount_mismatch"); // Checkout sold three packs
    BOOST_TEST(refusal(from, "starter", 1, INT64_MAX, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "starter", 3, 2 * 3 * 999 - 1, "usd") == "300000");
    BOOST_TEST(refusal(from, "starter", 3, 2 * 3 * 999, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "starter", 1, 2999, "jpy") == "100000");
    BOOST_TEST(refusal(from, "starter", 1, 3000, "jpy") == "amount_mismatch");
}

BOOST_AUTO_TEST_CASE(a_maximum_is_per_pack_and_replaces_twice_the_price) {
    catalog from = fixtures::prices();
    from.packs["starter"].prices["usd"].maximum = 1200;
    BOOST_TEST(refusal(from, "starter", 1, 1200, "usd") == "100000");
    BOOST_TEST(refusal(from, "starter", 1, 1201, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "starter", 3, 3600, "usd") == "300000");
    BOOST_TEST(refusal(from, "starter", 3, 3601, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "starter", 1, 2999, "jpy") == "100000"); // another currency
    from.packs["starter"].prices["usd"].maximum = 50'000;
    BOOST_TEST(refusal(from, "starter", 1, 50'000, "usd") == "100000");
    BOOST_TEST(refusal(from, "starter", 1, 50'001, "usd") == "amount_mismatch");
}

BOOST_AUTO_TEST_CASE(a_quantity_multiplies_tokens_and_lowest_amount) {
    const catalog from = fixtures::prices();
    BOOST_TEST(refusal(from, "starter", 3, 3 * 499, "usd") == "300000");
    BOOST_TEST(refusal(from, "starter", 3, 3 * 499 - 1, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "starter", 1000, 1000 * 499, "usd") == "100000000");
    BOOST_TEST(refusal(from, "starter", 1000, 499, "usd") == "amount_mismatch");
}

BOOST_AUTO_TEST_CASE(each_currency_has_its_own_prices_and_none_is_converted) {
    const catalog from = fixtures::prices();
    BOOST_TEST(refusal(from, "starter", 1, 1500, "jpy") == "100000");
    BOOST_TEST(refusal(from, "starter", 1, 999, "jpy") == "amount_mismatch");
    BOOST_TEST(refusal(from, "pro", 1, 799900, "jpy") == "currency_mismatch");
    BOOST_TEST(refusal(from, "starter", 1, 999, "eur") == "currency_mismatch");
}

BOOST_AUTO_TEST_CASE(refusals_have_a_fixed_order) {
    const catalog from = fixtures::prices();
    BOOST_TEST(refusal(from, "gone", 1, 0, "eur") == "unknown_pack");
    BOOST_TEST(refusal(from, "Starter", 1, 999, "usd") == "unknown_pack");
    BOOST_TEST(refusal(from, "starter", 1, 0, "eur") == "currency_mismatch");
    BOOST_TEST(refusal(from, "starter", 1, 0, "usd") == "zero_amount");
    BOOST_TEST(refusal(catalog{}, "starter", 1, 999, "usd") == "unknown_pack");
}

BOOST_AUTO_TEST_CASE(the_largest_catalogue_does_not_overflow) {
    catalog from;
    from.packs["whale"] = {.tokens = max_pack_tokens,
                           .prices = {{"usd", {.amount = max_pack_price, .minimum = max_pack_price}}}};
    BOOST_TEST(refusal(from, "whale", max_quantity, INT64_MAX, "usd") ==
               std::to_string(max_pack_tokens * 1000));
    BOOST_TEST(refusal(from, "whale", max_quantity, max_pack_price * 1000, "usd") ==
               std::to_string(max_pack_tokens * 1000));
    BOOST_TEST(refusal(from, "whale", max_quantity, max_pack_price * 1000 - 1, "usd") == "amount_mismatch");
    from.packs["whale"].prices["usd"].maximum = max_pack_price;
    BOOST_TEST(refusal(from, "whale", max_quantity, max_pack_price * 1000, "usd") ==
               std::to_string(max_pack_tokens * 1000));
    BOOST_TEST(refusal(from, "whale", max_quantity, INT64_MAX, "usd") == "amount_mismatch");
}

BOOST_AUTO_TEST_CASE(a_product_that_would_overflow_is_refused) {
    catalog from;
    from.packs["dear"] = {.tokens = 1, .prices = {{"usd", {.amount = INT64_MAX, .minimum = INT64_MAX}}}};
    from.packs["vast"] = {.tokens = INT64_MAX,
                          .prices = {{"usd", {.amount = 1, .minimum = 1, .maximum = INT64_MAX}}}};
    BOOST_TEST(refusal(from, "dear", 2, INT64_MAX, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "dear", 1, INT64_MAX, "usd") == "1");
    BOOST_TEST(refusal(from, "vast", 2, 1000, "usd") == "amount_mismatch");
    BOOST_TEST(refusal(from, "vast", 1, 1000, "usd") == std::to_string(INT64_MAX));
}

BOOST_AUTO_TEST_SUITE_END()
