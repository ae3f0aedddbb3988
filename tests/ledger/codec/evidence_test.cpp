// Packed evidence: it unpacks byte for byte, and nothing else unpacks.
#include "codec/evidence.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using tokenledger::ledger::evidence;
using tokenledger::ledger::pack_evidence;
using tokenledger::ledger::unpack_evidence;

BOOST_AUTO_TEST_SUITE(packed_evidence)

BOOST_AUTO_TEST_CASE(evidence_unpacks_byte_for_byte) {
    std::string every_byte;
    for (int i = 0; i < 256; ++i)
        every_byte += static_cast<char>(i);
    for (const std::string& body :
         {std::string(), std::string("\n\n{}"), every_byte, std::string(1U << 20U, ' ')}) {
        const auto back = unpack_evidence(pack_evidence("t=1,v1=abc", body));
        BOOST_REQUIRE(back.has_value());
        BOOST_TEST(back->signature_header == "t=1,v1=abc");
        BOOST_TEST((back->body == body));
    }
}

BOOST_AUTO_TEST_CASE(a_repetitive_body_is_packed_to_less_than_half_its_size) {
    std::string body;
    for (int i = 0; i < 40; ++i)
        body += "  \"key_" + std::to_string(i) + "\": null,\n";
    BOOST_TEST(pack_evidence("t=1,v1=abc", body).size() < body.size() / 2);
}

// As packed by an earlier version, and by: printf 't=1,v1=abc\n{"id":"evt_1"}' | zstd -1
BOOST_AUTO_TEST_CASE(evidence_that_was_packed_without_a_dictionary_can_be_unpacked) {
    using namespace std::string_view_literals;
    const std::string_view packed = "(\xb5/\xfd$\x19\xc9\x00\x00t=1,v1=abc\x0a{\x22id\x22:\x22"
                                    "evt_1\x22}>\x8d\x14#"sv;
    BOOST_TEST(tokenledger::ledger::dictionary_id_of(packed) == 0U);
    const auto back = unpack_evidence(packed);
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(back->signature_header == "t=1,v1=abc");
    BOOST_TEST(back->body == "{\"id\":\"evt_1\"}");
}

BOOST_AUTO_TEST_CASE(packed_evidence_names_the_dictionary_that_is_built_in) {
    const std::string packed = pack_evidence("t=1,v1=abc", "{}");
    BOOST_TEST(tokenledger::ledger::dictionary_id_of(packed) == tokenledger::ledger::current_dictionary_id());
    BOOST_TEST(tokenledger::ledger::current_dictionary_id() > 0U);
    BOOST_TEST(tokenledger::ledger::dictionary_id_of("no frame") == 0U);
}

BOOST_AUTO_TEST_CASE(text_that_is_common_to_stripe_events_takes_little_space) {
    BOOST_TEST(pack_evidence("t=1,v1=abc",
                             "  \"automatic_payment_methods\": {\n        \"allow_redirects\": \"always\","
                             "\n        \"enabled\": true\n      },\n")
                   .size() < 60U);
}

BOOST_AUTO_TEST_CASE(evidence_of_an_unknown_dictionary_is_not_unpacked) {
    std::string packed = pack_evidence("t=1,v1=abc", "{}");
    packed[5] = static_cast<char>(packed[5] ^ 1); // the dictionary's id begins there
    BOOST_TEST(tokenledger::ledger::dictionary_id_of(packed) != tokenledger::ledger::current_dictionary_id());
    BOOST_TEST(!unpack_evidence(packed).has_value());
}

BOOST_AUTO_TEST_CASE(several_threads_can_pack_and_unpack_at_once) {
    std::vector<std::thread> threads;
    std::atomic<int> same = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&same, i] {
            const std::string body(1000, static_cast<char>('a' + i));
            for (int n = 0; n < 100; ++n) {
                const auto back = unpack_evidence(pack_evidence("t=1", body));
                same += back && back->body == body ? 1 : 0;
            }
        });
    }
    for (std::thread& each : threads)
        each.join();
    BOOST_TEST(same == 800);
}

BOOST_AUTO_TEST_CASE(a_header_with_a_line_feed_is_refused) {
    BOOST_CHECK_THROW(static_cast<void>(pack_evidence("t=1\nv1=abc", "{}")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(damaged_bytes_do_not_unpack) {
    std::string packed = pack_evidence("t=1,v1=abc", std::string(1000, 'x') + "{\"id\":\"evt_1\"}");
    BOOST_TEST(!unpack_evidence("").has_value());
    BOOST_TEST(!unpack_evidence("plain text").has_value());
    BOOST_TEST(!unpack_evidence(packed.substr(0, packed.size() - 1)).has_value());
    packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 1);
    BOOST_TEST(!unpack_evidence(packed).has_value());
}

BOOST_AUTO_TEST_CASE(a_small_value_that_would_unpack_beyond_the_limit_is_refused) {
    const std::string packed = pack_evidence("t=1,v1=abc", std::string(1U << 20U, 'x'));
    BOOST_TEST(packed.size() < 1000U);
    BOOST_TEST(!unpack_evidence(packed, 1U << 19U).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
