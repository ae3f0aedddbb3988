// Output for people: escaped text, tables that fit, bars in proportion.
#include "printed.hpp"
#include "screen/sums.hpp"
#include "screen/table.hpp"
#include "screen/text.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace tokenledger::ctl;
using tokenledger::test::lines_of;

std::size_t widest(const std::string& text) {
    std::size_t columns = 0;
    for (const std::string& line : lines_of(text))
        columns = std::max(columns, columns_of(line));
    return columns;
}

const std::vector<column> ids{{.title = "id", .shrinks = true},
                              {.title = "amount", .right = true},
                              {.title = "about", .shrinks = true, .optional = true}};
const std::vector<row> rows{
    {{.text = "pi_0123456789abcdefghij"}, {.text = "1,000"}, {.text = "a long reason"}},
    {{.text = "short"}, {.text = "-5"}, {}}};

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_text)

BOOST_AUTO_TEST_CASE(control_characters_and_invalid_bytes_are_escaped_and_other_text_is_kept) {
    BOOST_TEST(visible("plain äöü 狐 🦊") == "plain äöü 狐 🦊");
    BOOST_TEST(visible("\x1b[2J\r\n\t\x7f") == "\\x1b[2J\\x0d\\x0a\\x09\\x7f");
    BOOST_TEST(visible("\u202egnp.exe") == "\\u202egnp.exe");
    BOOST_TEST(visible("\u009b31m") == "\\u009b31m"); // a C1 control: CSI in one character
    BOOST_TEST(visible("\xff\xc3") == "\\xff\\xc3");
    BOOST_TEST(visible(std::string_view("a\0b", 3)) == "a\\x00b");
}

BOOST_AUTO_TEST_CASE(widths_are_columns_not_bytes) {
    BOOST_TEST(columns_of("äöü") == 3U);
    BOOST_TEST(columns_of("狐狸") == 4U);
    BOOST_TEST(columns_of("e\u0301") == 1U);
}

BOOST_AUTO_TEST_CASE(shortened_text_keeps_both_ends_and_never_exceeds_its_columns) {
    BOOST_TEST(shortened("pi_0123456789", 20) == "pi_0123456789");
    BOOST_TEST(shortened("pi_0123456789", 8) == "pi_01…89");
    for (std::size_t columns = 0; columns < 12; ++columns)
        BOOST_TEST(columns_of(shortened("狐狸狐狸狐狸", columns)) <= columns);
}

BOOST_AUTO_TEST_CASE(digits_are_grouped) {
    BOOST_TEST(grouped(0) == "0");
    BOOST_TEST(grouped(999) == "999");
    BOOST_TEST(grouped(-1000) == "-1,000");
    BOOST_TEST(grouped("1234567.8901") == "1,234,567.8901");
    BOOST_TEST(grouped(INT64_MIN) == "-9,223,372,036,854,775,808");
    BOOST_TEST(grouped("") == "");
}

BOOST_AUTO_TEST_CASE(money_has_the_decimals_of_its_currency) {
    BOOST_TEST(money(999, "usd") == "9.99 USD");
    BOOST_TEST(money(5, "eur") == "0.05 EUR");
    BOOST_TEST(money(-123456, "usd") == "-1,234.56 USD");
    BOOST_TEST(money(500, "jpy") == "500 JPY");
    BOOST_TEST(money(1234, "kwd") == "1.234 KWD");
    BOOST_TEST(money("123456789012345678901234", "usd") == "1,234,567,890,123,456,789,012.34 USD");
}

BOOST_AUTO_TEST_CASE(times_are_shortened_and_other_text_is_kept) {
    BOOST_TEST(short_time("2026-01-31T12:00:59.123456Z") == "2026-01-31 12:00:59");
    BOOST_TEST(short_time("soon") == "soon");
}

BOOST_AUTO_TEST_CASE(a_table_without_a_width_shows_everything) {
    const auto lines = lines_of(table(ids, rows, {}));
    BOOST_REQUIRE_EQUAL(lines.size(), 3U);
    BOOST_TEST(lines[0] == "id                       amount  about");
    BOOST_TEST(lines[1] == "pi_0123456789abcdefghij   1,000  a long reason");
    BOOST_TEST(lines[2] == "short                        -5");
}

BOOST_AUTO_TEST_CASE(a_table_fits_every_width_and_keeps_numbers_whole_while_it_can) {
    for (std::size_t width = 1; width < 60; ++width) {
        const std::string shown = table(ids, rows, {.width = width});
        BOOST_TEST(widest(shown) <= width);
        if (width >= least_column_width + 8)
            BOOST_TEST(shown.find("1,000") != std::string::npos);
    }
    const std::string narrow = table(ids, rows, {.width = 20});
    BOOST_TEST(narrow.find("about") == std::string::npos);
    BOOST_TEST(narrow.find("…") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_empty_optional_column_is_left_out) {
    const std::string shown = table(ids, {{{.text = "x"}, {}, {}}}, {});
    BOOST_TEST(shown == "id  amount\nx\n");
}

BOOST_AUTO_TEST_CASE(colours_are_written_only_if_asked_for) {
    const std::vector<row> red{{{.text = "x", .how = tone::bad}, {.text = "1"}, {}}};
    BOOST_TEST(table(ids, red, {}).find('\x1b') == std::string::npos);
    BOOST_TEST(table(ids, red, {.colour = true}).find("\x1b[31mx\x1b[0m") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bars_are_in_proportion_and_fit) {
    const std::vector<bar> amounts{{.label = "a", .amount = "100"},
                                   {.label = "b", .amount = "50"},
                                   {.label = "c", .amount = "1"},
                                   {.label = "d", .amount = "0"},
                                   {.label = "e", .amount = "-100"}};
    for (const std::size_t width : {24U, 40U, 80U, 200U}) {
        const auto lines = lines_of(bars(amounts, {.width = width}));
        BOOST_REQUIRE_EQUAL(lines.size(), 5U);
        const auto drawn = [&](std::size_t at) {
            const auto begin = lines[at].find_first_of("█▏▎▍▌▋▊▉");
            return begin == std::string::npos ? 0 : columns_of(lines[at].substr(begin));
        };
        BOOST_TEST(columns_of(lines[0]) == width);
        BOOST_TEST(drawn(1) * 2 <= drawn(0) + 1);
        BOOST_TEST(drawn(1) * 2 + 1 >= drawn(0));
        BOOST_TEST(drawn(2) >= 1U);
        BOOST_TEST(drawn(3) == 0U);
        BOOST_TEST(drawn(4) == drawn(0));
    }
}

BOOST_AUTO_TEST_CASE(sums_are_exact_beyond_int64_and_sorted) {
    sums found;
    found.add("b", "9223372036854775807");
    found.add("b", "9223372036854775807");
    found.add("a", "-7");
    found.add("a", "1.5"); // not an integer
    found.add("a", "");
    const std::vector<std::pair<std::string, std::string>> by_size{{"b", "18446744073709551614"},
                                                                   {"a", "-7"}};
    BOOST_TEST((found.sorted(order::by_size) == by_size));
    BOOST_TEST(found.sorted(order::by_label).front().first == "a");
}

BOOST_AUTO_TEST_SUITE_END()
