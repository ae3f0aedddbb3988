// The output for operators: advice, actions, revenue by day and pack, and tables that never cut an id.
#include "printed.hpp"
#include "screen/advice.hpp"
#include "screen/gauges.hpp"
#include "screen/revenue.hpp"
#include "screen/table.hpp"
#include "screen/text.hpp"

#include "ledger/outcome.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace tokenledger;
using namespace tokenledger::ctl;
using tokenledger::test::lines_of;
using tokenledger::test::says;

std::string name(std::int64_t uid) {
    return "alice (" + std::to_string(uid) + ")";
}

std::string next_of(const std::string& members) {
    const json_tree tree(R"({"event_id":"evt_1",)" + members + "}");
    BOOST_REQUIRE(tree.error() == json_error::none);
    return what_is_next(tree.root());
}

std::string parked_for(ledger::reason why) {
    return next_of(R"("result":"parked","stripe_payment_intent_id":"pi_1","reason":")" +
                   std::string(ledger::to_string(why)) + "\"");
}

const std::string event_id = "evt_3NxyzABCDEFGHIJKLMNOPQRS";
const std::string payment_id = "pi_3NxyzABCDEFGHIJKLMNOPQRS";
const std::vector<column> event_columns{{.title = "received (UTC)"},
                                        {.title = "event", .shrinks = true},
                                        {.title = "type", .shrinks = true},
                                        {.title = "result"},
                                        {.title = "reason", .shrinks = true, .optional = true},
                                        {.title = "payment", .shrinks = true, .optional = true}};
const std::vector<row> event_rows{{{.text = "2026-01-31 12:00:00"},
                                   {.text = event_id, .whole = true},
                                   {.text = "payment_intent.succeeded"},
                                   {.text = "parked"},
                                   {.text = "unknown_pack"},
                                   {.text = payment_id, .whole = true}}};

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_operators)

BOOST_AUTO_TEST_CASE(every_reason_has_its_own_advice_that_names_the_event) {
    using enum ledger::reason;
    std::vector<std::string> told;
    for (const auto why :
         {unknown_pack, amount_mismatch, zero_amount, currency_mismatch, bad_metadata, bad_payload,
          owner_mismatch, partial_capture_refund, livemode_mismatch, account_mismatch, store_refused}) {
        const std::string text = parked_for(why);
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(text.starts_with("Event evt_1 is parked for " + std::string(ledger::to_string(why))));
            BOOST_TEST(says(text, "tokenledgerctl events "));
            BOOST_TEST(says(text, " evt_1"));
            BOOST_TEST((std::find(told.begin(), told.end(), text) == told.end()));
        }
        told.push_back(text.substr(text.find(": ")));
    }
    BOOST_TEST(says(parked_for(unknown_pack), "events assign evt_1 --user USER --pack PACK"));
    BOOST_TEST(says(parked_for(unknown_pack), "events retry evt_1"));
    BOOST_TEST(!says(parked_for(bad_metadata), "retry"));              // the bytes do not change
    BOOST_TEST(!says(parked_for(livemode_mismatch), "events assign")); // the ledger refuses it
    BOOST_TEST(says(parked_for(owner_mismatch), "tokenledgerctl payment pi_1"));
    BOOST_TEST(says(next_of(R"("result":"parked")"), "events retry evt_1")); // no reason that ctl knows
    BOOST_TEST(says(next_of(R"("result":"waiting","stripe_payment_intent_id":"pi_1")"), "--payment pi_1"));
    BOOST_TEST(says(next_of(R"("result":"expired")"), "events dismiss evt_1"));
    for (const char* done : {"applied", "duplicate", "ignored", "dismissed"})
        BOOST_TEST(next_of(R"("result":")" + std::string(done) + "\"") == "");
}

BOOST_AUTO_TEST_CASE(actions_on_an_event_are_printed_with_who_when_and_why) {
    const json_tree tree(
        R"({"event_id":"evt_1","actions":[)"
        R"({"action":"retry","actor":0,"was":"parked","was_because":"unknown_pack","became":"parked",)"
        R"("became_because":"partial_capture_refund","created_at":"2026-01-30T12:00:00.000000Z"},)"
        R"({"action":"dismiss","actor":1000,"reason":"a test \u001b[2J","was":"parked",)"
        R"("was_because":"unknown_pack","became":"dismissed","created_at":"2026-01-31T12:00:00.000000Z"}]})");
    const auto told = what_was_done(tree.root(), name);
    BOOST_REQUIRE_EQUAL(told.size(), 2U);
    BOOST_TEST(told[0] ==
               "Tried again by alice (0) on 2026-01-30 12:00:00 UTC. It was parked for unknown_pack, "
               "and became parked for partial_capture_refund.");
    BOOST_TEST(told[1] ==
               "Dismissed by alice (1000) on 2026-01-31 12:00:00 UTC: a test \\x1b[2J. It was parked "
               "for unknown_pack.");
    BOOST_TEST(what_was_done(json_tree("{}").root(), name).empty());
}

BOOST_AUTO_TEST_CASE(revenue_is_added_up_by_day_and_pack_and_never_across_currencies) {
    const json_tree tree(
        R"([{"day":"2026-01-30","type":"purchase","pack":"starter","currency":"usd","count":2,"amount_paid_cents":"1998"},)"
        R"({"day":"2026-01-30","type":"refund","pack":"starter","currency":"usd","count":1,"amount_paid_cents":"-999"},)"
        R"({"day":"2026-01-31","type":"purchase","source":"stripe","currency":"usd","count":1,"amount_paid_cents":"5"},)"
        R"({"day":"2026-01-31","type":"purchase","pack":"starter","currency":"jpy","count":1,"amount_paid_cents":"500"},)"
        R"({"day":"2026-01-31","type":"grant","count":1,"tokens":"5"}])");
    BOOST_REQUIRE(tree.error() == json_error::none);
    const auto lines = lines_of(revenue(tree.root(), {}));
    BOOST_REQUIRE_EQUAL(lines.size(), 6U);
    BOOST_TEST(lines[0] == "day         pack     payments       paid  went back       left");
    BOOST_TEST(lines[1] == "2026-01-31  starter         1    500 JPY               500 JPY");
    BOOST_TEST(lines[2] == "2026-01-30  starter         2  19.98 USD  -9.99 USD   9.99 USD");
    BOOST_TEST(lines[3] == "2026-01-31  (none)          1   0.05 USD              0.05 USD");
    BOOST_TEST(lines[4] == "all                         1    500 JPY               500 JPY");
    BOOST_TEST(lines[5] == "all                         3  20.03 USD  -9.99 USD  10.04 USD");
    BOOST_TEST(revenue(json_tree("[]").root(), {}) == "");
}

BOOST_AUTO_TEST_CASE(an_id_is_never_cut_however_narrow_the_screen) {
    for (std::size_t width = 1; width < 160; ++width) {
        const std::string shown = table(event_columns, event_rows, {.width = width});
        BOOST_TEST_CONTEXT(width << "\n" << shown) {
            BOOST_TEST(says(shown, event_id));
            BOOST_TEST(says(shown, payment_id));
            for (const std::string& line : lines_of(shown))
                BOOST_TEST(columns_of(line) <= std::max(width, 2 + event_id.size()));
        }
    }
}

BOOST_AUTO_TEST_CASE(columns_shrink_before_a_row_breaks_and_a_broken_row_shows_everything) {
    const auto all = lines_of(table(event_columns, event_rows, {.width = 118}));
    BOOST_REQUIRE_EQUAL(all.size(), 2U);
    BOOST_TEST(says(all[1], "…"));
    const auto broken = lines_of(table(event_columns, event_rows, {.width = 80}));
    BOOST_REQUIRE_EQUAL(broken.size(), 4U);
    BOOST_TEST(broken[0] == "received (UTC)       event                         type");
    BOOST_TEST(broken[1] == "  result  reason        payment");
    BOOST_TEST(broken[2] == "2026-01-31 12:00:00  " + event_id + "  payment_intent.succeeded");
    BOOST_TEST(broken[3] == "  parked  unknown_pack  " + payment_id);
}

BOOST_AUTO_TEST_CASE(a_spare_column_is_left_out_first) {
    const std::vector<column> columns{{.title = "user", .shrinks = true, .spare = true},
                                      {.title = "tokens", .right = true},
                                      {.title = "about"}};
    const std::vector<row> rows{
        {{.text = "user_0123456789", .whole = true}, {.text = "5"}, {.text = payment_id, .whole = true}}};
    BOOST_TEST(says(table(columns, rows, {.width = 80}), "user_0123456789"));
    const std::string narrow = table(columns, rows, {.width = 40});
    BOOST_TEST(!says(narrow, "user"));
    BOOST_TEST(says(narrow, payment_id));
    BOOST_TEST(lines_of(narrow).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_line_with_only_empty_cells_is_left_out) {
    const std::vector<row> rows{{{.text = "a long word"}, {.text = "x"}}, {{.text = "short"}, {}}};
    const auto lines = lines_of(table({{.title = "word"}, {.title = "y"}}, rows, {.width = 11}));
    BOOST_TEST((lines == std::vector<std::string>{"word", "  y", "a long word", "  x", "short"}));
}

BOOST_AUTO_TEST_CASE(set_gauge_sets_the_value_and_whether_it_is_bad) {
    auto found = chosen_gauges("tokenledger_events_parked 0\n");
    set_gauge(found, "tokenledger_events_parked", "3");
    set_gauge(found, "tokenledger_events_waiting", "");
    BOOST_REQUIRE_EQUAL(found.size(), 2U);
    BOOST_TEST((found[0].value == "3" && found[0].is_bad));
    BOOST_TEST((found[1].value.empty() && !found[1].is_bad));
    set_gauge(found, "tokenledger_events_parked", "0");
    BOOST_TEST(!found[0].is_bad);
}

BOOST_AUTO_TEST_SUITE_END()
