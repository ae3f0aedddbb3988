// The replies to Stripe.
#include "webhook/reply.hpp"
#include "json/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace {

using namespace tokenledger;
using namespace tokenledger::webhook;
namespace ledger = tokenledger::ledger;

std::string member(const reply& from, std::string_view name) {
    const json_tree tree{from.body};
    return std::string{tree.root().member(name).string().value_or("(none)")};
}

} // namespace

BOOST_AUTO_TEST_SUITE(replies)

BOOST_AUTO_TEST_CASE(every_outcome_is_answered_200_with_result_and_event) {
    for (const ledger::result result :
         {ledger::result::applied, ledger::result::duplicate, ledger::result::ignored, ledger::result::parked,
          ledger::result::waiting}) {
        const std::string slug{ledger::to_string(result)};
        const reply made =
            reply_for({.result = result, .reason = ledger::reason::none, .posted = {}}, "evt_1");
        BOOST_TEST(made.status == 200U);
        BOOST_TEST(!made.retry_after);
        BOOST_TEST(made.result == slug);
        BOOST_TEST(made.reason == "");
        BOOST_TEST(made.body == R"({"result":")" + slug + R"(","event":"evt_1"})");
    }
}

BOOST_AUTO_TEST_CASE(the_reply_has_the_reason_if_there_is_one) {
    const reply made = reply_for(
        {.result = ledger::result::parked, .reason = ledger::reason::unknown_pack, .posted = {}}, "evt_1");
    BOOST_TEST(made.body == R"({"result":"parked","event":"evt_1","reason":"unknown_pack"})");
    BOOST_TEST(made.reason == "unknown_pack");
}

BOOST_AUTO_TEST_CASE(the_reply_to_stripe_does_not_name_the_user) {
    const reply made = reply_for({.result = ledger::result::applied,
                                  .reason = ledger::reason::none,
                                  .posted = {ledger::posting{.user_id = "user_1", .sequence = 1}}},
                                 "evt_1");
    BOOST_TEST(made.body.find("user_1") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(unavailable_is_503_with_retry_after) {
    const reply made = unavailable_reply("evt_1");
    BOOST_TEST(made.status == 503U);
    BOOST_TEST(made.retry_after);
    BOOST_TEST(made.body == R"({"result":"unavailable","event":"evt_1"})");
    BOOST_TEST(unavailable_reply("").body == R"({"result":"unavailable"})");
}

BOOST_AUTO_TEST_CASE(a_refusal_before_the_event_is_read_says_only_rejected) {
    for (const unsigned status : {400U, 404U, 405U, 408U, 413U, 415U, 431U}) {
        const reply made = rejected_reply(status);
        BOOST_TEST(made.status == status);
        BOOST_TEST(!made.retry_after);
        BOOST_TEST(made.body == R"({"result":"rejected"})");
        BOOST_TEST(made.result == "rejected");
    }
}

BOOST_AUTO_TEST_CASE(a_bad_event_is_400_with_its_reason) {
    const reply made = bad_event_reply();
    BOOST_TEST(made.status == 400U);
    BOOST_TEST(made.reason == "bad_event");
    BOOST_TEST(made.body == R"({"result":"rejected","reason":"bad_event"})");
}

BOOST_AUTO_TEST_CASE(a_handled_thin_event_is_422_and_says_how_to_make_a_snapshot_destination) {
    const reply made = thin_event_reply(true, "evt_1");
    BOOST_TEST(made.status == 422U);
    BOOST_TEST(member(made, "result") == "rejected");
    BOOST_TEST(member(made, "event") == "evt_1");
    BOOST_TEST(member(made, "reason") == "thin_event");
    BOOST_TEST(member(made, "detail").find("\"Snapshot\"") != std::string::npos);
    BOOST_TEST(made.reason == "thin_event");
}

BOOST_AUTO_TEST_CASE(any_other_thin_event_is_ignored_with_200) {
    const reply made = thin_event_reply(false, "evt_1");
    BOOST_TEST(made.status == 200U);
    BOOST_TEST(made.body == R"({"result":"ignored","event":"evt_1"})");
}

BOOST_AUTO_TEST_CASE(an_event_id_is_escaped_in_the_body) {
    const std::string id = "evt_\",\"result\":\"applied\\\n\x01\xF0\x9F\xA6\x8A</script>";
    const reply made = reply_for({}, id);
    const json_tree tree{made.body};
    BOOST_TEST(tree.root().count("result") == 1U);
    BOOST_TEST(member(made, "result") == "ignored");
    BOOST_TEST(member(made, "event") == id);
}

BOOST_AUTO_TEST_SUITE_END()
