// Log lines, the bound on rejection lines, and the byte budget.
#include "http/byte_budget.hpp"
#include "services/rejection_log.hpp"
#include "system/log.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace tokenledger::daemon;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(a_log_line_stays_one_line_whatever_a_value_holds) {
    BOOST_TEST(log::format("event", {{"event", "evt_1"}, {"status", 200}}) == "event event=evt_1 status=200");
    BOOST_TEST(log::format("event", {{"user", "a b"}}) == R"(event user="a b")");
    BOOST_TEST(log::format("event", {{"user", "x\nevent event=forged"}}) ==
               R"(event user="x\x0aevent event=forged")");
    BOOST_TEST(log::format("event", {{"user", "say \"hi\" \\"}}) == R"(event user="say \"hi\" \\")");
    BOOST_TEST(log::format("event", {{"user", "josé"}, {"reason", ""}}) == "event user=josé");
}

BOOST_AUTO_TEST_CASE(control_and_direction_characters_in_a_log_line_are_escaped) {
    const std::vector<std::pair<std::string_view, std::string_view>> values{
        {"a\x1b[2Jb", R"("a\x1b[2Jb")"},
        {"a\xC2\x85"
         "b",
         R"("a\u0085b")"}, // next line
        {"a\xC2\x9B"
         "31mb",
         R"("a\u009b31mb")"}, // the control sequence introducer in one character
        {"a\xE2\x80\xA8"
         "b",
         R"("a\u2028b")"}, // line separator
        {"a\xE2\x80\xA9"
         "b",
         R"("a\u2029b")"}, // paragraph separator
        {"a\xE2\x80\xAE"
         "b",
         R"("a\u202eb")"}, // right-to-left override
        {"a\xE2\x81\xA6"
         "b",
         R"("a\u2066b")"}, // left-to-right isolate
        {"a\xD8\x9C"
         "b",
         R"("a\u061cb")"}, // Arabic letter mark
        {"a\xEF\xBB\xBF"
         "b",
         R"("a\ufeffb")"}, // byte order mark
        {"a\xF3\xA0\x81\xA1"
         "b",
         R"("a\ue0061b")"}, // a tag
        {"a\xFF"
         "b",
         R"("a\xffb")"}, // not UTF-8
        {"a\xC2", R"("a\xc2")"},
        {"東京", "東京"},
    };
    for (const auto& [value, shown] : values)
        BOOST_TEST(log::format("event", {{"user", value}}) == "event user=" + std::string(shown));
}

BOOST_AUTO_TEST_CASE(rejections_beyond_the_limit_are_not_logged_and_counted_in_the_next_line) {
    rejection_log lines(2);
    const auto begin = std::chrono::steady_clock::time_point(1h);
    BOOST_TEST(lines.next(begin).write);
    BOOST_TEST(lines.next(begin + 1s).write);
    BOOST_TEST(!lines.next(begin + 2s).write);
    BOOST_TEST(!lines.next(begin + 59s).write);
    const auto later = lines.next(begin + 60s);
    BOOST_TEST(later.write);
    BOOST_TEST(later.suppressed == 2);
    BOOST_TEST(lines.next(begin + 61s).suppressed == 0);
}

BOOST_AUTO_TEST_CASE(a_byte_budget_gets_back_the_bytes_of_a_reservation) {
    byte_budget budget(100);
    {
        auto first = budget.try_reserve(60);
        BOOST_REQUIRE(first.has_value());
        BOOST_TEST(!budget.try_reserve(41).has_value());
        auto moved = std::move(first);
        BOOST_TEST(budget.used() == 60);
        BOOST_TEST(budget.try_reserve(40).has_value());
    }
    BOOST_TEST(budget.used() == 0);
    BOOST_TEST(budget.try_reserve(100).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
