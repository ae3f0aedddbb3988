// Translation of well-formed bodies.
#include "admin/fields.hpp"
#include "admin_requests.hpp"
#include "base/time.hpp"

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using test::only_operation;
using test::translated;
using test::verdict;

} // namespace

BOOST_AUTO_TEST_SUITE(admin_translate)

BOOST_AUTO_TEST_CASE(a_grant_has_its_fields_or_their_defaults) {
    const auto full = only_operation<ledger::grant>(
        translated("grant",
                   R"({"user_id":"a/b","tokens":9223372036854775807,"source":"trial","reason":"w\u00e4lcome",
            "reference":"sub_1","metadata":{ "n" : 1.50, "l": [ null, true ] }})"));
    BOOST_TEST(full.user_id == "a/b");
    BOOST_TEST(full.tokens == INT64_MAX);
    BOOST_TEST((full.source == ledger::grant_source::trial));
    BOOST_TEST(full.reason == "w\xC3\xA4lcome");
    BOOST_TEST(full.reference == "sub_1");
    BOOST_TEST(full.metadata == R"({"n":1.50,"l":[null,true]})");

    const auto least = only_operation<ledger::grant>(translated("grant", R"({"user_id":"u","tokens":1})"));
    BOOST_TEST((least.source == ledger::grant_source::admin));
    BOOST_TEST(least.reason + least.reference + least.metadata == "");
}

BOOST_AUTO_TEST_CASE(a_command_has_its_idempotency_key_and_actor) {
    const auto made =
        translated("deduction", R"({"user_id":"u","tokens":5,"reason":"r","allow_negative":true})");
    BOOST_REQUIRE_EQUAL(verdict(made), "ok");
    BOOST_TEST(std::get<ledger::admin_command>(made).idempotency_key == "key-1");
    BOOST_TEST(std::get<ledger::admin_command>(made).actor == test::caller_uid);
    const auto one = only_operation<ledger::deduction>(made);
    BOOST_TEST(one.user_id == "u");
    BOOST_TEST(one.tokens == 5);
    BOOST_TEST(one.reason == "r");
    BOOST_TEST(one.allow_negative);
    BOOST_TEST(!only_operation<ledger::deduction>(translated("deduction", R"({"user_id":"u","tokens":5})"))
                    .allow_negative);
}

BOOST_AUTO_TEST_CASE(a_transfer_has_sender_receiver_tokens_and_reason) {
    const auto one = only_operation<ledger::transfer>(
        translated("transfer", R"({"from":"a","to":"b","tokens":2,"reason":"gift"})"));
    BOOST_TEST(one.from + one.to + one.reason == "abgift");
    BOOST_TEST(one.tokens == 2);
}

BOOST_AUTO_TEST_CASE(a_usage_has_no_idempotency_key_and_keeps_its_cost_as_written) {
    const auto made = translated(
        "usage", R"({"request_id":"r1","user_id":"u","action_type":"chat","model_used":"m","tokens_used":30,
            "input_tokens":10,"output_tokens":20,"cost_estimate":0.10000000000000000001,"charge":3})");
    const auto one = only_operation<ledger::usage>(made);
    BOOST_TEST(std::get<ledger::admin_command>(made).idempotency_key == "");
    BOOST_TEST(one.request_id + one.user_id + one.action_type + one.model_used == "r1uchatm");
    BOOST_TEST(one.tokens_used == 30);
    BOOST_TEST((one.input_tokens == 10 && one.output_tokens == 20));
    BOOST_TEST(one.cost_estimate == "0.10000000000000000001");
    BOOST_TEST(one.charge == 3);

    const auto least = only_operation<ledger::usage>(
        translated("usage", R"({"request_id":"r","user_id":"u","action_type":"a","tokens_used":0})"));
    BOOST_TEST((!least.input_tokens && !least.output_tokens));
    BOOST_TEST(least.cost_estimate + least.model_used == "");
    BOOST_TEST(least.charge == 0);
}

BOOST_AUTO_TEST_CASE(a_usage_may_say_who_when_and_what_becomes_of_a_charge_too_high) {
    const auto one = only_operation<ledger::usage>(translated(
        "usage", R"({"request_id":"r","user_id":"u","action_type":"a","tokens_used":0,"cached_input_tokens":7,
            "reasoning_tokens":0,"member":"ada","occurred_at":"2026-11-22T18:30:00.5+02:00",
            "metadata": {"a": 1},"overrun":"allow_negative"})"));
    BOOST_TEST((one.cached_input_tokens == 7 && one.reasoning_tokens == 0));
    BOOST_TEST(one.member == "ada");
    BOOST_TEST((one.occurred_at_us == base::parse_time("2026-11-22T16:30:00.5Z")));
    BOOST_TEST(one.metadata == R"({"a":1})");
    BOOST_TEST((one.overrun == ledger::overrun::allow_negative));
    for (const std::string wrong : {R"("overrun":"clamp")", R"("overrun":1)", R"("occurred_at":"yesterday")",
                                    R"("occurred_at":1700000000)", R"("occurred_at":"2026-11-22T18:30:00")",
                                    R"("member":"")", R"("reasoning_tokens":-1)", R"("metadata":[])"}) {
        BOOST_TEST_INFO(wrong);
        BOOST_TEST(verdict(translated(
                       "usage", R"({"request_id":"r","user_id":"u","action_type":"a","tokens_used":0,)" +
                                    wrong + "}")) == "invalid_field 422");
    }
}

BOOST_AUTO_TEST_CASE(a_cost_may_be_a_number_or_a_string) {
    for (const std::string cost : {"0", "12", "1.50", "1e-7", "0.0000000001"}) {
        for (const std::string& written : {cost, "\"" + cost + "\""}) {
            const auto one = only_operation<ledger::usage>(translated(
                "usage",
                R"({"request_id":"r","user_id":"u","action_type":"a","tokens_used":0,"cost_estimate":)" +
                    written + "}"));
            BOOST_TEST(one.cost_estimate == cost);
        }
    }
}

BOOST_AUTO_TEST_CASE(white_space_and_the_order_of_members_do_not_change_the_command) {
    const auto one = only_operation<ledger::grant>(
        translated("grant", R"({"user_id":"u","tokens":1,"metadata":{"a":[1,2]}})"));
    const auto same = only_operation<ledger::grant>(
        translated("grant", " {\n\"metadata\" : {\"a\" : [1, 2]},\t\"tokens\":1,\"user_id\":\"\\u0075\"} "));
    BOOST_TEST(one.user_id == same.user_id);
    BOOST_TEST(one.metadata == same.metadata);
}

BOOST_AUTO_TEST_CASE(a_batch_holds_all_four_operations_in_order) {
    const auto made = translated(test::batch, R"({"items":[
        {"operation":"grant","user_id":"u","tokens":1},
        {"operation":"deduction","user_id":"u","tokens":2},
        {"operation":"transfer","from":"u","to":"v","tokens":3},
        {"operation":"usage","request_id":"r","user_id":"u","action_type":"a","tokens_used":9,"charge":4}]})");
    BOOST_REQUIRE_EQUAL(verdict(made), "ok");
    const auto& what = std::get<ledger::admin_command>(made);
    BOOST_TEST(what.idempotency_key == "key-1");
    BOOST_REQUIRE_EQUAL(what.operations.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i)
        BOOST_TEST(what.operations[i].index() == i);
    BOOST_TEST(std::get<ledger::usage>(what.operations[3]).charge == 4);
}

BOOST_AUTO_TEST_CASE(a_batch_holds_at_most_a_hundred_items) {
    std::string items;
    for (std::size_t i = 0; i < max_items; ++i)
        items += std::string(i == 0 ? "" : ",") + R"({"operation":"grant","user_id":"u","tokens":1})";
    BOOST_TEST(verdict(translated(test::batch, R"({"items":[)" + items + "]}")) == "ok");
    BOOST_TEST(verdict(translated(test::batch, R"({"items":[)" + items +
                                                   R"(,{"operation":"grant","user_id":"u","tokens":1}]})")) ==
               "too_many_items 422");
}

BOOST_AUTO_TEST_SUITE_END()
