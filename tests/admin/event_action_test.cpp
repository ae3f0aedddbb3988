// An operator's action on an event: reading the request, completing it from the event.
#include "admin/event_action.hpp"
#include "admin_requests.hpp"

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using test::verdict;

std::variant<event_action, problem> asked(std::string_view what, std::string_view body,
                                          const allowance& allowed = {}) {
    const std::string path = "/v1/events/evt%5F1/" + std::string(what);
    const auto found =
        resolve({.method = "POST", .target = path, .idempotency_keys = {"k"}}, allowed.permits);
    BOOST_REQUIRE_EQUAL(verdict(found), "ok");
    BOOST_TEST(is_event_action(std::get<resolved_call>(found).route->call));
    return translate_event_action(std::get<resolved_call>(found), body, allowed);
}

event_action action(std::string_view what, std::string_view body) {
    const auto made = asked(what, body);
    BOOST_REQUIRE_EQUAL(verdict(made), "ok");
    return std::get<event_action>(made);
}

const ledger::event_view stored{.event_id = "evt_1", .result = "parked", .payment_intent_id = "pi_then"};

ledger::stripe_command paid() {
    ledger::stripe_command today;
    today.event.payment_intent_id = "pi_today";
    ledger::purchase bought;
    bought.user_id = "of the metadata";
    bought.tokens = 7;
    bought.amount_cents = 999;
    bought.currency = "usd";
    bought.amount_requested_cents = 1000;
    today.effect = bought;
    return today;
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin_actions)

BOOST_AUTO_TEST_CASE(a_retry_needs_no_body_and_takes_no_field) {
    BOOST_TEST(action("retry", "").event_id == "evt_1");
    BOOST_TEST((action("retry", "{}").what == call::retry));
    BOOST_TEST(verdict(asked("retry", "[]")) == "malformed_json 400");
    BOOST_TEST(verdict(asked("retry", " ")) == "malformed_json 400");
    BOOST_TEST(verdict(asked("retry", R"({"a":1})")) == "unknown_field 422");
}

BOOST_AUTO_TEST_CASE(a_dismissal_needs_a_reason_and_an_assignment_obeys_the_token_limit) {
    BOOST_TEST(action("dismiss", R"({"reason":"r"})").reason == "r");
    BOOST_TEST(verdict(asked("dismiss", "")) == "malformed_json 400");
    BOOST_TEST(verdict(asked("dismiss", R"({"reason":""})")) == "invalid_field 422");
    const auto made = action("assign", R"({"user_id":"u","tokens":5})");
    BOOST_TEST(made.user_id == "u");
    BOOST_TEST(made.tokens == 5);
    BOOST_TEST(made.reason == "");
    const allowance four{.max_tokens_per_request = 4};
    BOOST_TEST(verdict(asked("assign", R"({"user_id":"u","tokens":4})", four)) == "ok");
    BOOST_TEST(verdict(asked("assign", R"({"user_id":"u","tokens":5})", four)) == "token_limit 422");
}

BOOST_AUTO_TEST_CASE(an_assignment_has_tokens_or_a_pack_with_a_quantity) {
    const auto made = action("assign", R"({"user_id":"u","pack":"starter","quantity":3})");
    BOOST_TEST(made.pack == "starter");
    BOOST_TEST(made.quantity == 3);
    BOOST_TEST(made.tokens == 0);
    BOOST_TEST(action("assign", R"({"user_id":"u","pack":"starter"})").quantity == 1);
    BOOST_TEST(verdict(asked("assign", R"({"user_id":"u"})")) == "missing_field 422");
    for (const char* wrong :
         {R"({"user_id":"u","tokens":5,"pack":"starter"})", R"({"user_id":"u","tokens":5,"quantity":2})",
          R"({"user_id":"u","pack":"starter","quantity":0})",
          R"({"user_id":"u","pack":"starter","quantity":1001})", R"({"user_id":"u","pack":""})"})
        BOOST_TEST(verdict(asked("assign", wrong)) == "invalid_field 422", wrong);
}

BOOST_AUTO_TEST_CASE(a_pack_is_resolved_to_tokens_within_the_limit_of_the_listener) {
    const allowance most{.max_tokens_per_request = 10};
    const auto who =
        std::get<event_action>(asked("assign", R"({"user_id":"u","pack":"starter","quantity":2})", most));
    ledger::operation made = complete(who, stored, paid());
    BOOST_TEST(!resolve_pack(made, who, {.catalog = "partners", .tokens = 10}));
    const auto& assigned = std::get<ledger::assign_event>(made);
    BOOST_TEST(assigned.catalog + assigned.pack == "partnersstarter");
    BOOST_TEST(assigned.quantity == 2);
    BOOST_TEST(assigned.tokens == 10);
    BOOST_TEST(
        (resolve_pack(made, who, {.catalog = {}, .tokens = 11}).value().type == problem_type::token_limit));
}

BOOST_AUTO_TEST_CASE(a_retry_uses_todays_translation_of_the_event_if_there_is_one) {
    const auto again = std::get<ledger::retry_event>(complete(action("retry", ""), stored, paid()));
    BOOST_TEST(again.event_id == "evt_1");
    BOOST_TEST(again.payment_intent_id == "pi_today");
    BOOST_TEST(std::get<ledger::purchase>(again.effect).tokens == 7);
    const auto unread = std::get<ledger::retry_event>(complete(action("retry", ""), stored, std::nullopt));
    BOOST_TEST(unread.payment_intent_id == "pi_then");
    BOOST_TEST(std::holds_alternative<ledger::ignore_event>(unread.effect));
}

BOOST_AUTO_TEST_CASE(a_dismissal_uses_the_stored_payment_id) {
    const auto off =
        std::get<ledger::dismiss_event>(complete(action("dismiss", R"({"reason":"r"})"), stored, paid()));
    BOOST_TEST(off.event_id + off.payment_intent_id + off.reason == "evt_1pi_thenr");
}

BOOST_AUTO_TEST_CASE(an_assignment_takes_payment_and_amount_from_the_event_and_tokens_from_the_request) {
    const event_action who = action("assign", R"({"user_id":"u","tokens":5,"reason":"r"})");
    const auto made = std::get<ledger::assign_event>(complete(who, stored, paid()));
    BOOST_TEST(made.user_id + made.payment_intent_id + made.currency + made.reason == "upi_todayusdr");
    BOOST_TEST(made.tokens == 5);
    BOOST_TEST(made.amount_cents == 999);
    BOOST_TEST(made.amount_requested_cents == 1000);
    // The ledger refuses it without a currency.
    ledger::stripe_command refund = paid();
    refund.effect = ledger::payment_update{};
    BOOST_TEST(std::get<ledger::assign_event>(complete(who, stored, refund)).currency == "");
}

BOOST_AUTO_TEST_SUITE_END()
