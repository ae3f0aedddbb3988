// Translating payments: which rule applies, and what the command holds.
#include "translate_fixtures.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tokenledger::webhook;
using namespace tokenledger::webhook::fixtures;
namespace ledger = tokenledger::ledger;

payment foreign() {
    payment made;
    made.metadata.remove("token_pack");
    return made;
}

payment with_envelope(std::string_view member, const std::string& value, payment made = {}) {
    made.envelope.set(member, value);
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(translation_rows)

BOOST_AUTO_TEST_CASE(a_payment_of_ours_is_credited_with_the_tokens_of_the_catalogue) {
    const payment made;
    const ledger::stripe_command command = command_of(made.body());
    BOOST_TEST(command.event.id == "evt_1");
    BOOST_TEST(command.event.type == "payment_intent.succeeded");
    BOOST_TEST(command.event.endpoint == "/stripe/webhook");
    BOOST_TEST(command.event.account == "");
    BOOST_TEST(command.event.api_version == "2025-03-31.basil");
    BOOST_TEST(command.event.payment_intent_id == "pi_1");
    BOOST_TEST((command.event.livemode == true));
    BOOST_TEST((command.event.created == 1764000000));
    BOOST_TEST(command.event.signature_header == signed_by);
    BOOST_TEST(command.event.body == made.body());
    const auto& bought = std::get<ledger::purchase>(command.effect);
    BOOST_TEST((bought.refused == ledger::reason::none));
    BOOST_TEST(bought.user_id == "user_1");
    BOOST_TEST(bought.catalog == "");
    BOOST_TEST(bought.pack == "starter");
    BOOST_TEST(bought.quantity == 1);
    BOOST_TEST(bought.tokens == 100000);
    BOOST_TEST(bought.amount_cents == 999);
    BOOST_TEST(bought.currency == "usd");
}

BOOST_AUTO_TEST_CASE(a_type_that_moves_no_tokens_is_ignored_whatever_the_envelope) {
    for (const std::string type :
         {"payment_intent.created", "payment_intent.processing", "payment_intent.requires_action",
          "payment_intent.amount_capturable_updated", "payment_intent.partially_funded",
          "payment_intent.payment_failed", "checkout.session.completed", "v1.payment_intent.succeeded",
          "ping", "refund.canceled", "charge.dispute", "charge.succeeded", ""}) {
        payment made = with_envelope("type", '"' + type + '"');
        BOOST_TEST_INFO(type);
        BOOST_TEST(result_of(made) == "ignore");
        made.envelope.set("livemode", "false").set("account", R"("acct_9")").add("object", "1");
        BOOST_TEST(result_of(made) == "ignore");
        made.envelope.set("livemode", "true");
        BOOST_TEST(result_of(made, test_endpoint()) == "ignore");
    }
}

BOOST_AUTO_TEST_CASE(thin_events_become_no_command_of_the_ledger) {
    payment made = with_envelope("object", R"("v2.core.event")");
    BOOST_TEST(result_of(made) == "thin, handled");
    for (const auto& [type, expected] :
         std::vector<std::pair<std::string, std::string>>{{"v1.payment_intent.succeeded", "thin, handled"},
                                                          {"v1.payment_intent.created", "thin, handled"},
                                                          {"v1.charge.dispute.closed", "thin, handled"},
                                                          {"v2.core.event_destination.ping", "thin"},
                                                          {"v1.customer.created", "thin"}}) {
        made.envelope.set("type", '"' + type + '"');
        BOOST_TEST_INFO(type);
        BOOST_TEST(result_of(made) == expected);
        BOOST_TEST(result_of(made, test_endpoint()) == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_test_event_is_ignored_at_a_live_endpoint) {
    const payment test_mode = with_envelope("livemode", "false");
    BOOST_TEST(result_of(test_mode) == "ignore livemode_mismatch");
    BOOST_TEST(result_of(test_mode, test_endpoint()) == "credit 100000");
    BOOST_TEST(result_of(with_envelope("livemode", "false", foreign())) == "ignore livemode_mismatch");
    // Connect: test events of connected accounts arrive at live endpoints.
    BOOST_TEST(result_of(with_envelope("account", R"("acct_9")", test_mode)) == "ignore livemode_mismatch");
}

BOOST_AUTO_TEST_CASE(a_live_payment_at_a_test_endpoint_is_parked) {
    BOOST_TEST(result_of(payment{}, test_endpoint()) == "park livemode_mismatch");
    BOOST_TEST(result_of(foreign(), test_endpoint()) == "park livemode_mismatch");
    const ledger::stripe_command command = command_of(payment{}.body(), test_endpoint());
    BOOST_TEST(command.event.body == payment{}.body());
    BOOST_TEST(command.event.payment_intent_id == "pi_1");
    BOOST_TEST(result_of(with_envelope("account", R"("acct_9")"), test_endpoint()) ==
               "ignore account_mismatch");
}

BOOST_AUTO_TEST_CASE(an_endpoint_accepts_its_own_account_or_the_listed_ones) {
    const auto from = [](const std::string& account) { return with_envelope("account", account); };
    BOOST_TEST(result_of(from(R"("acct_1")")) == "ignore account_mismatch");
    BOOST_TEST(result_of(from("null")) == "credit 100000");
    BOOST_TEST(result_of(from(R"("acct_1")"), partners()) == "credit 100000");
    BOOST_TEST(result_of(from(R"("acct_2")"), partners()) == "credit 100000");
    BOOST_TEST(result_of(from(R"("acct_3")"), partners()) == "ignore account_mismatch");
    BOOST_TEST(result_of(payment{}, partners()) == "ignore account_mismatch");
    BOOST_TEST(command_of(from(R"("acct_2")").body(), partners()).event.account == "acct_2");
}

BOOST_AUTO_TEST_CASE(a_context_counts_as_the_account) {
    const auto from = [](const std::string& context, payment made = {}) {
        return with_envelope("context", context, std::move(made));
    };
    BOOST_TEST(result_of(from(R"("acct_1")")) == "ignore account_mismatch");
    BOOST_TEST(result_of(from("null")) == "credit 100000");
    BOOST_TEST(result_of(from(R"("acct_1")"), partners()) == "credit 100000");
    BOOST_TEST(result_of(from(R"("acct_9/acct_1")"), partners()) == "credit 100000");
    BOOST_TEST(result_of(from(R"("acct_1/acct_9")"), partners()) == "ignore account_mismatch");
    BOOST_TEST(result_of(from(R"("acct_3")"), partners()) == "ignore account_mismatch");
    BOOST_TEST(command_of(from(R"("acct_9/acct_2")").body(), partners()).event.account == "acct_2");
    // A context that is not a path of accounts is parked if the payment may be ours.
    BOOST_TEST(result_of(from(R"("org_1/acct_1")"), partners()) == "park bad_payload");
    BOOST_TEST(result_of(from(R"("org_1/acct_1")", foreign()), partners()) == "ignore");
    BOOST_TEST(result_of(from(R"("org_1/acct_1")", with_envelope("livemode", "false")), partners()) ==
               "ignore livemode_mismatch");
}

BOOST_AUTO_TEST_CASE(an_event_of_two_accounts_is_parked_if_it_may_be_ours) {
    const auto two = [](payment made = {}) {
        return with_envelope("context", R"("acct_2")",
                             with_envelope("account", R"("acct_1")", std::move(made)));
    };
    BOOST_TEST(result_of(two(), partners()) == "park account_mismatch");
    BOOST_TEST(result_of(two()) == "park account_mismatch");
    BOOST_TEST(command_of(two().body(), partners()).event.body == two().body());
    BOOST_TEST(command_of(two().body(), partners()).event.account == "acct_1");
    BOOST_TEST(result_of(two(foreign()), partners()) == "ignore account_mismatch");
    BOOST_TEST(result_of(two(with_envelope("livemode", "false")), partners()) == "ignore livemode_mismatch");
    BOOST_TEST(result_of(two(with_envelope("type", R"("payment_intent.created")")), partners()) == "ignore");
    // A payment that may be another's is not even canceled.
    BOOST_TEST(result_of(two(with_envelope("type", R"("payment_intent.canceled")")), partners()) == "ignore");
}

BOOST_AUTO_TEST_CASE(a_payment_is_ours_if_its_metadata_has_the_pack_key) {
    BOOST_TEST(result_of(foreign()) == "foreign");
    payment made;
    made.with_metadata = false;
    BOOST_TEST(result_of(made) == "foreign");
    made.intent.add("metadata", "null");
    BOOST_TEST(result_of(made) == "foreign");
    made.intent.set("metadata", "{}");
    BOOST_TEST(result_of(made) == "foreign");
    made.intent.set("metadata", R"({"Token_pack":"starter","token_pack ":"starter"})");
    BOOST_TEST(result_of(made) == "foreign");
    made.intent.set("metadata", R"({"token\u005fpack":"starter","user_id":"user_1"})");
    BOOST_TEST(result_of(made) == "credit 100000");
    // A foreign payment needs no valid amount.
    payment odd = foreign();
    odd.intent.set("amount_received", R"("many")").remove("currency");
    BOOST_TEST(result_of(odd) == "foreign");
}

BOOST_AUTO_TEST_CASE(the_catalogue_names_the_metadata_keys) {
    catalog named = prices();
    named.name = "partners";
    named.pack_key = "pack";
    named.user_id_key = "uid";
    named.quantity_key = "n";
    payment made;
    BOOST_TEST(result_of(made, live_endpoint(), named) == "foreign");
    made.metadata = {{"pack", R"("starter")"}, {"uid", R"("user_2")"}, {"n", R"("2")"}};
    made.intent.set("amount_received", "1998");
    const auto bought = std::get<ledger::purchase>(command_of(made.body(), live_endpoint(), named).effect);
    BOOST_TEST(bought.catalog == "partners");
    BOOST_TEST(bought.user_id == "user_2");
    BOOST_TEST(bought.tokens == 200000);
    BOOST_TEST(result_of(made) == "foreign");
}

BOOST_AUTO_TEST_CASE(a_payment_whose_metadata_cannot_be_read_is_parked) {
    for (const std::string metadata :
         {"[]", "\"token_pack\"", "1", "true", R"([{"token_pack":"starter"}])"}) {
        payment made;
        made.with_metadata = false;
        made.intent.add("metadata", metadata);
        BOOST_TEST_INFO(metadata);
        BOOST_TEST(result_of(made) == "park bad_payload");
    }
    payment twice;
    twice.intent.add("metadata", "{}");
    BOOST_TEST(result_of(twice) == "park bad_payload");
    payment two_objects = foreign();
    two_objects.data.add("object", "{}");
    BOOST_TEST(result_of(two_objects) == "park bad_payload");
    payment escaped = foreign();
    escaped.data.add("obj\\u0065ct", "{}");
    BOOST_TEST(result_of(escaped) == "park bad_payload");
    for (const std::string data :
         {"", R"(,"data":null)", R"(,"data":[])", R"(,"data":{})", R"(,"data":"x")",
          R"(,"data":{"object":null})", R"(,"data":{"object":[]})", R"(,"data":{"object":"pi_1"})"}) {
        const std::string body =
            R"({"id":"evt_1","type":"payment_intent.succeeded","livemode":true)" + data + "}";
        BOOST_TEST_INFO(body);
        BOOST_TEST(in_words(translate_body(body)) == "park bad_payload");
        BOOST_TEST(command_of(body).event.payment_intent_id == "");
        BOOST_TEST(command_of(body).event.body == body);
    }
}

BOOST_AUTO_TEST_CASE(an_ambiguous_envelope_parks_a_payment_that_may_be_ours) {
    for (const auto& [member, value] :
         std::vector<std::pair<std::string, std::string>>{{"livemode", "null"},
                                                          {"livemode", "1"},
                                                          {"livemode", R"("true")"},
                                                          {"account", "1"},
                                                          {"account", R"("")"},
                                                          {"object", "[]"},
                                                          {"api_version", "7"}}) {
        BOOST_TEST_INFO(member << " " << value);
        for (const endpoint_policy& endpoint : {live_endpoint(), partners()}) {
            payment made;
            if (!endpoint.accounts.empty())
                made.envelope.set("account", R"("acct_1")");
            made.envelope.set(member, value);
            BOOST_TEST(result_of(made, endpoint) == "park bad_payload");
        }
        BOOST_TEST(result_of(with_envelope(member, value, foreign())) == "ignore");
    }
    payment no_livemode;
    no_livemode.envelope.remove("livemode");
    BOOST_TEST(result_of(no_livemode) == "park bad_payload");
    BOOST_TEST(result_of(no_livemode, test_endpoint()) == "park bad_payload");
    for (const auto& [member, value] :
         std::vector<std::pair<std::string, std::string>>{{"livemode", "true"},
                                                          {"livemode", "false"},
                                                          {"account", R"("acct_1")"},
                                                          {"object", R"("event")"}}) {
        payment made;
        made.envelope.set("account", R"("acct_1")").add(member, value);
        BOOST_TEST_INFO(member << " twice");
        BOOST_TEST(result_of(made, partners()) == "park bad_payload");
    }
    // But a valid member still decides.
    BOOST_TEST(result_of(with_envelope("account", "1", with_envelope("livemode", "false"))) ==
               "ignore livemode_mismatch");
    BOOST_TEST(result_of(with_envelope("account", R"("acct_9")", no_livemode)) == "ignore account_mismatch");
}

BOOST_AUTO_TEST_CASE(an_ignored_event_has_no_evidence) {
    for (const payment& made :
         {foreign(), with_envelope("livemode", "false"), with_envelope("type", R"("payment_intent.created")"),
          with_envelope("type", R"("payment_intent.canceled")"),
          with_envelope("api_version", "7", foreign())}) {
        const ledger::stripe_command command = command_of(made.body());
        BOOST_TEST((std::holds_alternative<ledger::ignore_event>(command.effect) ||
                    !update_of(command).moves_tokens));
        BOOST_TEST(command.event.body == "");
        BOOST_TEST(command.event.signature_header == "");
        BOOST_TEST(command.event.id == "evt_1");
        BOOST_TEST(command.event.payment_intent_id == "pi_1");
    }
}

BOOST_AUTO_TEST_CASE(only_events_of_payment_intents_take_the_object_id_as_payment_id) {
    BOOST_TEST(command_of(with_envelope("type", R"("charge.succeeded")").body()).event.payment_intent_id ==
               "");
    BOOST_TEST(command_of(with_envelope("type", R"("ping")").body()).event.payment_intent_id == "");
    payment made = with_envelope("type", R"("payment_intent.created")");
    BOOST_TEST(command_of(made.body()).event.payment_intent_id == "pi_1");
    for (const std::string id : {"1", "null", R"("")", R"("pi_\u0000")", R"("\ud800")"}) {
        made.intent.set("id", id);
        BOOST_TEST(command_of(made.body()).event.payment_intent_id == "");
    }
}

BOOST_AUTO_TEST_CASE(an_event_with_a_surrogate_id_is_processed_like_any_other) {
    const payment made = with_envelope("id", R"("evt_\u0000")");
    BOOST_TEST(result_of(made) == "credit 100000");
    BOOST_TEST(command_of(made.body()).event.id.starts_with("sha256:"));
}

BOOST_AUTO_TEST_SUITE_END()
