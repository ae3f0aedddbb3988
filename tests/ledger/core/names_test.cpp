// The lists of names are the enumerations, whatever is added to one.
#include "ledger/names.hpp"
#include "ledger/outcome.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using names = std::vector<std::string>;

// The names of 0, 1, 2 ... until there is no such enumerator.
template <class Enumeration>
names names_of(std::size_t first = 0) {
    names found;
    for (std::size_t i = first; to_string(static_cast<Enumeration>(i)) != "unknown"; ++i)
        found.emplace_back(to_string(static_cast<Enumeration>(i)));
    return found;
}

names listed(std::span<const std::string_view> list) {
    return {list.begin(), list.end()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_names)

BOOST_AUTO_TEST_CASE(a_list_of_names_has_every_enumerator_in_order) {
    BOOST_TEST(listed(transaction_type_names()) == names_of<transaction_type>(),
               boost::test_tools::per_element());
    BOOST_TEST(listed(source_names()) == names_of<source>(), boost::test_tools::per_element());
    BOOST_TEST(listed(reason_names()) == names_of<reason>(1), boost::test_tools::per_element());
    names results = names_of<result>();
    std::replace(results.begin(), results.end(), std::string("refused"), std::string("expired"));
    BOOST_TEST(listed(event_result_names()) == results, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
