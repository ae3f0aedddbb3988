// Reading disputes, whole generated histories, and the shared bodies.
#include "payment_json.hpp"
#include "settlement_fixtures.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <random>
#include <string>

namespace {

using namespace tokenledger::webhook;
using namespace tokenledger::webhook::fixtures;
using tokenledger::ledger::dispute_fact;
using tokenledger::ledger::dispute_status;
namespace history = tokenledger::test;

using tokenledger::ledger::movement_of;
using transactions = std::map<std::string, tokenledger::ledger::dispute_movement>;

BOOST_AUTO_TEST_SUITE(settlement_events_of_disputes)

BOOST_AUTO_TEST_CASE(a_dispute_gives_amount_and_currency_and_does_not_say_whether_it_is_ours) {
    const settlement_news news = dispute_news(dispute().set("currency", R"("eur")"));
    BOOST_TEST((only_dispute(news) == dispute_fact{.amount_cents = 900, .currency = "eur"}));
    BOOST_TEST(news.payment_intent_id == "pi_1");
    BOOST_TEST(news.currency == "eur");
    BOOST_TEST(!news.ours.has_value());
    BOOST_TEST(!news.facts.not_ours);
}

BOOST_AUTO_TEST_CASE(only_the_events_about_funds_set_the_fact_about_funds) {
    const auto read = [](const char* what) {
        return only_dispute(news_of("charge.dispute." + std::string{what}, dispute()));
    };
    for (const char* const what : {"created", "updated", "closed"}) {
        BOOST_TEST(!read(what).funds_withdrawn);
        BOOST_TEST(!read(what).funds_reinstated);
    }
    BOOST_TEST(read("funds_withdrawn").funds_withdrawn);
    BOOST_TEST(!read("funds_withdrawn").funds_reinstated);
    BOOST_TEST(read("funds_reinstated").funds_reinstated);
    BOOST_TEST(!read("funds_reinstated").funds_withdrawn);
}

BOOST_AUTO_TEST_CASE(every_status_is_read_as_lost_won_closed_or_undecided) {
    const auto read = [](const std::string& status) {
        return only_dispute(dispute_news(dispute().set("status", status))).status;
    };
    BOOST_TEST((read(R"("lost")") == dispute_status::lost));
    BOOST_TEST((read(R"("won")") == dispute_status::won));
    for (const char* const over : {R"("warning_closed")", R"("prevented")", R"("charge_refunded")"})
        BOOST_TEST((read(over) == dispute_status::closed));
    for (const char* const open : {R"("warning_needs_response")", R"("warning_under_review")",
                                   R"("needs_response")", R"("under_review")", R"("appeal_needs_response")",
                                   R"("appeal_under_review")", R"("new_to_us")", "null"})
        BOOST_TEST((read(open) == dispute_status::undecided));
    BOOST_TEST(!dispute_news(dispute().set("status", "[]")).usable);
}

BOOST_AUTO_TEST_CASE(balance_transactions_are_read_with_amount_and_direction) {
    const auto read = [](const char* list) {
        return only_dispute(dispute_news(dispute().set("balance_transactions", list))).balance_transactions;
    };
    BOOST_TEST((read(R"([{"id":"txn_1","amount":-900,"net":-2400}])") ==
                transactions{{"txn_1", movement_of(-900, "")}}));
    BOOST_TEST((read(R"([{"id":"txn_1","amount":-900},{"id":"txn_2","amount":900}])") ==
                transactions{{"txn_1", movement_of(-900, "")}, {"txn_2", movement_of(900, "")}}));
    BOOST_TEST((read(R"([{"id":"txn_1","amount":-900,"currency":"gbp","fee":1500,"net":-2400}])") ==
                transactions{{"txn_1", movement_of(-900, "gbp")}}));
    BOOST_TEST((read(R"([{"id":"txn_1","amount":-9223372036854775808}])") ==
                transactions{{"txn_1", movement_of(std::numeric_limits<std::int64_t>::min(), "")}}));
    BOOST_TEST((read(R"(["txn_1",{"id":"txn_2","amount":-900}])") ==
                transactions{{"txn_2", movement_of(-900, "")}}));
    BOOST_TEST((read(R"([{"id":"txn_1","amount":0}])") == transactions{}));
    BOOST_TEST((read(R"([{"id":"txn_1","amount":-900},{"id":"txn_1","amount":900}])") == // in either order
                transactions{{"txn_1", movement_of(-900, "")}}));
    BOOST_TEST((read("null") == transactions{}));
    for (const char* const bad :
         {"{}", "7", R"("txn_1")", "[7]", "[[]]", R"([{"id":"txn_1"}])", R"([{"amount":-9}])",
          R"([{"id":"txn_1","amount":-9.0}])", R"([{"id":"txn_1","amount":-9,"amount":9}])",
          R"([{"id":"txn_1","id":"txn_2","amount":9}])", R"([{"id":7,"amount":9}])",
          R"([{"id":"txn_1","amount":-9,"currency":7}])",
          R"([{"id":"txn_1","amount":-9,"currency":"POUND"}])"}) {
        BOOST_TEST_INFO(bad);
        BOOST_TEST(!dispute_news(dispute().set("balance_transactions", bad)).usable);
    }
}

BOOST_AUTO_TEST_CASE(the_single_balance_transaction_of_older_api_versions_is_read) {
    const auto read = [](const char* one, const char* list) {
        object made = dispute().set("balance_transaction", one).set("balance_transactions", list);
        return only_dispute(dispute_news(made)).balance_transactions;
    };
    const transactions one{{"txn_1", movement_of(-900, "")}};
    BOOST_TEST((read(R"({"id":"txn_1","amount":-900})", "null") == one));
    BOOST_TEST((read(R"("txn_1")", R"([{"id":"txn_1","amount":-900}])") == one));
    BOOST_TEST((read(R"({"id":"txn_1","amount":-900})", R"([{"id":"txn_1","amount":-900}])") == one));
    BOOST_TEST((read(R"("txn_1")", "[]") == transactions{}));
    BOOST_TEST((read("null", "[]") == transactions{}));
    BOOST_TEST(!dispute_news(dispute().set("balance_transaction", "7")).usable);
}

BOOST_AUTO_TEST_CASE(a_dispute_without_an_id_is_unusable) {
    BOOST_TEST(!dispute_news(dispute().remove("id")).usable);
    BOOST_TEST(!dispute_news(dispute().set("id", R"("")")).usable);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settlement_events_of_whole_histories)

void require_agreement(std::uint64_t seed, std::size_t& read) {
    std::mt19937_64 random(seed);
    const history::history_options options = history::any_options(random);
    const history::payment_history made = random() % 8 == 0 ? history::make_canceled_history(random, options)
                                                            : history::make_history(random, options);
    for (const history::history_event& event : made.events) {
        history::json_shape shape = history::any_shape(random);
        const bool ours = random() % 2 == 0;
        shape.metadata = ours ? R"({"token_pack":"starter"})" : "{}";
        const std::string body = history::payment_json(made, shape).body(event, "evt_1");
        const parsed_event parsed = parse_event(body);
        BOOST_REQUIRE_MESSAGE(parsed.event.has_value(), parsed.why);
        if (meaning_of(parsed.event->type) != event_meaning::refund_or_dispute) {
            BOOST_REQUIRE(event.type.starts_with("payment_intent."));
            continue;
        }
        const settlement_news news = read_settlement(*parsed.event, prices());
        tokenledger::ledger::payment_facts expected = event.facts;
        expected.not_ours = news.ours == false;
        BOOST_REQUIRE_MESSAGE((news.usable && news.facts == expected), "seed " << seed << ": " << body);
        BOOST_REQUIRE_EQUAL(news.payment_intent_id, options.payment_intent_id);
        if (news.ours)
            BOOST_REQUIRE_EQUAL(*news.ours, ours);
        ++read;
    }
}

BOOST_AUTO_TEST_CASE(every_event_of_a_generated_history_is_read_as_its_facts) {
    std::size_t read = 0;
    const std::uint64_t fresh = std::random_device{}();
    BOOST_TEST_MESSAGE("first fresh seed: " << fresh);
    for (const std::uint64_t first : {std::uint64_t{1}, fresh}) {
        for (std::uint64_t seed = first; seed < first + 1000; ++seed)
            require_agreement(seed, read);
    }
    BOOST_TEST_MESSAGE("read " << read << " generated events");
    BOOST_TEST(read > 2000U);
}

BOOST_AUTO_TEST_CASE(every_shared_body_that_names_a_payment_is_usable) {
    const auto folder = shared_stripe();
    if (!folder)
        return;
    std::map<std::string, int> found;
    int with_payment = 0;
    for (const auto& file : std::filesystem::directory_iterator(*folder / "events")) {
        const parsed_event parsed = parse_event(read_file(file.path()));
        if (!parsed.event || meaning_of(parsed.event->type) != event_meaning::refund_or_dispute ||
            parsed.event->thin)
            continue;
        ++found[parsed.event->type_name];
        const settlement_news news = read_settlement(*parsed.event, prices());
        BOOST_TEST_INFO(file.path().filename());
        BOOST_TEST(news.usable);
        BOOST_TEST((news.payment_intent_id.empty() || !news.facts.empty()));
        BOOST_TEST((news.ours != true));
        with_payment += news.payment_intent_id.empty() ? 0 : 1;
    }
    int all = 0;
    for (const auto& [type, count] : found)
        all += count;
    BOOST_TEST_MESSAGE("read " << all << " bodies of " << found.size() << " types, " << with_payment
                               << " of them name a payment");
    BOOST_TEST(all >= 18);
    BOOST_TEST(with_payment >= 12);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
