// The documentation names exactly the event types and reasons that the program knows.
#include "files.hpp"

#include "ledger/names.hpp"
#include "webhook/event_types.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>

namespace {

using namespace tokenledger;
using type_names = std::set<std::string>;

// From the line `begin`, which must be there, to the next line that starts with `end`.
std::string section(const std::string& page, const std::string& begin, const std::string& end) {
    const std::size_t from = page.find("\n" + begin);
    BOOST_TEST_REQUIRE(from != std::string::npos, "the page has no line " << begin);
    const std::size_t to = page.find("\n" + end, from + begin.size() + 1);
    return page.substr(from, to == std::string::npos ? to : to - from);
}

// The event types in backquotes. ".updated" after "charge.dispute.created" is charge.dispute.updated.
type_names types_in(const std::string& text) {
    type_names found;
    std::string prefix;
    for (std::size_t at = text.find('`'); at != std::string::npos; at = text.find('`', at + 1)) {
        const std::size_t end = text.find('`', at + 1);
        BOOST_TEST_REQUIRE(end != std::string::npos);
        std::string name = text.substr(at + 1, end - at - 1);
        at = end;
        if (name.starts_with("."))
            name.insert(0, prefix);
        if (webhook::event_type_of(name) == webhook::event_type::other)
            continue;
        prefix = name.substr(0, name.rfind('.'));
        found.insert(name);
    }
    return found;
}

// The types with an effect: the events to subscribe to.
type_names meaningful_types() {
    type_names found;
    for (const webhook::event_type_row& row : webhook::event_types) {
        if (row.meaning != webhook::event_meaning::nothing)
            found.emplace(row.name);
    }
    return found;
}

// The words in backquotes at the beginning of a table's rows.
type_names first_cells(const std::string& table) {
    const std::string mark = "\n| `";
    type_names found;
    for (std::size_t at = table.find(mark); at != std::string::npos; at = table.find(mark, at + 1)) {
        const std::size_t from = at + mark.size();
        found.insert(table.substr(from, table.find('`', from) - from));
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pages)

BOOST_AUTO_TEST_CASE(the_documented_events_to_subscribe_to_are_those_with_an_effect) {
    const std::string webhook = test::source_file("docs/webhook.md");
    BOOST_TEST(types_in(section(webhook, "## Events to subscribe to", "## ")) == meaningful_types(),
               boost::test_tools::per_element());
    const std::string operations = test::source_file("docs/operations.md");
    BOOST_TEST(types_in(section(operations, "**The endpoint at Stripe.**", "Other events")) ==
                   meaningful_types(),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_documented_table_of_reasons_has_every_reason) {
    const auto names = ledger::reason_names();
    BOOST_TEST(first_cells(section(test::source_file("docs/webhook.md"), "### Why an event is parked",
                                   "#")) == type_names(names.begin(), names.end()),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
