// Bytes and hashes as the first version wrote them, for commands that say nothing of what was added later:
// rows and keys that hold them are there.
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

BOOST_AUTO_TEST_CASE(a_grant_is_written_and_hashed_as_ever) {
    require_written(a_grant(), grant_bytes,
                    "5ea339bc8a2d0e8ccc4cba6cb068b63f48a8591998d072e5b9d101d337fd4663",
                    "f811f8757504f6333c478f65aac94c63d6e8929333892653defa4930c215ac86");
}

BOOST_AUTO_TEST_CASE(an_assignment_of_tokens_is_written_and_hashed_as_ever) {
    require_written(an_assignment(), assignment_bytes,
                    "db0a47a812ff0c80218941f75fee1ed31edcfb5e8621dfb79f4b1505aaef10c4",
                    "3c715f39312768626bbb154c614d9ebdb5fe7539b3db7b5b35a3f8bff2686e7f");
}

BOOST_AUTO_TEST_CASE(what_was_added_later_stands_behind_what_was_there) {
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

BOOST_AUTO_TEST_SUITE_END()
