// Bytes and hashes of commands as the first version wrote them: stored rows and keys hold them, so they must
// not change.
#include "codec/command.hpp"

#include "base/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace tokenledger;
using namespace tokenledger::ledger;

operation a_grant() {
    return grant{.user_id = "user_1",
                 .tokens = 5000,
                 .source = grant_source::trial,
                 .reason = "sorry",
                 .reference = "in_1",
                 .metadata = "{\"a\":1}"};
}
constexpr std::string_view grant_bytes = "5:grant,6:user_1,4:5000,1:2,5:sorry,4:in_1,7:{\"a\":1},";

operation an_assignment() {
    return assign_event{.event_id = "evt_1",
                        .user_id = "user_1",
                        .tokens = 5000,
                        .reason = "by mail",
                        .payment_intent_id = "pi_1",
                        .amount_cents = 999,
                        .currency = "usd",
                        .amount_requested_cents = 1000};
}
constexpr std::string_view assignment_bytes =
    "12:assign_event,5:evt_1,6:user_1,4:5000,7:by mail,4:pi_1,3:999,3:usd,4:1000,";

std::string whole_command(std::string_view bytes) {
    return std::to_string(bytes.size()) + ":" + std::string(bytes) + ",";
}

void require_written(const operation& what, std::string_view bytes, std::string_view hash,
                     std::string_view hash_of_command) {
    admin_command command;
    command.operations = {what};
    BOOST_TEST(encode(what) == bytes);
    BOOST_TEST(encode(command) == whole_command(bytes));
    BOOST_TEST(base::to_hex(hash_of(what)) == hash);
    BOOST_TEST(base::to_hex(hash_of(command)) == hash_of_command);
    const auto read = decode_operations(whole_command(bytes));
    BOOST_REQUIRE(read);
    BOOST_TEST((*read == command.operations));
}

} // namespace

BOOST_AUTO_TEST_SUITE(codec_golden)

BOOST_AUTO_TEST_CASE(a_grant_is_encoded_and_hashed_as_by_the_first_version) {
    require_written(a_grant(), grant_bytes,
                    "5ea339bc8a2d0e8ccc4cba6cb068b63f48a8591998d072e5b9d101d337fd4663",
                    "f811f8757504f6333c478f65aac94c63d6e8929333892653defa4930c215ac86");
}

BOOST_AUTO_TEST_CASE(a_deduction_is_encoded_and_hashed_as_by_the_first_version) {
    require_written(deduction{.user_id = "user_1", .tokens = 500, .reason = "twice", .allow_negative = true},
                    "9:deduction,6:user_1,3:500,5:twice,4:true,",
                    "271133367643919e729c74eb3f084ef99a30e54b05ab2a276ea97d70f731d0e0",
                    "b721edb9a896b1e72ac61c5f7a1069a62023ff5d31e3be5ce9563dffcabdba6b");
}

BOOST_AUTO_TEST_CASE(a_transfer_is_encoded_and_hashed_as_by_the_first_version) {
    require_written(transfer{.from = "user_1", .to = "user_2", .tokens = 500, .reason = "same person"},
                    "8:transfer,6:user_1,6:user_2,3:500,11:same person,",
                    "ef577c2d48a6a1dc1a68ed3b5d4f2a335be61661b0527717c98709e9c0f6b884",
                    "024811efdaffc225d01c52f07a0760f23c1e447bfea17b40977c410a36919bcd");
}

BOOST_AUTO_TEST_CASE(a_usage_is_encoded_and_hashed_as_by_the_first_version) {
    require_written(usage{.request_id = "req_1",
                          .user_id = "user_1",
                          .action_type = "chat",
                          .model_used = "a-model",
                          .tokens_used = 321,
                          .input_tokens = 300,
                          .output_tokens = {},
                          .cost_estimate = "0.0125",
                          .charge = 7},
                    "5:usage,5:req_1,6:user_1,4:chat,7:a-model,3:321,3:300,4:none,6:0.0125,1:7,",
                    "26f4879fbe23dc40009bd9436f454b48554c62119f48151fe4ad19fa57aa1b91",
                    "f70379449dee77120905fd2cc3e9905243b61e6a3b7db9c576640a88cd3c8b04");
}

BOOST_AUTO_TEST_CASE(a_reversal_is_encoded_and_hashed_as_by_the_first_version_that_knew_it) {
    require_written(reversal{.request_id = "req_1", .user_id = "user_1", .tokens = 30, .reason = "broke off"},
                    "8:reversal,5:req_1,6:user_1,2:30,9:broke off,",
                    "45a8a3bc34430181a3190bc3f92424a840e0f95c8c292c0c0946e465a9569232",
                    "11f63efbf2292ad73589a874c1c3ca9c60ff4dad40488b62a1b77d08a89d8782");
}

BOOST_AUTO_TEST_CASE(a_limit_is_encoded_and_hashed_as_by_the_first_version_that_knew_it) {
    require_written(
        member_limit{.user_id = "team_1", .member = "ada", .per = limit_window::rolling, .tokens = 5000},
        "5:limit,6:team_1,3:ada,1:2,4:5000,",
        "9c1be867b474ba89de4ca605e144940886de18945e6d4627723bd91c277cbaa3",
        "d39e0e3928fce26b77b555684fae1e24a400023d17b4953cf24a5de3dbd06bb9");
}

BOOST_AUTO_TEST_CASE(a_dismissal_is_encoded_and_hashed_as_by_the_first_version) {
    require_written(dismiss_event{.event_id = "evt_1", .payment_intent_id = "pi_1", .reason = "seen"},
                    "13:dismiss_event,5:evt_1,4:seen,4:pi_1,",
                    "9244d3f924fee355716f6389e92eca8bb08af0bbd047a0adf93bd2a00b97912f",
                    "2992fa9e55887ce9e93bcdb1526353674be1c8b07e10a79227674e883c6e74b3");
}

BOOST_AUTO_TEST_CASE(an_assignment_of_tokens_is_encoded_and_hashed_as_by_the_first_version) {
    require_written(an_assignment(), assignment_bytes,
                    "db0a47a812ff0c80218941f75fee1ed31edcfb5e8621dfb79f4b1505aaef10c4",
                    "3c715f39312768626bbb154c614d9ebdb5fe7539b3db7b5b35a3f8bff2686e7f");
}

BOOST_AUTO_TEST_CASE(fields_added_later_are_appended_to_the_first_ones) {
    operation existing = a_grant();
    std::get<grant>(existing).existing = true;
    require_written(
        existing, std::string(grant_bytes) + "4:true,",
        "0666b106899600f423891a9299b8e866e59480c4fb815725088748f608f0bd74",
        base::to_hex(hash_of(admin_command{.idempotency_key = {}, .actor = 0, .operations = {existing}})));
    operation by_pack = an_assignment();
    auto& assigned = std::get<assign_event>(by_pack);
    assigned.catalog = "partners";
    assigned.pack = "starter";
    assigned.quantity = 2;
    require_written(
        by_pack, std::string(assignment_bytes) + "8:partners,7:starter,1:2,",
        "b2ecb2ef25d673105fbb89323851784ba477bb4a86ab9290cc246a2557cad919",
        base::to_hex(hash_of(admin_command{.idempotency_key = {}, .actor = 0, .operations = {by_pack}})));
}

usage a_usage() {
    return {.request_id = "req_1",
            .user_id = "user_1",
            .action_type = "chat",
            .model_used = {},
            .tokens_used = 321,
            .input_tokens = {},
            .output_tokens = {},
            .cost_estimate = {},
            .charge = 7};
}
constexpr std::string_view usage_bytes = "5:usage,5:req_1,6:user_1,4:chat,0:,3:321,4:none,4:none,0:,1:7,";

void require_bytes(const usage& what, const std::string& added) {
    const std::string bytes = std::string(usage_bytes) + added;
    BOOST_TEST(encode(operation(what)) == bytes);
    const auto read = decode_operations(whole_command(bytes));
    BOOST_REQUIRE(read);
    BOOST_TEST((std::get<usage>(read->front()) == what));
}

BOOST_AUTO_TEST_CASE(added_fields_of_a_usage_are_written_up_to_the_last_one_with_a_value) {
    usage what = a_usage();
    require_bytes(what, "");
    what.cached_input_tokens = 0;
    require_bytes(what, "1:0,");
    what.member = "ada";
    require_bytes(what, "1:0,4:none,3:ada,");
    what.overrun = overrun::allow_negative;
    require_bytes(what, "1:0,4:none,3:ada,4:none,0:,1:2,");
    what = a_usage();
    what.occurred_at_us = 1'700'000'000'000'000;
    what.metadata = "{}";
    require_bytes(what, "4:none,4:none,0:,16:1700000000000000,2:{},");
}

BOOST_AUTO_TEST_CASE(added_fields_that_end_without_a_value_are_refused) {
    for (const char* added :
         {"4:none,", "1:0,4:none,", "4:none,4:none,0:,", "4:none,4:none,3:ada,4:none,0:,1:0,",
          "4:none,4:none,0:,4:none,0:,1:3,", "4:none,4:none,0:,4:none,0:,1:1,1:1,"}) {
        BOOST_TEST_INFO(added);
        BOOST_TEST(!decode_operations(whole_command(std::string(usage_bytes) + added)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
