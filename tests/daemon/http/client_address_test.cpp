// The client address in the log, with and without a proxy.
#include "http/client_address.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using tokenledger::daemon::client_address;

namespace {

const std::set<std::string, std::less<>> proxies{"127.0.0.1", "10.0.0.2", "unix"};

std::string seen_as(std::string_view peer, const std::vector<std::string_view>& forwarded) {
    return client_address(peer, forwarded, proxies);
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_addresses)

BOOST_AUTO_TEST_CASE(x_forwarded_for_of_an_untrusted_peer_is_ignored) {
    BOOST_TEST(seen_as("203.0.113.9", {"192.0.2.1"}) == "203.0.113.9");
    BOOST_TEST(client_address("127.0.0.1", std::vector<std::string_view>{"192.0.2.1"}, {}) == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(x_forwarded_for_of_a_trusted_proxy_names_the_client) {
    BOOST_TEST(seen_as("127.0.0.1", {"192.0.2.1"}) == "192.0.2.1");
    BOOST_TEST(seen_as("127.0.0.1", {"2001:db8::1"}) == "2001:db8::1");
    BOOST_TEST(seen_as("", {" 192.0.2.1\t"}) == "192.0.2.1");
    BOOST_TEST(seen_as("127.0.0.1", {}) == "127.0.0.1");
    BOOST_TEST(seen_as("", {}) == "unix");
}

BOOST_AUTO_TEST_CASE(the_list_is_read_from_its_end_up_to_the_first_untrusted_address) {
    BOOST_TEST(seen_as("127.0.0.1", {"6.6.6.6, 192.0.2.1, 10.0.0.2"}) == "192.0.2.1");
    BOOST_TEST(seen_as("127.0.0.1", {"6.6.6.6", "192.0.2.1, 10.0.0.2"}) == "192.0.2.1");
    BOOST_TEST(seen_as("127.0.0.1", {"10.0.0.2, 127.0.0.1"}) == "10.0.0.2");
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_not_an_address_ends_the_list) {
    for (const std::string_view junk : {"", "unknown", "192.0.2.1:443", "_hidden", "a,", "192.0.2.1,"})
        BOOST_TEST(seen_as("127.0.0.1", {junk}) == "127.0.0.1");
    BOOST_TEST(seen_as("127.0.0.1", {"junk, 10.0.0.2"}) == "10.0.0.2");
}

BOOST_AUTO_TEST_SUITE_END()
