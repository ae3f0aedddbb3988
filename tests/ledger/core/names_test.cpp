// The names of results, reasons, sources and so on: each value has one, and it converts back.
#include "core/snapshot.hpp"
#include "ledger/command.hpp"
#include "ledger/names.hpp"
#include "ledger/outcome.hpp"
#include "ledger/reader.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using names = std::vector<std::string>;

names listed(std::span<const std::string_view> list) {
    return {list.begin(), list.end()};
}

template <class Enum>
void check_each_name_once(std::size_t values) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < values; ++i) {
        const auto value = static_cast<Enum>(i);
        BOOST_TEST_INFO(to_string(value));
        BOOST_TEST((value_of<Enum>(to_string(value)) == value));
        BOOST_TEST(seen.insert(to_string(value)).second);
    }
    BOOST_TEST(to_string(static_cast<Enum>(values)) == nameless);
    BOOST_TEST(!value_of<Enum>("unheard_of").has_value());
    BOOST_TEST(!value_of<Enum>(nameless).has_value());
}

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_names)

BOOST_AUTO_TEST_CASE(every_value_has_one_name_that_converts_back) {
    check_each_name_once<result>(7);
    check_each_name_once<reason>(12);
    check_each_name_once<refusal>(25);
    check_each_name_once<transaction_type>(5);
    check_each_name_once<source>(7);
    check_each_name_once<grant_source>(3);
    check_each_name_once<dispute_status>(4);
    check_each_name_once<refund_status>(2);
    check_each_name_once<key_scope>(8);
    check_each_name_once<overrun>(3);
    check_each_name_once<limit_window>(3);
    check_each_name_once<hold_state>(4);
    check_each_name_once<usage_group>(2);
    check_each_name_once<usage_time>(2);
}

BOOST_AUTO_TEST_CASE(the_lists_of_names_hold_the_values_that_filters_and_options_accept) {
    BOOST_TEST(listed(transaction_type_names()) ==
                   (names{"grant", "purchase", "deduction", "refund", "transfer"}),
               boost::test_tools::per_element());
    BOOST_TEST(listed(grant_source_names()) == (names{"admin", "subscription", "trial"}),
               boost::test_tools::per_element());
    BOOST_TEST(listed(source_names()) ==
                   (names{"admin", "subscription", "trial", "token_pack", "stripe", "usage", "expiry"}),
               boost::test_tools::per_element());
    // Only requests are refused; an event that waited too long is shown as expired.
    BOOST_TEST(listed(event_result_names()) ==
                   (names{"applied", "duplicate", "ignored", "parked", "waiting", "dismissed", "expired"}),
               boost::test_tools::per_element());
    BOOST_TEST(reason_names().size() == 11U);
    BOOST_TEST(reason_names().front() == to_string(reason::unknown_pack));
}

BOOST_AUTO_TEST_SUITE_END()
