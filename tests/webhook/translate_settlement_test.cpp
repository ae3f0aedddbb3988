// Translating refunds, disputes and ends of payments: which rule applies, and what the command holds.
#include "settlement_fixtures.hpp"
#include "translate_fixtures.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace tokenledger::webhook;
using namespace tokenledger::webhook::fixtures;
namespace ledger = tokenledger::ledger;

// Every type that settles, with an object of its kind.
const std::vector<std::pair<std::string, object>>& settling() {
    static const std::vector<std::pair<std::string, object>> all{
        {"charge.refunded", charge()},
        {"charge.refund.updated", refund()},
        {"refund.created", refund()},
        {"refund.updated", refund()},
        {"refund.failed", refund()},
        {"charge.dispute.created", dispute()},
        {"charge.dispute.updated", dispute()},
        {"charge.dispute.funds_withdrawn", dispute()},
        {"charge.dispute.funds_reinstated", dispute()},
        {"charge.dispute.closed", dispute()}};
    return all;
}

std::string body_of(std::string_view type, const object& about) {
    return stripe::event(type, about.text()).text();
}

// The body with one member of the envelope changed.
std::string result_with(std::string_view type, const object& about, std::string_view member,
                        const std::string& value, const endpoint_policy& endpoint = live_endpoint()) {
    return in_words(translate_body(stripe::event(type, about.text()).set(member, value).text(), endpoint));
}

BOOST_AUTO_TEST_SUITE(translation_of_settlement)

BOOST_AUTO_TEST_CASE(a_refund_or_dispute_of_a_payment_intent_settles_with_its_facts_and_evidence) {
    for (const auto& [type, about] : settling()) {
        BOOST_TEST_INFO_SCOPE(type);
        const std::string body = body_of(type, about);
        const ledger::stripe_command command = command_of(body);
        BOOST_TEST(command.event.id == "evt_1");
        BOOST_TEST(command.event.type == type);
        BOOST_TEST(command.event.endpoint == "/stripe/webhook");
        BOOST_TEST(command.event.api_version == "2025-03-31.basil");
        BOOST_TEST(command.event.payment_intent_id == "pi_1");
        BOOST_TEST((command.event.livemode == true));
        BOOST_TEST((command.event.created == 1764000000));
        BOOST_TEST(command.event.signature_header == signed_by);
        BOOST_TEST(command.event.body == body);
        const ledger::payment_update update = update_of(command);
        BOOST_TEST(update.moves_tokens);
        BOOST_TEST((update.facts == news_of(body).facts));
        BOOST_TEST(!update.facts.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_charge_without_the_pack_key_settles_as_foreign) {
    const object foreign = charge().set("metadata", R"({"user_id":"user_1"})");
    const ledger::payment_update update = update_of(command_of(body_of("charge.refunded", foreign)));
    BOOST_TEST(update.moves_tokens);
    BOOST_TEST((update.facts == ledger::payment_facts{.refunded_cumulative_cents = 300,
                                                      .refunded_currency = "usd",
                                                      .not_ours = true}));
    catalog named = prices();
    named.pack_key = "pack";
    BOOST_TEST(
        update_of(command_of(body_of("charge.refunded", charge()), live_endpoint(), named)).facts.not_ours);
    BOOST_TEST(!update_of(command_of(body_of("charge.refunded", charge()))).facts.not_ours);
}

BOOST_AUTO_TEST_CASE(a_refund_or_dispute_without_a_payment_intent_is_ignored) {
    for (const auto& [type, about] : settling()) {
        BOOST_TEST_INFO_SCOPE(type);
        for (object none :
             {object(about).remove("payment_intent"), object(about).set("payment_intent", "null")}) {
            BOOST_TEST(in_words(translate_body(body_of(type, none))) == "ignore");
            none.set("amount", "1.5").set("amount_refunded", "1.5"); // the rest is not read
            const ledger::stripe_command command = command_of(body_of(type, none));
            BOOST_TEST((std::get<ledger::ignore_event>(command.effect).reason == ledger::reason::none));
            BOOST_TEST(command.event.payment_intent_id == "");
            BOOST_TEST(command.event.body == "");
            BOOST_TEST(command.event.signature_header == "");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refund_or_dispute_that_cannot_be_read_is_parked_with_its_evidence) {
    for (const auto& [type, about] : settling()) {
        BOOST_TEST_INFO_SCOPE(type);
        const std::string amount = type == "charge.refunded" ? "amount_refunded" : "amount";
        for (const object& bad :
             {object(about).set(amount, "1.5"), object(about).set(amount, "-1"), object(about).remove(amount),
              object(about).add(amount, "1"), object(about).set("object", R"("customer")"),
              object(about).set("currency", R"("USD")")}) {
            const std::string body = body_of(type, bad);
            const ledger::stripe_command command = command_of(body);
            BOOST_TEST(in_words(command) == "park bad_payload");
            BOOST_TEST(command.event.body == body);
            BOOST_TEST(command.event.signature_header == signed_by);
        }
        for (const std::string payment : {"7", R"("")", "[]", "{}", R"("pi_\u0000")"}) {
            const std::string body = body_of(type, object(about).set("payment_intent", payment));
            BOOST_TEST_INFO(payment);
            BOOST_TEST(in_words(translate_body(body)) == "park bad_payload");
            BOOST_TEST(command_of(body).event.payment_intent_id == "");
        }
        // The payment is kept even if the rest cannot be read, so that an operator finds it.
        BOOST_TEST(command_of(body_of(type, object(about).set(amount, "1.5"))).event.payment_intent_id ==
                   "pi_1");
        for (const std::string data : {"", R"(,"data":null)", R"(,"data":{})", R"(,"data":{"object":null})"})
            BOOST_TEST(in_words(translate_body(R"({"id":"evt_1","livemode":true,"type":")" + type + '"' +
                                               data + "}")) == "park bad_payload");
    }
}

BOOST_AUTO_TEST_CASE(a_refund_or_dispute_follows_the_same_endpoint_rules_as_a_purchase) {
    for (const auto& [type, about] : settling()) {
        BOOST_TEST_INFO_SCOPE(type);
        const auto at = [&, &type = type, &about = about](std::string_view member, const std::string& value,
                                                          const endpoint_policy& endpoint = live_endpoint()) {
            return result_with(type, about, member, value, endpoint);
        };
        BOOST_TEST(at("livemode", "true") == "settle");
        BOOST_TEST(at("livemode", "false") == "ignore livemode_mismatch");
        BOOST_TEST(at("livemode", "false", test_endpoint()) == "settle");
        BOOST_TEST(at("livemode", "true", test_endpoint()) == "park livemode_mismatch");
        BOOST_TEST(at("account", R"("acct_1")") == "ignore account_mismatch");
        BOOST_TEST(at("account", R"("acct_1")", partners()) == "settle");
        BOOST_TEST(at("account", R"("acct_3")", partners()) == "ignore account_mismatch");
        BOOST_TEST(at("account", "null", partners()) == "ignore account_mismatch");
        for (const auto& [member, value] :
             std::vector<std::pair<std::string, std::string>>{{"livemode", "null"},
                                                              {"livemode", "1"},
                                                              {"account", "1"},
                                                              {"object", "[]"},
                                                              {"api_version", "7"}}) {
            BOOST_TEST_INFO(member << " " << value);
            BOOST_TEST(at(member, value) == "park bad_payload");
        }
        const std::string no_livemode = stripe::event(type, about.text()).remove("livemode").text();
        BOOST_TEST(in_words(translate_body(no_livemode)) == "park bad_payload");
        const std::string twice = stripe::event(type, about.text()).add("livemode", "true").text();
        BOOST_TEST(in_words(translate_body(twice)) == "park bad_payload");
    }
}

BOOST_AUTO_TEST_CASE(an_ambiguous_event_without_a_payment_intent_is_ignored_and_not_parked) {
    for (const auto& [type, about] : settling())
        BOOST_TEST(result_with(type, object(about).remove("payment_intent"), "api_version", "7") == "ignore");
}

// Events after which the payment cannot be credited: they are ignored but leave a fact.
struct ending {
    std::string type;
    object about;
    std::string words;
};
std::vector<ending> endings() {
    const object paid = stripe::payment_intent().set("metadata", R"({"order":"1"})");
    return {{"payment_intent.canceled", canceled_intent(), "canceled"},
            {"payment_intent.canceled", object(paid), "canceled"}, // ours or not
            {"payment_intent.succeeded", paid, "foreign"}};
}

BOOST_AUTO_TEST_CASE(the_end_of_a_payment_is_a_fact_without_evidence) {
    for (const ending& each : endings()) {
        BOOST_TEST_INFO_SCOPE(each.type);
        const ledger::stripe_command command = command_of(body_of(each.type, each.about));
        BOOST_TEST(in_words(command) == each.words);
        BOOST_TEST(command.event.payment_intent_id == "pi_1");
        BOOST_TEST(command.event.body == "");
        BOOST_TEST(command.event.signature_header == "");
        object elsewhere = stripe::event(each.type, each.about.text()).set("account", R"("acct_1")");
        BOOST_TEST(in_words(translate_body(elsewhere.text(), partners())) == each.words);
        elsewhere.remove("account").set("livemode", "false");
        BOOST_TEST(in_words(translate_body(elsewhere.text(), test_endpoint())) == each.words);
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_payment_without_a_usable_id_is_ignored) {
    for (const ending& each : endings()) {
        for (const std::string id : {"7", "null", R"("")", R"("pi_\u0000")", R"("\ud800")"}) {
            BOOST_TEST_INFO(each.type << " " << id);
            BOOST_TEST(in_words(translate_body(body_of(each.type, object(each.about).set("id", id)))) ==
                       "ignore");
        }
        for (const object& bad : {object(each.about).remove("id"), object(each.about).add("id", R"("pi_1")"),
                                  object(each.about).set("object", R"("charge")")})
            BOOST_TEST(in_words(translate_body(body_of(each.type, bad))) == "ignore");
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_payment_is_ignored_if_its_envelope_is_not_for_this_endpoint) {
    for (const ending& each : endings()) {
        BOOST_TEST_INFO_SCOPE(each.type);
        for (const auto& [member, value] :
             std::vector<std::pair<std::string, std::string>>{{"livemode", "null"},
                                                              {"livemode", "1"},
                                                              {"account", "1"},
                                                              {"object", "[]"},
                                                              {"api_version", "7"}}) {
            BOOST_TEST_INFO(member << " " << value);
            BOOST_TEST(result_with(each.type, each.about, member, value) == "ignore");
        }
    }
    for (const char* const id : {"null", "7", R"("")", R"("a\u0000b")", R"({"id":"pi_1"})"}) {
        BOOST_TEST_INFO(id);
        const object nameless = canceled_intent().set("id", id);
        BOOST_TEST(in_words(command_of(body_of("payment_intent.canceled", nameless))) == "ignore");
    }
    // A cancellation that is not for this endpoint is ignored without a reason, unlike a payment.
    const object canceled = canceled_intent();
    const std::string cancels = "payment_intent.canceled";
    BOOST_TEST(result_with(cancels, canceled, "livemode", "false") == "ignore");
    BOOST_TEST(result_with(cancels, canceled, "livemode", "true", test_endpoint()) == "ignore");
    BOOST_TEST(result_with(cancels, canceled, "account", R"("acct_1")") == "ignore");
    BOOST_TEST(result_with(cancels, canceled, "account", R"("acct_3")", partners()) == "ignore");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
