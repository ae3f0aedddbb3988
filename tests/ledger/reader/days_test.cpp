// Reports by day in a given time zone.
#include "reader_fixture.hpp"

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// 25 hours apart: no instant has the same day in both.
constexpr const char* first_to_wake = "Pacific/Kiritimati";
constexpr const char* last_to_wake = "Pacific/Pago_Pago";

} // namespace

BOOST_FIXTURE_TEST_SUITE(queries_days, full_ledger)

BOOST_AUTO_TEST_CASE(a_report_by_day_has_the_days_of_the_given_time_zone) {
    const auto last_day_in = [&](const std::string& zone, const std::string& table) {
        return value("SELECT to_char(max(created_at) AT TIME ZONE '" + zone +
                     "', 'YYYY-MM-DD') FROM tokenledger." + table);
    };
    for (const std::string zone : {first_to_wake, last_to_wake, "UTC"}) {
        BOOST_TEST_CONTEXT(zone) {
            BOOST_TEST(reader->transaction_report({}, {ledger::report_span::day, zone}).back().day ==
                       last_day_in(zone, "token_transactions"));
            BOOST_TEST(reader->usage_report({}, {ledger::report_span::day, zone}).back().day ==
                       last_day_in(zone, "token_usage"));
        }
    }
    BOOST_TEST(reader->usage_report({}, {ledger::report_span::day, first_to_wake}).back().day !=
               reader->usage_report({}, {ledger::report_span::day, last_to_wake}).back().day);
}

BOOST_AUTO_TEST_CASE(an_unknown_time_zone_is_refused) {
    // PostgreSQL's AT TIME ZONE accepts the second as a rule, but it is not the name of a zone.
    for (const std::string zone : {"Europe/Berlinn", "nowhere+3", "", "europe/berlin' --"}) {
        BOOST_TEST_CONTEXT(zone) {
            BOOST_TEST(
                (fault_of([&] {
                     static_cast<void>(reader->transaction_report({}, {ledger::report_span::day, zone}));
                 }) == ledger::query_fault::bad_time_zone));
            BOOST_TEST((fault_of([&] {
                            static_cast<void>(reader->usage_report({}, {ledger::report_span::day, zone}));
                        }) == ledger::query_fault::bad_time_zone));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
