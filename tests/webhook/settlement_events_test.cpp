// Reading refunded charges and refunds.
#include "settlement_fixtures.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace tokenledger::webhook;
using namespace tokenledger::webhook::fixtures;
using tokenledger::ledger::payment_facts;
using tokenledger::ledger::refund_fact;
using tokenledger::ledger::refund_status;

BOOST_AUTO_TEST_SUITE(settlement_events_of_charges)

BOOST_AUTO_TEST_CASE(a_refunded_charge_gives_its_cumulative_amount_its_payment_and_that_it_is_ours) {
    const settlement_news news = charge_news(charge());
    BOOST_TEST(news.usable);
    BOOST_TEST(news.payment_intent_id == "pi_1");
    BOOST_TEST(news.currency == "usd");
    BOOST_TEST((news.ours == true));
    BOOST_TEST((news.facts == payment_facts{.refunded_cumulative_cents = 300, .refunded_currency = "usd"}));
}

BOOST_AUTO_TEST_CASE(a_charge_and_its_refunds_have_their_currency) {
    const auto read = [](const char* code) {
        return charge_news(
            charge()
                .set("currency", code)
                .set("refunds", R"({"data":[{"object":"refund","id":"re_1","amount":5,"currency":)" +
                                    std::string(code) + "}]}"));
    };
    BOOST_TEST(read(R"("jpy")").facts.refunded_currency == "jpy");
    BOOST_TEST(read(R"("jpy")").facts.refunds.at("re_1").currency == "jpy");
    BOOST_TEST(read("null").facts.refunded_currency.empty());
    BOOST_TEST(read("null").facts.refunds.at("re_1").currency.empty());
    BOOST_TEST(!read(R"("JPY")").usable);
    BOOST_TEST(only_refund(refund_news(refund().set("currency", R"("kwd")"))).currency == "kwd");
}

BOOST_AUTO_TEST_CASE(a_charge_without_the_pack_key_is_foreign) {
    const settlement_news news = charge_news(charge().set("metadata", R"({"user_id":"user_1"})"));
    BOOST_TEST((news.ours == false));
    BOOST_TEST(news.facts.not_ours);
    BOOST_TEST(news.facts.refunded_cumulative_cents == 300);
}

BOOST_AUTO_TEST_CASE(a_charge_without_metadata_does_not_say_whether_it_is_ours) {
    for (const object& made : {charge().remove("metadata"), charge().set("metadata", "null")}) {
        const settlement_news news = charge_news(made);
        BOOST_TEST(news.usable);
        BOOST_TEST(!news.ours.has_value());
        BOOST_TEST(!news.facts.not_ours);
    }
}

BOOST_AUTO_TEST_CASE(embedded_refunds_are_read_from_a_list_object_or_an_array) {
    const std::string one = refund().text();
    const std::string other = refund()
                                  .set("id", R"("re_2")")
                                  .set("status", R"("failed")")
                                  .set("balance_transaction", "null")
                                  .text();
    for (const std::string& list :
         {R"({"object":"list","data":[)" + one + "," + other + "]}", "[" + one + "," + other + "]",
          "[" + one + "," + other + R"(,{"object":"refund","amount":5}])"}) {
        BOOST_TEST_INFO(list);
        const settlement_news news = charge_news(charge().set("refunds", list));
        BOOST_REQUIRE(news.usable);
        BOOST_REQUIRE_EQUAL(news.facts.refunds.size(), 2U);
        BOOST_TEST((news.facts.refunds.at("re_1") == refund_fact{300, refund_status::counting, true, "usd"}));
        BOOST_TEST((news.facts.refunds.at("re_2") == refund_fact{300, refund_status::voided, false, "usd"}));
        BOOST_TEST(news.facts.refunded_cumulative_cents == 300);
    }
}

BOOST_AUTO_TEST_CASE(a_charge_without_embedded_refunds_is_usable) {
    for (const char* const none :
         {"null", "[]", R"({"object":"list","data":[]})", R"({"data":null})", "{}"}) {
        BOOST_TEST_INFO(none);
        const settlement_news news = charge_news(charge().set("refunds", none));
        BOOST_TEST(news.usable);
        BOOST_TEST(news.facts.refunds.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_refund_that_is_embedded_twice_is_merged_in_any_order) {
    const std::string failed = refund().set("status", R"("failed")").text();
    for (const std::string& list :
         {"[" + refund().text() + "," + failed + "]", "[" + failed + "," + refund().text() + "]"}) {
        const settlement_news news = charge_news(charge().set("refunds", list));
        BOOST_TEST((only_refund(news).status == refund_status::voided));
    }
}

BOOST_AUTO_TEST_CASE(one_bad_embedded_refund_makes_the_charge_unusable) {
    for (const std::string& bad : {refund().set("amount", "1.5").text(), refund().set("id", "7").text(),
                                   refund().remove("amount").text(), std::string{"7"}, std::string{"null"}}) {
        BOOST_TEST_INFO(bad);
        const settlement_news news =
            charge_news(charge().set("refunds", R"({"data":[)" + refund().text() + "," + bad + "]}"));
        BOOST_TEST(!news.usable);
        BOOST_TEST(news.facts.empty());
    }
    BOOST_TEST(!charge_news(charge().set("refunds", "7")).usable);
    BOOST_TEST(!charge_news(charge().set("refunds", R"({"data":{}})")).usable);
    BOOST_TEST(!charge_news(charge().set("refunds", R"({"data":[],"data":[]})")).usable);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settlement_events_of_refunds)

BOOST_AUTO_TEST_CASE(every_refund_event_type_reads_a_refund_object) {
    for (const char* const type :
         {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}) {
        BOOST_TEST_INFO(type);
        const settlement_news news = news_of(type, refund());
        BOOST_TEST((only_refund(news) == refund_fact{300, refund_status::counting, true, "usd"}));
        BOOST_TEST(news.payment_intent_id == "pi_1");
        BOOST_TEST(!news.ours.has_value()); // the metadata is the refund's own
        BOOST_TEST(!news.facts.not_ours);
        BOOST_TEST(news.facts.refunded_cumulative_cents == 0);
        BOOST_TEST(!news_of(type, charge()).usable);
    }
}

BOOST_AUTO_TEST_CASE(a_refund_counts_unless_it_failed_or_was_canceled) {
    for (const char* const status :
         {R"("pending")", R"("requires_action")", R"("succeeded")", R"("new_to_us")", R"("")", "null"}) {
        BOOST_TEST_INFO(status);
        const refund_fact fact = only_refund(refund_news(refund().set("status", status)));
        BOOST_TEST((fact.status == refund_status::counting));
    }
    BOOST_TEST((only_refund(refund_news(refund().remove("status"))).status == refund_status::counting));
    for (const char* const status : {R"("failed")", R"("canceled")"})
        BOOST_TEST(
            (only_refund(refund_news(refund().set("status", status))).status == refund_status::voided));
    BOOST_TEST(!refund_news(refund().set("status", "1")).usable);
}

BOOST_AUTO_TEST_CASE(a_balance_transaction_of_any_shape_shows_that_money_moved) {
    const auto moved = [](object made) { return only_refund(refund_news(made)).moved_money; };
    BOOST_TEST(moved(refund()));
    BOOST_TEST(moved(refund().set("balance_transaction", R"({"id":"txn_1","amount":-300})")));
    BOOST_TEST(!moved(refund().set("balance_transaction", "null")));
    BOOST_TEST(!moved(refund().remove("balance_transaction")));
    for (const char* const bad : {"7", R"("")", "{}", "[]", "true"})
        BOOST_TEST(!refund_news(refund().set("balance_transaction", bad)).usable);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
