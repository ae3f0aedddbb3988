// Times on the command line: what is one, and which moment it is.
#include "utc_time.hpp"

#include <boost/test/unit_test.hpp>

using tokenledger::daemon::utc_microseconds;

BOOST_AUTO_TEST_SUITE(utc_times)

BOOST_AUTO_TEST_CASE(a_date_is_its_first_moment_and_a_time_is_itself) {
    constexpr std::int64_t day = 1'767'225'600'000'000; // 2026-01-01
    BOOST_TEST(utc_microseconds("2026-01-01").value() == day);
    BOOST_TEST(utc_microseconds("1970-01-01").value() == 0);
    BOOST_TEST(utc_microseconds("1969-12-31T23:59:59.999999Z").value() == -1);
    BOOST_TEST(utc_microseconds("2024-02-29T00:00").value() == 1'709'164'800'000'000);
    BOOST_TEST(utc_microseconds("2026-01-01T12:30").value() == day + 45'000'000'000);
    BOOST_TEST(utc_microseconds("2026-01-01T12:30Z").value() == day + 45'000'000'000);
    BOOST_TEST(utc_microseconds("2026-01-01T12:30:05").value() == day + 45'005'000'000);
    BOOST_TEST(utc_microseconds("2026-01-01T12:30:05.5Z").value() == day + 45'005'500'000);
    BOOST_TEST(utc_microseconds("2026-01-01T12:30:05.000001").value() == day + 45'005'000'001);
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_time) {
    for (const char* text :
         {"", "2026", "2026-1-1", "2026-13-01", "2026-00-01", "2026-02-29", "2026-01-01Z", "2026-01-01T",
          "2026-01-01T12", "2026-01-01 12:00", "2026-01-01T24:00", "2026-01-01T12:60", "2026-01-01T12:00:60",
          "2026-01-01T12:00:00.", "2026-01-01T12:00:00.1234567", "2026-01-01T12:00:00+01:00", "2026-01-01x",
          "-026-01-01", "yesterday"})
        BOOST_TEST(!utc_microseconds(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
