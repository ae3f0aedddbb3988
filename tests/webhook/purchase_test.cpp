// Purchases: what makes a payload or metadata bad, and what the catalogue then decides.
#include "translate_fixtures.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tokenledger::webhook;
using namespace tokenledger::webhook::fixtures;
namespace ledger = tokenledger::ledger;

payment with_intent(std::string_view member, const std::string& value) {
    payment made;
    made.intent.set(member, value);
    return made;
}

payment with_metadata(std::string_view member, const std::string& value) {
    payment made;
    made.metadata.set(member, value);
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(purchases)

BOOST_AUTO_TEST_CASE(an_amount_must_be_an_integer_and_not_negative) {
    for (const std::string amount :
         {"1.0", "999.0", "1e2", "1E3", "9223372036854775808", "-1", "-0", "1e400", "null", "true",
          R"("999")", "[999]", "99999999999999999999999999", "-9223372036854775808"}) {
        BOOST_TEST_INFO(amount);
        BOOST_TEST(result_of(with_intent("amount_received", amount)) == "park bad_payload");
    }
    BOOST_TEST(result_of(with_intent("amount_received", "9223372036854775807")) == "refuse amount_mismatch");
    BOOST_TEST(result_of(with_intent("amount_received", "1997")) == "credit 100000");
    BOOST_TEST(result_of(with_intent("amount_received", "499")) == "credit 100000");
    BOOST_TEST(result_of(with_intent("amount_received", "498")) == "refuse amount_mismatch");
    BOOST_TEST(result_of(with_intent("amount_received", "0")) == "refuse zero_amount");
    payment none;
    none.intent.remove("amount_received");
    BOOST_TEST(result_of(none) == "park bad_payload"); // `amount` does not replace it
}

BOOST_AUTO_TEST_CASE(the_amount_received_counts_and_not_the_amount_requested) {
    payment made = with_intent("amount", "999");
    made.intent.set("amount_received", "500");
    BOOST_TEST(purchase_of(made.body()).amount_cents == 500);
    made.intent.set("amount", R"("nonsense")");
    BOOST_TEST(result_of(made) == "credit 100000");
}

BOOST_AUTO_TEST_CASE(the_amount_requested_is_kept_only_if_it_exceeds_the_amount_received) {
    const auto requested = [](const std::string& amount) {
        return purchase_of(with_intent("amount", amount).body()).amount_requested_cents;
    };
    BOOST_TEST(requested("1000") == 1000);
    BOOST_TEST(requested("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
    for (const std::string amount :
         {"999", "998", "0", "-1", "1000.0", "1e9", R"("1000")", "null", "{}", "9223372036854775808"}) {
        BOOST_TEST_INFO(amount);
        BOOST_TEST(requested(amount) == 0);
    }
    payment absent;
    absent.intent.remove("amount");
    BOOST_TEST(purchase_of(absent.body()).amount_requested_cents == 0);
    payment twice;
    twice.intent.add("amount", "1000");
    BOOST_TEST(purchase_of(twice.body()).amount_requested_cents == 0);
    payment refused = with_intent("amount", "1000");
    refused.metadata.set("token_pack", R"("gone")");
    BOOST_TEST(purchase_of(refused.body()).amount_requested_cents == 1000);
}

BOOST_AUTO_TEST_CASE(a_currency_is_three_lower_case_letters) {
    for (const std::string currency : {R"("USD")", R"("us")", R"("usdt")", R"("")", "null", "840", R"("us1")",
                                       R"("us\u0000")", R"("u d")", R"("úsd")"}) {
        BOOST_TEST_INFO(currency);
        BOOST_TEST(result_of(with_intent("currency", currency)) == "park bad_payload");
    }
    BOOST_TEST(result_of(with_intent("currency", R"("\u0075sd")")) == "credit 100000");
    BOOST_TEST(result_of(with_intent("currency", R"("eur")")) == "refuse currency_mismatch");
    payment none;
    none.intent.remove("currency");
    BOOST_TEST(result_of(none) == "park bad_payload");
}

BOOST_AUTO_TEST_CASE(the_object_must_be_a_payment_intent_with_a_usable_id) {
    for (const std::string id : {"null", "1", R"("")", R"("pi_\u0000")", R"("pi_\ud800")", "{}"}) {
        BOOST_TEST_INFO(id);
        BOOST_TEST(result_of(with_intent("id", id)) == "park bad_payload");
        BOOST_TEST(command_of(with_intent("id", id).body()).event.payment_intent_id == "");
    }
    const std::string longest(255, 'p');
    BOOST_TEST(command_of(with_intent("id", '"' + longest + '"').body()).event.payment_intent_id == longest);
    BOOST_TEST(result_of(with_intent("id", '"' + longest + "p\"")) == "park bad_payload");
    for (const std::string object : {R"("charge")", "null", "1", R"("")"}) {
        BOOST_TEST_INFO(object);
        BOOST_TEST(result_of(with_intent("object", object)) == "park bad_payload");
        BOOST_TEST(command_of(with_intent("object", object).body()).event.payment_intent_id == "");
    }
    payment none;
    none.intent.remove("object");
    BOOST_TEST(result_of(none) == "credit 100000");
    none.intent.remove("id");
    BOOST_TEST(result_of(none) == "park bad_payload");
}

BOOST_AUTO_TEST_CASE(a_repeated_member_that_is_read_is_refused_and_others_may_repeat) {
    for (const auto& [member, value] :
         std::vector<std::pair<std::string, std::string>>{{"id", R"("pi_1")"},
                                                          {"object", R"("payment_intent")"},
                                                          {"amount_received", "999"},
                                                          {"currency", R"("usd")"},
                                                          {"i\\u0064", R"("pi_2")"},
                                                          {"amount\\u005freceived", "1"}}) {
        payment made;
        made.intent.add(member, value);
        BOOST_TEST_INFO(member);
        BOOST_TEST(result_of(made) == "park bad_payload");
    }
    payment unread;
    unread.intent.add("amount", "1").add("amount", "2");
    BOOST_TEST(result_of(unread) == "credit 100000");
    for (const auto& [member, value] :
         std::vector<std::pair<std::string, std::string>>{{"user_id", R"("user_1")"},
                                                          {"token_pack", R"("pro")"},
                                                          {"token\\u005fpack", R"("starter")"},
                                                          {"us\\u0065r_id", R"("user_2")"}}) {
        payment made;
        made.metadata.add(member, value);
        BOOST_TEST_INFO(member);
        BOOST_TEST(result_of(made) == "refuse bad_metadata");
    }
    payment quantities;
    quantities.metadata.add("quantity", R"("1")").add("quantity", R"("1")");
    BOOST_TEST(result_of(quantities) == "refuse bad_metadata");
}

BOOST_AUTO_TEST_CASE(bad_payload_comes_before_bad_metadata_and_that_before_the_catalogue) {
    payment made;
    made.metadata = {{"token_pack", R"("gone")"}};
    made.intent.set("amount_received", "-1");
    BOOST_TEST(result_of(made) == "park bad_payload");
    BOOST_TEST(command_of(made.body()).event.payment_intent_id == "pi_1");
    made.intent.set("amount_received", "0").set("currency", R"("eur")");
    BOOST_TEST(result_of(made) == "refuse bad_metadata");
    made.metadata.add("user_id", R"("user_1")");
    BOOST_TEST(result_of(made) == "refuse unknown_pack");
    made.metadata.set("token_pack", R"("starter")");
    BOOST_TEST(result_of(made) == "refuse currency_mismatch");
    made.intent.set("currency", R"("usd")");
    BOOST_TEST(result_of(made) == "refuse zero_amount");
    made.intent.set("amount_received", "1");
    BOOST_TEST(result_of(made) == "refuse amount_mismatch");
    made.intent.set("amount_received", "999");
    BOOST_TEST(result_of(made) == "credit 100000");
}

BOOST_AUTO_TEST_CASE(a_user_id_may_be_any_identifier_in_any_script) {
    for (const std::string user :
         {"3f2b6c1e-0000-4000-8000-000000000001", "użytkownik", "用户-一", "🦊", " ", "a b", "0"}) {
        const ledger::purchase bought = purchase_of(with_metadata("user_id", '"' + user + '"').body());
        BOOST_TEST_INFO(user);
        BOOST_TEST(bought.user_id == user);
        BOOST_TEST((bought.refused == ledger::reason::none));
    }
    BOOST_TEST(purchase_of(with_metadata("user_id", R"("\u7528\ud83e\udd8a")").body()).user_id == "用🦊");
}

BOOST_AUTO_TEST_CASE(a_user_id_that_is_not_an_identifier_is_bad_metadata_and_left_out) {
    for (const std::string& user :
         {std::string{R"("")"}, std::string{R"("user\u0000admin")"}, std::string{R"("\u0000")"},
          std::string{R"("\ud800")"}, std::string{R"("x\udc00")"}, '"' + std::string(256, 'u') + '"',
          std::string{"null"}, std::string{"7"}, std::string{"{}"}, std::string{R"(["user_1"])"}}) {
        const ledger::purchase bought = purchase_of(with_metadata("user_id", user).body());
        BOOST_TEST_INFO(user);
        BOOST_TEST((bought.refused == ledger::reason::bad_metadata));
        BOOST_TEST(bought.user_id == "");
        BOOST_TEST(bought.pack == "");
        BOOST_TEST(bought.tokens == 0);
        BOOST_TEST(bought.amount_cents == 999);
        BOOST_TEST(bought.currency == "usd");
    }
    payment none;
    none.metadata.remove("user_id");
    BOOST_TEST(result_of(none) == "refuse bad_metadata");
}

BOOST_AUTO_TEST_CASE(a_pack_that_is_not_an_identifier_is_bad_metadata_and_keeps_the_user) {
    for (const std::string& pack :
         {std::string{"null"}, std::string{"1"}, std::string{"[]"}, std::string{R"("")"},
          std::string{R"("starter\u0000")"}, '"' + std::string(256, 'p') + '"'}) {
        const ledger::purchase bought = purchase_of(with_metadata("token_pack", pack).body());
        BOOST_TEST_INFO(pack);
        BOOST_TEST((bought.refused == ledger::reason::bad_metadata));
        BOOST_TEST(bought.pack == "");
        BOOST_TEST(bought.user_id == "user_1");
    }
    const ledger::purchase unknown = purchase_of(with_metadata("token_pack", R"("gone")").body());
    BOOST_TEST((unknown.refused == ledger::reason::unknown_pack));
    BOOST_TEST(unknown.pack == "gone");
    BOOST_TEST(unknown.user_id == "user_1");
    BOOST_TEST(unknown.tokens == 0);
}

BOOST_AUTO_TEST_CASE(a_quantity_is_a_canonical_decimal_from_1_to_1000) {
    for (const std::string quantity :
         {R"("0")", R"("01")", R"("1001")", R"("1 ")", R"(" 1")", R"("")", R"("-1")", R"("+1")", R"("1.0")",
          R"("1e2")", R"("1\u0000")", R"("0x1")", R"("10000000000000000000000")", R"("١")", "1", "null",
          "true", "[]"}) {
        payment made = with_metadata("quantity", quantity);
        made.intent.set("amount_received", "99999999");
        BOOST_TEST_INFO(quantity);
        BOOST_TEST(result_of(made) == "refuse bad_metadata");
        BOOST_TEST(purchase_of(made.body()).quantity == 1);
    }
    for (const auto& [quantity, tokens] : std::vector<std::pair<std::string, std::string>>{
             {"1", "100000"}, {"2", "200000"}, {"10", "1000000"}, {"1000", "100000000"}}) {
        payment made = with_metadata("quantity", '"' + quantity + '"');
        made.intent.set("amount_received", std::to_string(999 * std::stoll(quantity)));
        BOOST_TEST(result_of(made) == "credit " + tokens);
        BOOST_TEST(std::to_string(purchase_of(made.body()).quantity) == quantity);
    }
}

BOOST_AUTO_TEST_CASE(the_amount_must_cover_the_quantity) {
    payment made = with_metadata("quantity", R"("3")");
    BOOST_TEST(result_of(made) == "refuse amount_mismatch");
    made.intent.set("amount_received", "1497");
    BOOST_TEST(result_of(made) == "credit 300000");
    made.intent.set("amount_received", "1496");
    BOOST_TEST(result_of(made) == "refuse amount_mismatch");
}

BOOST_AUTO_TEST_CASE(unusual_values_in_members_that_are_not_read_do_not_matter) {
    payment made;
    made.intent.add("note", R"("\ud800 \u0000")").add("weight", "1e400").add("id_", std::string(500, '9'));
    made.metadata.add("note", R"("\udc00\u0000")").add("text", '"' + std::string(500, 'x') + '"');
    BOOST_TEST(result_of(made) == "credit 100000");
    BOOST_TEST(command_of(made.body()).event.body == made.body()); // the evidence is what was signed
}

BOOST_AUTO_TEST_CASE(metadata_at_its_limits_is_read) {
    payment made;
    for (int key = 0; key < 48; ++key) {
        made.metadata.add("key_" + std::to_string(key) + std::string(33, 'k'),
                          '"' + std::string(500, 'v') + '"');
    }
    BOOST_TEST(result_of(made) == "credit 100000");
}

BOOST_AUTO_TEST_SUITE_END()
