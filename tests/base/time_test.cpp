// Times as text: the accepted forms and their values.
#include "base/time.hpp"

#include <boost/test/unit_test.hpp>

using tokenledger::base::parse_time;
using tokenledger::base::time_form;
using tokenledger::base::time_text;

namespace {

constexpr std::int64_t day = 1'767'225'600'000'000; // 2026-01-01

std::optional<std::int64_t> on_command_line(std::string_view text) {
    return parse_time(text, time_form::command_line);
}

} // namespace

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(a_date_means_midnight_utc_and_a_time_uses_its_offset) {
    for (const auto form : {time_form::complete, time_form::command_line}) {
        BOOST_TEST(parse_time("2026-01-01", form).value() == day);
        BOOST_TEST(parse_time("1970-01-01", form).value() == 0);
        BOOST_TEST(parse_time("1969-12-31T23:59:59.999999Z", form).value() == -1);
        BOOST_TEST(parse_time("2026-01-01T12:30:05.5Z", form).value() == day + 45'005'500'000);
        BOOST_TEST(parse_time("2026-01-01 12:30:05z", form).value() == day + 45'005'000'000);
        BOOST_TEST(parse_time("2026-01-01T12:30:00+01:00", form).value() == day + 41'400'000'000);
        BOOST_TEST(parse_time("2026-01-01T12:30:00-01:00", form).value() == day + 48'600'000'000);
    }
}

BOOST_AUTO_TEST_CASE(only_the_command_line_may_leave_out_seconds_and_offset) {
    BOOST_TEST(on_command_line("2024-02-29T00:00").value() == 1'709'164'800'000'000);
    BOOST_TEST(on_command_line("2026-01-01T12:30").value() == day + 45'000'000'000);
    BOOST_TEST(on_command_line("2026-01-01T12:30Z").value() == day + 45'000'000'000);
    BOOST_TEST(on_command_line("2026-01-01T12:30:05").value() == day + 45'005'000'000);
    BOOST_TEST(on_command_line("2026-01-01T12:30:05.000001").value() == day + 45'005'000'001);
    for (const char* text :
         {"2026-01-01T12:30", "2026-01-01T12:30Z", "2026-01-01T12:30:05", "2026-01-01T12:30:05.5"})
        BOOST_TEST(!parse_time(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(other_text_is_not_a_time) {
    for (const char* text : {"",
                             "2026",
                             "2026-1-1",
                             "2026-13-01",
                             "2026-00-01",
                             "2026-02-29",
                             "2026-01-01Z",
                             "2026-01-01T",
                             "2026-01-01T12",
                             "2026-01-01T24:00",
                             "2026-01-01T12:60",
                             "2026-01-01T12:00:60",
                             "2026-01-01T12:00:60Z",
                             "2026-01-01T12:00:00.",
                             "2026-01-01T12:00:00.Z",
                             "2026-01-01T12:00:00.1234567Z",
                             "2026-01-01T12:00:00+1:00",
                             "2026-01-01T12:00:00+24:00",
                             "2026-01-01x",
                             "-026-01-01",
                             "yesterday"}) {
        BOOST_TEST(!on_command_line(text).has_value(), text);
        BOOST_TEST(!parse_time(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(parse_time_reads_what_time_text_writes) {
    for (const std::int64_t us : {std::int64_t{0}, std::int64_t{-1}, day, day + 45'005'000'001})
        BOOST_TEST(parse_time(time_text(us)).value() == us);
    BOOST_TEST(time_text(day + 1) == "2026-01-01T00:00:00.000001Z");
}

BOOST_AUTO_TEST_SUITE_END()
