// The shared bodies of real and published events: none of them is a payment of ours, and none is refused.
#include "translate_fixtures.hpp"
#include "webhook/json.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

namespace {

using namespace tokenledger::webhook;

std::string text(const json_value& value) {
    return std::string{value.string().value_or("")};
}

} // namespace

BOOST_AUTO_TEST_CASE(every_shared_event_body_is_read_and_none_moves_a_token) {
    const auto folder = fixtures::shared_stripe();
    if (!folder) {
        return;
    }
    const json_tree index{fixtures::read_file(*folder / "events" / "index.json")};
    const endpoint_policy test_endpoint{.path = "/test", .livemode = false, .accounts = {}};
    std::size_t read = 0;
    std::size_t handled_thin = 0;
    for (json_value entry = index.root().first(); entry; entry = entry.next(), ++read) {
        const std::string file = text(entry.member("file"));
        const std::string body = fixtures::read_file(*folder / "events" / file);
        const parsed_event parsed = parse_event(body);
        BOOST_TEST_INFO(file);
        BOOST_REQUIRE_MESSAGE(parsed.event.has_value(), file << ": " << parsed.why);
        BOOST_TEST(parsed.event->type_name == text(entry.member("type")));
        BOOST_TEST(parsed.event->api_version == text(entry.member("api_version")));
        BOOST_TEST(parsed.event->account == text(entry.member("account")));
        BOOST_TEST(!parsed.event->ambiguous_envelope);
        BOOST_TEST(!parsed.event->surrogate_id);
        BOOST_TEST(parsed.event->thin == (text(entry.member("object")) == "v2.core.event"));
        for (const endpoint_policy& endpoint : {fixtures::live_endpoint(), test_endpoint}) {
            const std::string words = fixtures::in_words(fixtures::translate_body(body, endpoint));
            BOOST_TEST_INFO(file << ": " << words);
            BOOST_TEST((words.starts_with("ignore") || words.starts_with("thin")));
            BOOST_TEST((words.starts_with("thin") == parsed.event->thin));
            handled_thin += words == "thin, handled" ? 1U : 0U;
        }
    }
    BOOST_TEST(read >= 99U);
    BOOST_TEST(handled_thin >= 2U); // one body, two endpoints
    BOOST_TEST_MESSAGE("read " << read << " event bodies");
}
