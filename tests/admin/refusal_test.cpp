// Bodies that are refused, and what the problem names.
#include "admin_requests.hpp"

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using test::mentions;
using test::problem_of;
using test::translated;
using test::verdict;

std::string granting(std::string_view more) {
    return R"({"user_id":"u","tokens":1,)" + std::string(more) + "}";
}

std::string tokens(std::string_view written) {
    return verdict(translated("grant", R"({"user_id":"u","tokens":)" + std::string(written) + "}"));
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin_refusals)

BOOST_AUTO_TEST_CASE(a_body_that_is_not_a_json_object_is_malformed) {
    for (const std::string_view body : {"", " ", "null", "[]", "\"x\"", "1", "{", "{}{}", "{\"a\":}", "\xFF",
                                        "{\"a\":\"\\ud800\"}", "{\"a\":1e999}", "user_id=u&tokens=1"}) {
        BOOST_TEST_INFO(body);
        BOOST_TEST(verdict(translated("grant", body)) == "malformed_json 400");
        BOOST_TEST(verdict(translated(test::batch, body)) == "malformed_json 400");
    }
    BOOST_TEST(verdict(translated("grant", granting("\"metadata\":{\"a\":" + nested(62) + "}"))) == "ok");
    const auto deep = translated("grant", granting("\"metadata\":{\"a\":" + nested(63) + "}"));
    BOOST_TEST(verdict(deep) == "malformed_json 400");
    BOOST_TEST(mentions(problem_of(deep).detail, "64 levels"));
}

BOOST_AUTO_TEST_CASE(metadata_may_hold_only_numbers_that_the_database_can_store) {
    const auto metadata = [](const std::string& number) {
        return translated("grant", granting("\"metadata\":{\"a\":[0," + number + "]}"));
    };
    for (const char* number : {"1e-16383", "-1.5e-16382", "0.1e-16382", "1e308", "-1.7976931348623157e308",
                               "0", "0e-16383", "12345678901234567890123.5E+9", "1E-7"})
        BOOST_TEST(verdict(metadata(number)) == "ok", number);
    for (const std::string& number :
         {std::string("1e-20000"), std::string("1e-16384"), std::string("1.5e-16383"),
          std::string("0e-16384"), std::string("-0.1E-16383"), "1e-" + std::string(400, '9'),
          std::string("1e309"), std::string("-1e400"), std::string("1e99999"), std::string("1e200000"),
          "1" + std::string(309, '0')}) {
        const auto wrong = problem_of(metadata(number));
        BOOST_TEST_INFO(number);
        BOOST_TEST(kind_of(wrong.type).slug == "invalid_field");
        BOOST_TEST(kind_of(wrong.type).status == 422U);
        BOOST_TEST(wrong.field == "metadata");
        BOOST_TEST(mentions(wrong.detail, "numbers"));
    }
}

BOOST_AUTO_TEST_CASE(a_number_beyond_double_is_refused_and_the_problem_names_the_field) {
    for (const char* field : {"tokens", "source", "reason", "metadata"}) {
        const std::string body = std::string(R"({"user_id":"u",)") +
                                 (field == std::string_view("tokens") ? "" : R"("tokens":1,)") + "\"" +
                                 field + "\":1e400}";
        const auto wrong = problem_of(translated("grant", body));
        BOOST_TEST(kind_of(wrong.type).slug == "invalid_field");
        BOOST_TEST(wrong.field == field);
    }
    const auto wrong = problem_of(
        translated(test::batch,
                   R"({"items":[{"operation":"deduction","user_id":"u","tokens":1},)"
                   R"({"operation":"usage","request_id":"r","user_id":"u","action_type":"a","tokens_used":1,)"
                   R"("cost_estimate":1e400}]})"));
    BOOST_TEST(kind_of(wrong.type).slug == "invalid_field");
    BOOST_TEST(wrong.field == "cost_estimate");
    BOOST_TEST(wrong.item.value_or(0) == 1U);
}

BOOST_AUTO_TEST_CASE(an_unknown_field_is_refused_with_the_nearest_known_one) {
    const auto wrong = problem_of(translated("grant", granting(R"("tokns":5)")));
    BOOST_TEST(kind_of(wrong.type).slug == "unknown_field");
    BOOST_TEST(wrong.field == "tokns");
    BOOST_TEST(wrong.nearest == "tokens");
    BOOST_TEST(mentions(wrong.detail, "`tokns`"));
    BOOST_TEST(mentions(wrong.detail, "`tokens`"));
    const auto nearest = [](std::string_view what, const std::string& name) {
        return problem_of(translated(what, "{\"" + name + "\":1}")).nearest;
    };
    BOOST_TEST(nearest("grant", "userid") == "user_id");
    BOOST_TEST(nearest("grant", "Source") == "source");
    BOOST_TEST(nearest("transfer", "form") == "from");
    BOOST_TEST(nearest("usage", "token_used") == "tokens_used");
    BOOST_TEST(nearest("usage", "model") == "model_used");
    BOOST_TEST(nearest(test::batch, "item") == "items");
    BOOST_TEST(nearest("grant", std::string(1000, 'x')) == "");
}

BOOST_AUTO_TEST_CASE(an_unprintable_field_name_is_described_as_not_printable) {
    for (const std::string_view name : {"\\udc00", "a\\u0000b", "\\n"}) {
        const auto wrong = problem_of(translated("grant", "{\"" + std::string(name) + "\":1}"));
        BOOST_TEST(kind_of(wrong.type).slug == "unknown_field");
        const json_tree body(reply_for(wrong).body);
        BOOST_TEST((body.root().kind() == json_kind::object));
        BOOST_TEST(mentions(wrong.detail, "not printable"));
    }
}

BOOST_AUTO_TEST_CASE(a_repeated_field_is_refused_even_with_the_same_value) {
    const auto wrong = problem_of(translated("grant", granting(R"("tokens":1)")));
    BOOST_TEST(kind_of(wrong.type).slug == "duplicate_field");
    BOOST_TEST(wrong.field == "tokens");
}

BOOST_AUTO_TEST_CASE(a_missing_field_is_named) {
    for (const char* what : {"grant", "deduction", "transfer", "usage", "batch"}) {
        const auto wrong = problem_of(translated(what, "{}"));
        BOOST_TEST(kind_of(wrong.type).slug == "missing_field");
        BOOST_TEST(!wrong.field.empty());
    }
    BOOST_TEST(problem_of(translated("transfer", R"({"from":"a","tokens":1})")).field == "to");
}

BOOST_AUTO_TEST_CASE(tokens_are_integers_from_1_to_the_end_of_int64) {
    BOOST_TEST(tokens("1") == "ok");
    BOOST_TEST(tokens("9223372036854775807") == "ok");
    for (const std::string_view written :
         {"0", "-1", "-0", "9223372036854775808", "99999999999999999999999999", "1.0", "1e2", "0.5", "\"1\"",
          "null", "true", "[1]", "{}", "-9223372036854775809"}) {
        BOOST_TEST_INFO(written);
        BOOST_TEST(tokens(written) == "invalid_field 422");
    }
    BOOST_TEST(mentions(problem_of(translated("grant", R"({"user_id":"u","tokens":1.0})")).detail,
                        "without fraction or exponent"));
    BOOST_TEST(
        mentions(problem_of(translated("grant", R"({"user_id":"u","tokens":9223372036854775808})")).detail,
                 "to 9223372036854775807"));
}

BOOST_AUTO_TEST_CASE(a_value_of_the_wrong_kind_is_refused_and_so_is_null) {
    for (const std::string_view more :
         {R"("reason":5)", R"("reason":null)", R"("source":"stripe")", R"("source":1)", R"("source":"")",
          R"("reference":"")", R"("reference":null)", R"("metadata":[])", R"("metadata":"{}")",
          R"("metadata":null)", R"("reason":"a\u0000b")", R"("reason":"\udc00")",
          R"("metadata":{"a":"\u0000"})", R"("metadata":{"\u0000":1})", R"("metadata":{"a":1,"a":1})",
          R"("metadata":{"a":{"b":1,"b":2}})"}) {
        BOOST_TEST_INFO(more);
        BOOST_TEST(verdict(translated("grant", granting(more))) == "invalid_field 422");
    }
    BOOST_TEST(verdict(translated("deduction", R"({"user_id":"u","tokens":1,"allow_negative":"true"})")) ==
               "invalid_field 422");
    BOOST_TEST(verdict(translated("grant", R"({"user_id":7,"tokens":1})")) == "invalid_field 422");
    BOOST_TEST(verdict(translated("grant", R"({"user_id":"","tokens":1})")) == "invalid_field 422");
}

BOOST_AUTO_TEST_CASE(reasons_metadata_and_ids_have_a_maximum_length) {
    const auto reason = [](std::size_t size) {
        return verdict(translated("grant", granting("\"reason\":\"" + std::string(size, 'r') + "\"")));
    };
    BOOST_TEST(reason(0) == "ok");
    BOOST_TEST(reason(1000) == "ok");
    BOOST_TEST(reason(1001) == "invalid_field 422");
    const auto metadata = [](std::size_t size) {
        return verdict(
            translated("grant", granting(R"("metadata":{"a": ")" + std::string(size, 'm') + "\"}")));
    };
    BOOST_TEST(metadata(8192 - 8) == "ok");
    BOOST_TEST(metadata(8192 - 7) == "invalid_field 422");
    const std::string long_id(256, 'u');
    BOOST_TEST(verdict(translated("grant", R"({"tokens":1,"user_id":")" + long_id + "\"}")) ==
               "invalid_field 422");
}

BOOST_AUTO_TEST_CASE(costs_and_counts_must_be_valid_numbers_and_not_negative) {
    for (const std::string_view more :
         {R"("cost_estimate":-1)", R"("cost_estimate":"x")", R"("cost_estimate":"")",
          R"("cost_estimate":"NaN")", R"("cost_estimate":true)", R"("cost_estimate":1e-100)",
          R"("charge":-1)", R"("charge":1.5)", R"("input_tokens":-1)",
          R"("output_tokens":9223372036854775808)", R"("model_used":"")"}) {
        BOOST_TEST_INFO(more);
        BOOST_TEST(verdict(translated(
                       "usage", R"({"request_id":"r","user_id":"u","action_type":"a","tokens_used":1,)" +
                                    std::string(more) + "}")) == "invalid_field 422");
    }
}

BOOST_AUTO_TEST_CASE(a_grant_for_a_subscription_or_trial_needs_a_reference) {
    for (const std::string_view source : {"subscription", "trial"}) {
        const auto wrong =
            problem_of(translated("grant", granting("\"source\":\"" + std::string(source) + "\"")));
        BOOST_TEST(kind_of(wrong.type).slug == "missing_field");
        BOOST_TEST(wrong.field == "reference");
    }
}

BOOST_AUTO_TEST_CASE(a_problem_of_a_batch_names_its_item) {
    const auto batch = [](std::string_view second, const allowance& allowed = {}) {
        return translated(test::batch,
                          R"({"items":[{"operation":"grant","user_id":"u","tokens":6},)" +
                              std::string(second) + "]}",
                          allowed);
    };
    BOOST_TEST(verdict(batch("{}")) == "missing_field 422 #1");
    BOOST_TEST(verdict(batch("7")) == "missing_field 422 #1");
    BOOST_TEST(verdict(batch(R"({"operation":7})")) == "invalid_field 422 #1");
    BOOST_TEST(problem_of(batch(R"({"operation":"grants"})")).nearest == "grant");
    BOOST_TEST(verdict(batch(R"({"operation":"batch","items":[]})")) == "invalid_field 422 #1");
    BOOST_TEST(verdict(batch(R"({"operation":"grant","user_id":"u","tokens":1,"to":"x"})")) ==
               "unknown_field 422 #1");
    BOOST_TEST(verdict(batch(R"({"operation":"grant","operation":"grant","user_id":"u","tokens":1})")) ==
               "duplicate_field 422 #1");
    BOOST_TEST(verdict(batch(R"({"operation":"grant","user_id":"u","tokens":0})")) == "invalid_field 422 #1");
    BOOST_TEST(verdict(translated(test::batch, R"({"items":[]})")) == "invalid_field 422");
    BOOST_TEST(verdict(translated(test::batch, R"({"items":{}})")) == "invalid_field 422");
    // Only items have this field.
    BOOST_TEST(problem_of(translated("grant", granting(R"("operation":"grant")"))).field == "operation");
}

BOOST_AUTO_TEST_CASE(each_item_of_a_batch_needs_its_own_permit) {
    const std::string mixed =
        R"({"items":[{"operation":"usage","request_id":"r","user_id":"u","action_type":"a",
        "tokens_used":1},{"operation":"deduction","user_id":"u","tokens":1}]})";
    BOOST_TEST(verdict(translated(test::batch, mixed, test::only(permit::usage))) == "permit_missing 403 #1");
    BOOST_TEST(verdict(translated(test::batch, mixed, test::only(permit::money))) == "permit_missing 403 #0");
    BOOST_TEST(verdict(translated(test::batch, mixed, {.permits = {permit::money, permit::usage}})) == "ok");
}

BOOST_AUTO_TEST_CASE(the_token_limit_applies_to_the_sum_of_a_request) {
    const allowance ten{.max_tokens_per_request = 10};
    const auto deduct = [&](int tokens) {
        return verdict(
            translated("deduction", R"({"user_id":"u","tokens":)" + std::to_string(tokens) + "}", ten));
    };
    BOOST_TEST(deduct(10) == "ok");
    BOOST_TEST(deduct(11) == "token_limit 422");
    const std::string charged =
        R"({"request_id":"r","user_id":"u","action_type":"a","tokens_used":1000,"charge":)";
    BOOST_TEST(verdict(translated("usage", charged + "10}", ten)) == "ok");
    BOOST_TEST(verdict(translated("usage", charged + "11}", ten)) == "token_limit 422");
    const auto batch = [&](std::string_view last) {
        return verdict(translated(test::batch,
                                  R"({"items":[{"operation":"grant","user_id":"u","tokens":6},
            {"operation":"transfer","from":"u","to":"v","tokens":)" +
                                      std::string(last) + "}]}",
                                  ten));
    };
    BOOST_TEST(batch("4") == "ok");
    BOOST_TEST(batch("5") == "token_limit 422 #1");
    const std::string huge = "9223372036854775807";
    BOOST_TEST(verdict(translated(test::batch,
                                  R"({"items":[{"operation":"grant","user_id":"u","tokens":)" + huge +
                                      R"(},{"operation":"grant","user_id":"v","tokens":)" + huge + "}]}")) ==
               "token_limit 422 #1");
}

BOOST_AUTO_TEST_SUITE_END()
