// The shared bodies of real and published events: all are read, and none is a payment of ours.
#include "settlement_fixtures.hpp"
#include "translate_fixtures.hpp"
#include "json/tree.hpp"

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace tokenledger;
using namespace tokenledger::webhook;
namespace ledger = tokenledger::ledger;

std::string text(const json_value& value) {
    return std::string{value.string().value_or("")};
}

void check_envelope(const event& read, const json_value& expected) {
    BOOST_TEST(read.type_name == text(expected.member("type")));
    BOOST_TEST(read.api_version == text(expected.member("api_version")));
    BOOST_TEST(read.account == text(expected.member("account")));
    BOOST_TEST(!read.ambiguous_envelope);
    BOOST_TEST(!read.surrogate_id);
    BOOST_TEST(read.thin == (text(expected.member("object")) == "v2.core.event"));
}

// The results that an event may have whose payment is not ours.
bool may_be(const event& read, const std::string& words) {
    if (read.thin || words.starts_with("thin"))
        return read.thin && words.starts_with("thin");
    if (words == "canceled")
        return read.type == event_type::payment_intent_canceled;
    if (words == "foreign")
        return read.type == event_type::payment_intent_succeeded;
    const settlement_news news = read_settlement(read, fixtures::prices());
    const bool names_a_payment = news.usable && !news.payment_intent_id.empty();
    return words == "settle" ? names_a_payment : words.starts_with("ignore");
}

// All commands in one batch of one ledger: nobody has a token afterwards.
void check_ledger_of(const std::vector<ledger::command>& commands) {
    const auto database = std::make_shared<ledger::memory_database>();
    const auto outcomes = ledger::run_batch(*ledger::make_memory_store(database), commands);
    std::map<ledger::result, std::size_t> results;
    for (const ledger::outcome& each : outcomes) {
        BOOST_TEST((each.reason == ledger::reason::none || each.result == ledger::result::ignored));
        ++results[each.result];
    }
    BOOST_TEST(results[ledger::result::applied] == 0U);
    BOOST_TEST(results[ledger::result::parked] == 0U);
    BOOST_TEST(results[ledger::result::ignored] > 0U);
    BOOST_TEST(results[ledger::result::waiting] > 0U); // a refund of an unknown payment
    BOOST_TEST(database->transactions.empty());
    BOOST_TEST(database->accounts.empty());
}

} // namespace

BOOST_AUTO_TEST_CASE(every_shared_event_body_is_read_and_none_moves_a_token) {
    const auto folder = fixtures::shared_stripe();
    if (!folder)
        return;
    const json_tree index{fixtures::read_file(*folder / "events" / "index.json")};
    const endpoint_policy test_endpoint{.path = "/test", .livemode = false, .accounts = {}};
    std::size_t read = 0;
    std::size_t handled_thin = 0;
    std::size_t settling = 0;
    std::vector<ledger::command> commands;
    for (json_value entry = index.root().first(); entry; entry = entry.next(), ++read) {
        const std::string file = text(entry.member("file"));
        const std::string body = fixtures::read_file(*folder / "events" / file);
        const parsed_event parsed = parse_event(body);
        BOOST_TEST_INFO(file);
        BOOST_REQUIRE_MESSAGE(parsed.event.has_value(), file << ": " << parsed.why);
        check_envelope(*parsed.event, entry);
        for (const endpoint_policy& endpoint : {fixtures::live_endpoint(), test_endpoint}) {
            translation made = fixtures::translate_body(body, endpoint);
            const std::string words = fixtures::in_words(made);
            BOOST_TEST_INFO(file << ": " << words);
            BOOST_TEST(may_be(*parsed.event, words));
            handled_thin += words == "thin, handled" ? 1U : 0U;
            settling += words == "settle" ? 1U : 0U;
            if (parsed.event->livemode == endpoint.livemode && !parsed.event->thin)
                commands.emplace_back(std::get<ledger::stripe_command>(std::move(made)));
        }
    }
    check_ledger_of(commands);
    BOOST_TEST(read >= 99U);
    BOOST_TEST(handled_thin >= 2U); // one body, two endpoints
    BOOST_TEST(settling > 10U);
    BOOST_TEST_MESSAGE("read " << read << " event bodies");
}
