// Days and months of the command line as instants, also in zones with days of 23 or 25 hours.
#include "command_line/when.hpp"

#include "base/time.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace tokenledger::ctl;

constexpr std::time_t now = 1'795'943'400; // 2026-11-29T09:10:00Z, a Sunday

struct zone {
    explicit zone(const std::string& name) { BOOST_REQUIRE(use_time_zone(name)); }
    ~zone() { static_cast<void>(use_time_zone("UTC")); }
    zone(const zone&) = delete;
    zone& operator=(const zone&) = delete;
};

std::string from(std::string_view text) {
    return instant(text, edge::from, now).value_or("none");
}

std::string to(std::string_view text) {
    return instant(text, edge::to, now).value_or("none");
}

std::string end(std::string_view text) {
    const auto found = end_of_use(text, now);
    return found ? tokenledger::base::time_text(*found) : "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(ctl_when)

BOOST_AUTO_TEST_CASE(days_months_and_relative_days_become_instants) {
    const zone utc("UTC");
    BOOST_TEST(from("2026-01-31") == "2026-01-31T00:00:00Z");
    BOOST_TEST(to("2026-01-31") == "2026-02-01T00:00:00Z");
    BOOST_TEST(from("2026-12") == "2026-12-01T00:00:00Z");
    BOOST_TEST(to("2026-12") == "2027-01-01T00:00:00Z");
    BOOST_TEST(to("2024-02") == "2024-03-01T00:00:00Z");
    BOOST_TEST(from("today") == "2026-11-29T00:00:00Z");
    BOOST_TEST(to("today") == "2026-11-30T00:00:00Z");
    BOOST_TEST(from("yesterday") == "2026-11-28T00:00:00Z");
    BOOST_TEST(to("yesterday") == "2026-11-29T00:00:00Z");
    BOOST_TEST(from("-0d") == from("today"));
    BOOST_TEST(from("-7d") == "2026-11-22T00:00:00Z");
    BOOST_TEST(to("-7d") == "2026-11-23T00:00:00Z");
    BOOST_TEST(from("0001-01-01") == "0001-01-01T00:00:00Z");
    BOOST_TEST(to("9999-12-31") == "9999-12-31T23:59:59Z");
}

BOOST_AUTO_TEST_CASE(a_complete_time_is_not_changed) {
    BOOST_TEST(from("2026-01-31T12:00:00+02:00") == "2026-01-31T12:00:00+02:00");
    BOOST_TEST(to("2026-01-31T12:00:00Z") == "2026-01-31T12:00:00Z");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_a_day_is_refused) {
    for (const std::string_view word : {"",           "noon",        "Today",     "2026",       "2026-",
                                        "2026-00",    "2026-13",     "2026-1",    "2026-02-29", "2026-04-31",
                                        "2026-01-00", "2026/01/01",  "2026-01-1", "+026-01",    "20-6-01",
                                        "2026-01-+1", "-d",          "-7",        "--7d",       "-+7d",
                                        "-7D",        "-123456789d", "7d",        "-7d ",       "0000-01-01"})
        BOOST_TEST(from(word) == "none", word);
}

BOOST_AUTO_TEST_CASE(a_day_begins_and_ends_in_the_time_zone) {
    const zone berlin("Europe/Berlin");
    BOOST_TEST(from("2026-11-29") == "2026-11-28T23:00:00Z");
    BOOST_TEST(to("2026-11") == "2026-11-30T23:00:00Z");
    BOOST_TEST(from("2026-07-01") == "2026-06-30T22:00:00Z");
    // Days of 23 and 25 hours.
    BOOST_TEST(from("2026-03-29") + " " + to("2026-03-29") == "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z");
    BOOST_TEST(from("2026-10-25") + " " + to("2026-10-25") == "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z");
}

BOOST_AUTO_TEST_CASE(a_day_without_a_midnight_begins_after_the_gap) {
    const zone sao_paulo("America/Sao_Paulo"); // clocks went forward at midnight
    BOOST_TEST(from("2018-11-04") == "2018-11-04T03:00:00Z");
    BOOST_TEST(to("2018-11-03") == "2018-11-04T03:00:00Z");
}

BOOST_AUTO_TEST_CASE(a_day_that_the_zone_skipped_is_empty) {
    const zone apia("Pacific/Apia"); // there was no 30 December 2011
    BOOST_TEST(from("2011-12-30") == to("2011-12-30"));
    BOOST_TEST(from("2011-12-31") == "2011-12-30T10:00:00Z");
}

BOOST_AUTO_TEST_CASE(today_is_the_day_in_the_time_zone) {
    const zone kiritimati("Pacific/Kiritimati"); // fourteen hours ahead
    BOOST_TEST(from("today") == "2026-11-28T10:00:00Z");
    const zone pago_pago("Pacific/Pago_Pago"); // eleven behind
    BOOST_TEST(from("today") == "2026-11-28T11:00:00Z");
}

BOOST_AUTO_TEST_CASE(only_names_in_zoneinfo_are_time_zones) {
    for (const char* name : {"UTC", "Europe/Berlin", "Etc/GMT+3", "America/New_York"})
        BOOST_TEST(is_time_zone(name), name);
    for (const char* name : {"", "Europe", "Europe/Berlinn", "/etc/localtime", "../zoneinfo/UTC", "zone.tab",
                             "nowhere+3", "CET-1CEST", "Europe/Berlin "})
        BOOST_TEST(!is_time_zone(name), name);
    BOOST_TEST(!use_time_zone("nowhere+3"));
}

BOOST_AUTO_TEST_CASE(what_ends_with_a_day_can_be_used_through_it) {
    const zone berlin("Europe/Berlin");
    BOOST_TEST(end("2027-01-31") == "2027-01-31T23:00:00.000000Z");
    BOOST_TEST(end("2027-06") == "2027-06-30T22:00:00.000000Z");
    BOOST_TEST(end("today") == "2026-11-29T23:00:00.000000Z");
    BOOST_TEST(end("0d") == end("today"));
    BOOST_TEST(end("1d") == "2026-11-30T23:00:00.000000Z");
    BOOST_TEST(end("90d") == "2027-02-27T23:00:00.000000Z");
    BOOST_TEST(end("150d") == "2027-04-28T22:00:00.000000Z"); // summer time has begun
    BOOST_TEST(end("99999d") == end("2300-09-13"));
    BOOST_TEST(end("1y") == end("2027-11-29"));
    BOOST_TEST(end("100y") == end("2126-11-29"));
    constexpr std::time_t leap_day = 1'835'438'400; // 2028-02-29T12:00:00Z
    BOOST_TEST((end_of_use("1y", leap_day) == end_of_use("2029-02-28", leap_day)));
    BOOST_TEST((end_of_use("4y", leap_day) == end_of_use("2032-02-29", leap_day)));
}

BOOST_AUTO_TEST_CASE(what_ends_at_a_time_can_be_used_before_it) {
    BOOST_TEST(end("2027-01-31T12:00:00.5+02:00") == "2027-01-31T10:00:00.500000Z");
    for (const std::string_view word : {"", "d", "-d", "+1d", "1.5d", "100000d", "90", "90D", "90d ", "noon",
                                        "y", "101y", "1m", "12:00", "2027-01-31T25:00:00Z", "2027-02-29"})
        BOOST_TEST(end(word) == "none", word);
}

BOOST_AUTO_TEST_SUITE_END()
