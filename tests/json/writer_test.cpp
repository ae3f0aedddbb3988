// The output of the writer reads back unchanged.
#include "json/writer.hpp"

#include "json/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using namespace tokenledger;

std::string copied(std::string_view text) {
    const json_tree tree{text, unrepresentable_json::refuse};
    json_writer out;
    out.copy(tree.root());
    return out.text();
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_writing)

BOOST_AUTO_TEST_CASE(members_are_written_in_the_order_of_the_calls) {
    json_writer out;
    out.begin_object().member("text", "x").member("number", std::int64_t{-7}).member("truth", true);
    out.key("list").begin_array().integer(1).null().raw("{\"a\":0.10}").end_array();
    out.member_if("left out", "").member_if("none", std::nullopt).member_if("some", 5).end_object();
    BOOST_TEST(out.text() == R"({"text":"x","number":-7,"truth":true,"list":[1,null,{"a":0.10}],"some":5})");
}

BOOST_AUTO_TEST_CASE(text_is_escaped_and_reads_back_unchanged) {
    const std::string odd = "\"\\\b\f\n\r\t\x01\x7f\0/\xC3\xA9\xF0\x9F\xA6\x8A"s;
    json_writer out;
    out.begin_object().member(odd, odd).member("", ""sv).member("e", std::string_view{}).end_object();
    const json_tree tree{out.text()};
    BOOST_TEST((tree.error() == json_error::none));
    BOOST_TEST((tree.root().first().name() == odd));
    BOOST_TEST((tree.root().first().string() == odd));
    BOOST_TEST((tree.root().member("e").string() == ""));
}

// The writer may work on blocks of bytes: the result must not depend on the offset.
BOOST_AUTO_TEST_CASE(every_control_character_is_escaped_at_every_offset) {
    for (std::size_t before = 0; before < 40; ++before) {
        for (char control = 0; control < ' '; ++control) {
            const std::string text = std::string(before, 'x') + control + std::string(40, 'y');
            json_writer out;
            out.string(text);
            const json_tree tree{out.text()};
            if (tree.root().string() != text || tree.root().compact() != out.text())
                BOOST_ERROR("byte " << int{control} << " after " << before);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_limits_of_int64_are_written_exactly) {
    json_writer out;
    out.begin_array().integer(INT64_MIN).integer(INT64_MAX).end_array();
    BOOST_TEST(out.text() == "[-9223372036854775808,9223372036854775807]");
}

BOOST_AUTO_TEST_CASE(a_copy_keeps_numbers_as_written_and_repeated_members) {
    BOOST_TEST(copied(R"( { "a" : [ 1.0 , 1e2, -0, 0.10 , 123456789012345678901234567890 ], "a" : {} } )") ==
               R"({"a":[1.0,1e2,-0,0.10,123456789012345678901234567890],"a":{}})");
    BOOST_TEST(copied(R"([null,true,false,"\u0041\n",[],{"":""}])") ==
               R"([null,true,false,"A\n",[],{"":""}])");
}

BOOST_AUTO_TEST_SUITE_END()
