// All settlement events: how they name their payment, and what makes them unusable.
#include "settlement_fixtures.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

namespace {

using namespace tokenledger::webhook;
using namespace tokenledger::webhook::fixtures;

BOOST_AUTO_TEST_SUITE(settlement_events_of_any_kind)

BOOST_AUTO_TEST_CASE(the_payment_is_an_id_or_an_expanded_object) {
    const char* const expanded = R"({"object":"payment_intent","amount":900,"id":"pi_1","metadata":{}})";
    BOOST_TEST(charge_news(charge().set("payment_intent", expanded)).payment_intent_id == "pi_1");
    BOOST_TEST(refund_news(refund().set("payment_intent", expanded)).payment_intent_id == "pi_1");
    BOOST_TEST(dispute_news(dispute().set("payment_intent", expanded)).payment_intent_id == "pi_1");
}

BOOST_AUTO_TEST_CASE(a_dispute_or_refund_without_payment_takes_that_of_its_expanded_charge) {
    for (const char* const intent : {R"("pi_2")", R"({"id":"pi_2"})"}) {
        const std::string in_charge = R"({"id":"ch_1","payment_intent":)" + std::string{intent} + "}";
        for (const object& made : {dispute().set("charge", in_charge).set("payment_intent", "null"),
                                   dispute().set("charge", in_charge).remove("payment_intent")}) {
            BOOST_TEST(dispute_news(made).payment_intent_id == "pi_2");
            BOOST_TEST(only_dispute(dispute_news(made)).amount_cents == 900);
        }
        BOOST_TEST(
            refund_news(refund().set("charge", in_charge).set("payment_intent", "null")).payment_intent_id ==
            "pi_2");
        BOOST_TEST(dispute_news(dispute().set("charge", in_charge)).payment_intent_id == "pi_1");
    }
}

BOOST_AUTO_TEST_CASE(an_object_without_a_payment_is_usable_and_has_no_facts) {
    // Whatever else it holds: charges older than payment intents are not ours.
    for (const object& made : {refund(), refund().set("amount", "1.5"), refund().remove("id")}) {
        for (object nameless :
             {object{made}.set("payment_intent", "null"), object{made}.remove("payment_intent")}) {
            for (const char* const charge_of :
                 {R"("ch_1")", "null", R"({"id":"ch_1"})", R"({"payment_intent":null})"}) {
                const settlement_news news = refund_news(nameless.set("charge", charge_of));
                BOOST_TEST(news.usable);
                BOOST_TEST(news.payment_intent_id.empty());
                BOOST_TEST(news.facts.empty());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_object_with_an_invalid_payment_is_unusable) {
    for (const char* const bad : {"7", R"("")", "{}", "[]", "true", R"({"id":null})",
                                  R"({"id":"a","id":"b"})", R"("\ud800")", R"("a\u0000b")"}) {
        BOOST_TEST_INFO(bad);
        BOOST_TEST(!refund_news(refund().set("payment_intent", bad)).usable);
        BOOST_TEST(!charge_news(charge().set("payment_intent", bad)).usable);
        BOOST_TEST(!dispute_news(dispute().set("payment_intent", bad)).usable);
        const std::string in_charge = R"({"payment_intent":)" + std::string{bad} + "}";
        BOOST_TEST(!dispute_news(dispute().set("payment_intent", "null").set("charge", in_charge)).usable);
    }
    const std::string long_id = '"' + std::string(256, 'x') + '"';
    BOOST_TEST(!refund_news(refund().set("payment_intent", long_id)).usable);
    BOOST_TEST(!refund_news(refund().set("id", long_id)).usable);
}

BOOST_AUTO_TEST_CASE(an_amount_must_be_an_integer_of_zero_or_more) {
    for (const char* const bad :
         {"1.0", "1e2", "-1", "-0", "9223372036854775808", "1e400", R"("300")", "null", "true", "[300]"}) {
        BOOST_TEST_INFO(bad);
        const settlement_news news = refund_news(refund().set("amount", bad));
        BOOST_TEST(!news.usable);
        BOOST_TEST(news.facts.empty());
        BOOST_TEST(news.payment_intent_id == "pi_1"); // for the operator's list
        BOOST_TEST(!charge_news(charge().set("amount_refunded", bad)).usable);
        BOOST_TEST(!dispute_news(dispute().set("amount", bad)).usable);
    }
    BOOST_TEST(only_refund(refund_news(refund().set("amount", "0"))).amount_cents == 0);
    BOOST_TEST(only_refund(refund_news(refund().set("amount", "9223372036854775807"))).amount_cents ==
               INT64_MAX);
    BOOST_TEST(!charge_news(charge().remove("amount_refunded")).usable);
    // A member that is not read may be anything.
    BOOST_TEST(charge_news(charge().set("amount", "1e400")).usable);
}

BOOST_AUTO_TEST_CASE(a_currency_must_be_three_lower_case_letters_or_absent) {
    for (const char* const bad : {R"("USD")", R"("us")", R"("")", "7", R"("usdd")", R"("us1")"}) {
        BOOST_TEST_INFO(bad);
        BOOST_TEST(!refund_news(refund().set("currency", bad)).usable);
        BOOST_TEST(!charge_news(charge().set("currency", bad)).usable);
        BOOST_TEST(!dispute_news(dispute().set("currency", bad)).usable);
    }
    BOOST_TEST(refund_news(refund().remove("currency")).usable);
    BOOST_TEST(refund_news(refund().set("currency", "null")).currency == "");
}

BOOST_AUTO_TEST_CASE(a_repeated_key_that_is_read_makes_the_object_unusable) {
    const auto repeated = [](object made, const char* key) { return made.add(key, R"("usd")"); };
    for (const char* const key :
         {"object", "id", "amount", "status", "balance_transaction", "payment_intent", "currency"}) {
        BOOST_TEST_INFO(key);
        BOOST_TEST(!refund_news(repeated(refund(), key)).usable);
        BOOST_TEST(!dispute_news(repeated(repeated(dispute(), key), key)).usable);
    }
    for (const char* const key : {"object", "amount_refunded", "payment_intent", "currency", "metadata"})
        BOOST_TEST(!charge_news(repeated(charge(), key)).usable);
    BOOST_TEST(!charge_news(repeated(repeated(charge(), "refunds"), "refunds")).usable);
    BOOST_TEST(!dispute_news(repeated(dispute(), "balance_transactions")).usable);
    BOOST_TEST(!dispute_news(repeated(dispute().set("payment_intent", "null"), "charge")).usable);
    BOOST_TEST(dispute_news(repeated(repeated(dispute(), "evidence"), "reason")).usable);
}

BOOST_AUTO_TEST_CASE(a_body_without_the_right_object_is_unusable) {
    for (const char* const bad : {"null", "[]", "7", R"("re_1")"})
        BOOST_TEST(
            !news_of(std::string{R"({"id":"evt_1","type":"refund.created","data":{"object":)"} + bad + "}}")
                 .usable);
    for (const char* const data : {"null", "{}", "[]", R"({"object":{},"object":{}})"})
        BOOST_TEST(
            !news_of(std::string{R"({"id":"evt_1","type":"refund.created","data":)"} + data + "}").usable);
    BOOST_TEST(!news_of(R"({"id":"evt_1","type":"refund.created"})").usable);
    BOOST_TEST(!refund_news(dispute()).usable);
    BOOST_TEST(refund_news(refund().remove("object")).usable);
    BOOST_TEST(!charge_news(charge().set("metadata", "[]")).usable);
}

BOOST_AUTO_TEST_CASE(other_types_are_not_read) {
    BOOST_TEST(!news_of("payment_intent.succeeded", canceled_intent()).usable);
    BOOST_TEST(!news_of("payment_intent.canceled", canceled_intent()).usable);
    BOOST_TEST(!news_of("charge.updated", charge()).usable);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
