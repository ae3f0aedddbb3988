// Evidence: what was delivered comes back byte for byte, and nothing else unpacks.
#include "ledger/evidence.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

using tokenledger::ledger::evidence;
using tokenledger::ledger::pack_evidence;
using tokenledger::ledger::unpack_evidence;

BOOST_AUTO_TEST_SUITE(packed_evidence)

BOOST_AUTO_TEST_CASE(evidence_comes_back_byte_for_byte) {
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

BOOST_AUTO_TEST_CASE(a_body_like_stripes_takes_less_room_than_it_came_in) {
    std::string body;
    for (int i = 0; i < 40; ++i)
        body += "  \"key_" + std::to_string(i) + "\": null,\n";
    BOOST_TEST(pack_evidence("t=1,v1=abc", body).size() < body.size() / 2);
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

BOOST_AUTO_TEST_CASE(a_small_value_that_would_unpack_to_a_huge_one_is_refused) {
    const std::string packed = pack_evidence("t=1,v1=abc", std::string(1U << 20U, 'x'));
    BOOST_TEST(packed.size() < 1000U);
    BOOST_TEST(!unpack_evidence(packed, 1U << 19U).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
