// The envelope of an event: what is refused, read, or replaced because it cannot be stored.
#include "base/text.hpp"
#include "fixtures.hpp"
#include "webhook/event.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using namespace tokenledger;
using namespace tokenledger::webhook;

event parse(std::string_view body) {
    parsed_event parsed = parse_event(body);
    BOOST_REQUIRE_MESSAGE(parsed.event.has_value(), parsed.why);
    return std::move(*parsed.event);
}

// The text of the refusal; empty if there is none.
std::string refusal(std::string_view body) {
    const parsed_event parsed = parse_event(body);
    BOOST_TEST(parsed.event.has_value() == parsed.why.empty());
    return std::string{parsed.why};
}

event with(std::string_view member, const std::string& value) {
    fixtures::payment made;
    made.envelope.set(member, value);
    return parse(made.body());
}

} // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(an_envelope_is_read) {
    fixtures::payment made;
    made.envelope.set("account", R"("acct_1")");
    const event read = parse(made.body());
    BOOST_TEST(read.id == "evt_1");
    BOOST_TEST(read.type_name == "payment_intent.succeeded");
    BOOST_TEST((read.type == event_type::payment_intent_succeeded));
    BOOST_TEST(!read.thin);
    BOOST_TEST(!read.surrogate_id);
    BOOST_TEST(!read.ambiguous_envelope);
    BOOST_TEST((read.livemode == true));
    BOOST_TEST(read.account == "acct_1");
    BOOST_TEST(read.api_version == "2025-03-31.basil");
    BOOST_TEST((read.created == 1764000000));
    BOOST_TEST((read.json.root().member("data").member("object").member("id").string() == "pi_1"));
}

BOOST_AUTO_TEST_CASE(an_event_with_only_id_and_type_is_read) {
    const event read = parse(R"({"id":"evt_1","type":"ping"})");
    BOOST_TEST(!read.ambiguous_envelope);
    BOOST_TEST(!read.livemode);
    BOOST_TEST(read.account == "");
    BOOST_TEST(read.api_version == "");
    BOOST_TEST(!read.created);
}

BOOST_AUTO_TEST_CASE(every_handled_type_has_one_name_and_other_names_are_not_handled) {
    std::set<std::string_view> names;
    for (const event_type_row& row : event_types) {
        BOOST_TEST(row.name != "other");
        BOOST_TEST(to_string(row.type) == row.name);
        BOOST_TEST((event_type_of(row.name) == row.type));
        names.insert(row.name);
    }
    BOOST_TEST(names.size() == 18U);
    BOOST_TEST(to_string(event_type::other) == "other");
    for (const std::string_view name :
         {"", "other", "charge.succeeded", "payment_intent.succeeded ", "v1.refund.created",
          "Payment_intent.succeeded", "payment_intent", "payment_intent.*"}) {
        BOOST_TEST((event_type_of(name) == event_type::other));
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_a_json_object_with_id_and_type_is_a_bad_event) {
    for (const std::string_view body :
         {""sv, "x"sv, "[]"sv, "null"sv, "\"evt_1\""sv, "{}"sv, R"({"id":"evt_1"})"sv, R"({"type":"ping"})"sv,
          R"({"id":1,"type":"ping"})"sv, R"({"id":"evt_1","type":null})"sv,
          R"({"id":["evt_1"],"type":"ping"})"sv, R"([{"id":"evt_1","type":"ping"}])"sv,
          R"({"id":"evt_1","type":"ping"}x)"sv, "{\"id\":\"evt_1\",\"type\":\"ping\"}\0"sv,
          "\xEF\xBB\xBF{\"id\":\"evt_1\",\"type\":\"ping\"}"sv,
          "{\"id\":\"evt_\xFF\",\"type\":\"ping\"}"sv}) {
        BOOST_TEST_INFO(body);
        BOOST_TEST(!refusal(body).empty());
    }
}

BOOST_AUTO_TEST_CASE(id_type_or_data_twice_is_a_bad_event_with_or_without_escapes) {
    for (const std::string_view more :
         {R"("id":"evt_1")", R"("i\u0064":"evt_2")", R"("type":"ping")", R"("\u0074ype":null)",
          R"("data":{},"data":{})", R"("data":{},"d\u0061ta":1)"}) {
        BOOST_TEST_INFO(more);
        BOOST_TEST(refusal(R"({"id":"evt_1","type":"ping",)" + std::string{more} + "}") ==
                   "id, type or data is there twice");
    }
    // Allowed elsewhere.
    BOOST_TEST(refusal(R"({"id":"evt_1","type":"ping","x":{"id":1,"id":2,"data":1,"data":2}})") == "");
}

BOOST_AUTO_TEST_CASE(a_body_nested_too_deep_is_a_bad_event) {
    const auto body = [](std::size_t depth) {
        return R"({"id":"evt_1","type":"ping","data":)" + std::string(depth, '[') + std::string(depth, ']') +
               "}";
    };
    BOOST_TEST(refusal(body(max_json_depth - 1)) == "");
    BOOST_TEST(refusal(body(max_json_depth)) == "nested too deep");
    BOOST_TEST(refusal(body(300000)) == "nested too deep");
}

BOOST_AUTO_TEST_CASE(an_id_that_cannot_be_stored_is_replaced_by_the_hash_of_the_body) {
    std::set<std::string> seen;
    for (const std::string& id : {std::string{}, std::string{"evt_\\u0000"}, std::string{"\\ud800"},
                                  std::string{"\\udc00"}, std::string(256, 'e')}) {
        const std::string body = R"({"id":")" + id + R"(","type":"payment_intent.succeeded"})";
        const event read = parse(body);
        BOOST_TEST(read.surrogate_id);
        BOOST_TEST(read.id.starts_with("sha256:"));
        BOOST_TEST(read.id.size() == 7U + 64U);
        BOOST_TEST(read.id == parse(body).id);
        BOOST_TEST(seen.insert(read.id).second);
        BOOST_TEST((read.type == event_type::payment_intent_succeeded));
    }
    BOOST_TEST(parse(R"({"id":"","type":"a"})").id ==
               "sha256:5e7c9240510ce23a53408ec575fe8c05a3bb06b4a0c7fafeea691c0ab690b7d9");
    BOOST_TEST(!parse(R"({"id":")" + std::string(255, 'e') + R"(","type":"a"})").surrogate_id);
}

BOOST_AUTO_TEST_CASE(a_type_that_cannot_be_stored_is_named_unnamed_and_not_handled) {
    for (const std::string& type : {std::string{}, std::string{"payment_intent.succeeded\\u0000"},
                                    std::string{"\\ud800"}, std::string(256, 't')}) {
        const event read = with("type", '"' + type + '"');
        BOOST_TEST(read.type_name == "unnamed");
        BOOST_TEST((read.type == event_type::other));
        BOOST_TEST(read.id == "evt_1");
    }
}

BOOST_AUTO_TEST_CASE(a_thin_event_has_the_type_of_the_snapshot_event) {
    const auto thin = [](const std::string& type) {
        return parse(R"({"id":"evt_1","object":"v2.core.event","type":")" + type + R"("})");
    };
    BOOST_TEST(thin("v1.payment_intent.succeeded").thin);
    BOOST_TEST((thin("v1.payment_intent.succeeded").type == event_type::payment_intent_succeeded));
    BOOST_TEST(thin("v1.payment_intent.succeeded").type_name == "v1.payment_intent.succeeded");
    BOOST_TEST((thin("v1.refund.failed").type == event_type::refund_failed));
    BOOST_TEST((thin("payment_intent.succeeded").type == event_type::payment_intent_succeeded));
    for (const std::string type :
         {"v2.core.event_destination.ping", "v1.billing.meter.error_report_triggered", "v1.",
          "v1.v1.payment_intent.succeeded", "v2.payment_intent.succeeded"}) {
        BOOST_TEST(thin(type).thin);
        BOOST_TEST((thin(type).type == event_type::other));
    }
    // A snapshot event has no prefix.
    BOOST_TEST((with("type", R"("v1.payment_intent.succeeded")").type == event_type::other));
}

BOOST_AUTO_TEST_CASE(a_repeated_member_makes_the_envelope_ambiguous) {
    for (const auto& [member, value] :
         std::vector<std::pair<std::string, std::string>>{{"object", R"("v2.core.event")"},
                                                          {"livemode", "true"},
                                                          {"livemode", "false"},
                                                          {"livemode", "null"},
                                                          {"account", R"("acct_1")"},
                                                          {"api_version", R"("2020-08-27")"}}) {
        fixtures::payment made;
        made.envelope.set("account", R"("acct_1")");
        made.envelope.add(member, value);
        const event read = parse(made.body());
        BOOST_TEST_INFO(member << " " << value);
        BOOST_TEST(read.ambiguous_envelope);
        BOOST_TEST(!read.thin);
        BOOST_TEST(read.livemode.has_value() == (member != "livemode"));
        BOOST_TEST(read.account.empty() == (member == "account"));
        BOOST_TEST(read.api_version.empty() == (member == "api_version"));
    }
}

BOOST_AUTO_TEST_CASE(a_member_of_a_wrong_type_makes_the_envelope_ambiguous) {
    for (const auto& [member, value] :
         std::vector<std::pair<std::string, std::string>>{{"object", "1"},
                                                          {"object", "{}"},
                                                          {"livemode", "1"},
                                                          {"livemode", R"("true")"},
                                                          {"livemode", "{}"},
                                                          {"account", "0"},
                                                          {"account", "{}"},
                                                          {"account", "false"},
                                                          {"api_version", "2020"},
                                                          {"account", R"("")"},
                                                          {"account", R"("acct\u0000")"},
                                                          {"account", R"("\ud800")"}}) {
        const event read = with(member, value);
        BOOST_TEST_INFO(member << " " << value);
        BOOST_TEST(read.ambiguous_envelope);
        BOOST_TEST(read.account == "");
        BOOST_TEST(read.livemode.has_value() == (member != "livemode"));
    }
}

BOOST_AUTO_TEST_CASE(the_last_segment_of_a_context_is_the_account) {
    const auto of = [](const std::string& context) {
        const event read = with("context", context);
        BOOST_TEST(!read.ambiguous_envelope);
        BOOST_TEST(!read.two_accounts);
        return read.account;
    };
    BOOST_TEST(of(R"("acct_1")") == "acct_1");
    BOOST_TEST(of(R"("acct_1/acct_1a")") ==
               "acct_1a"); // a platform of an organisation, and its connected account
    BOOST_TEST(of("null") == "");
}

BOOST_AUTO_TEST_CASE(a_context_that_is_not_a_path_of_accounts_is_ambiguous) {
    for (const std::string value :
         {R"("")", R"("/")", R"("/acct_1")", R"("acct_1/")", R"("acct_1//acct_2")", R"("acct_")",
          R"("org_1")", R"("org_1/acct_1")", R"("acct_1/wksp_1")", R"("acct_1/acct_2/acct_3")",
          R"("acct_1\u0000")", R"("acct_\ud800")", R"(" acct_1")", "1", "{}", R"(["acct_1"])", "true"}) {
        const event read = with("context", value);
        BOOST_TEST_INFO(value);
        BOOST_TEST(read.ambiguous_envelope);
        BOOST_TEST(read.account == "");
    }
    BOOST_TEST(with("context", "\"acct_" + std::string(251, 'x') + "\"").ambiguous_envelope);
    BOOST_TEST(!with("context", "\"acct_" + std::string(250, 'x') + "\"").ambiguous_envelope);
    fixtures::payment twice;
    twice.envelope.set("context", R"("acct_1")").add("context", R"("acct_1")");
    BOOST_TEST(parse(twice.body()).ambiguous_envelope);
}

BOOST_AUTO_TEST_CASE(account_and_context_that_differ_are_two_accounts) {
    const auto both = [](const std::string& account, const std::string& context) {
        fixtures::payment made;
        made.envelope.set("account", account).set("context", context);
        return parse(made.body());
    };
    for (const std::string same : {R"("acct_1a")", R"("acct_1/acct_1a")", "null"}) {
        const event read = both(R"("acct_1a")", same);
        BOOST_TEST(read.account == "acct_1a");
        BOOST_TEST(!read.two_accounts);
        BOOST_TEST(!read.ambiguous_envelope);
    }
    for (const std::string other : {R"("acct_1")", R"("acct_1a/acct_1")"}) {
        const event read = both(R"("acct_1a")", other);
        BOOST_TEST(read.account == "acct_1a"); // as it is written
        BOOST_TEST(read.two_accounts);
        BOOST_TEST(!read.ambiguous_envelope);
    }
    BOOST_TEST(both("1", R"("acct_1")").ambiguous_envelope);
    BOOST_TEST(both("1", R"("acct_1")").account == "");
}

BOOST_AUTO_TEST_CASE(null_is_the_same_as_absent_and_not_ambiguous) {
    for (const std::string member : {"object", "livemode", "account", "context", "api_version", "created"})
        BOOST_TEST(!with(member, "null").ambiguous_envelope);
    BOOST_TEST(!with("livemode", "null").livemode);
    BOOST_TEST(with("api_version", "null").api_version == "");
    BOOST_TEST(with("api_version", R"("\u0000")").api_version == "");
    BOOST_TEST(!with("api_version", R"("\u0000")").ambiguous_envelope);
}

BOOST_AUTO_TEST_CASE(created_is_read_only_if_the_database_can_store_it) {
    BOOST_TEST((with("created", "0").created == 0));
    BOOST_TEST((with("created", "253402300799").created == max_created));
    for (const std::string value :
         {"253402300800", "-1", "1.5", "1e3", R"("1")", "null", "9223372036854775808"}) {
        BOOST_TEST_INFO(value);
        BOOST_TEST(!with("created", value).created);
    }
    fixtures::payment twice;
    twice.envelope.add("created", "1");
    BOOST_TEST(!parse(twice.body()).created);
}

BOOST_AUTO_TEST_CASE(all_text_of_an_event_that_is_kept_can_be_stored) {
    for (const std::string member : {"id", "type", "account", "context", "api_version", "object"}) {
        for (const std::string value : {R"("\u0000")", R"("\ud800")", R"("")", R"("é🦊")"}) {
            const event read = with(member, value);
            BOOST_TEST(base::is_identifier(read.id));
            BOOST_TEST(base::is_identifier(read.type_name));
            BOOST_TEST((read.account.empty() || base::is_identifier(read.account)));
            BOOST_TEST((read.api_version.empty() || base::is_identifier(read.api_version)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
