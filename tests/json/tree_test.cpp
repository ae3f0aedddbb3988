// The JSON tree: its values, names and numbers.
#include "root_string.hpp"
#include "json/tree.hpp"
#include "json/writer.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::string_view_literals;
using namespace tokenledger;
using tokenledger::test::root_string;

std::optional<std::int64_t> integer(std::string_view text) {
    return json_tree{text}.root().integer();
}

} // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(every_kind_is_known_and_only_its_own_accessor_has_a_value) {
    const json_tree tree{R"({"n":null,"t":true,"f":false,"i":-7,"s":"x","a":[1],"o":{}})"};
    const json_value root = tree.root();
    BOOST_TEST((root.kind() == json_kind::object));
    BOOST_TEST((root.member("n").kind() == json_kind::null));
    BOOST_TEST((root.member("t").boolean() == true));
    BOOST_TEST((root.member("f").boolean() == false));
    BOOST_TEST((root.member("i").integer() == -7));
    BOOST_TEST((root.member("s").string() == "x"));
    BOOST_TEST((root.member("a").kind() == json_kind::array));
    BOOST_TEST((root.member("o").kind() == json_kind::object));
    for (const std::string_view name : {"n", "t", "f", "a", "o"}) {
        BOOST_TEST(!root.member(name).string());
        BOOST_TEST(!root.member(name).integer());
        BOOST_TEST(root.member(name).raw_number() == "");
    }
    BOOST_TEST(!root.member("s").boolean());
    BOOST_TEST(!root.member("i").string());
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_absent_and_so_is_everything_below_it) {
    const json_tree tree{R"({"a":[{"b":null}],"s":"text"})"};
    const json_value root = tree.root();
    const json_tree nothing;
    for (const json_value none :
         {root.member("x"), root.member("x").member("y").first().next(), json_value{},
          root.member("a").member("b"), root.member("s").first(), root.member("s").next(), root.next(),
          root.member("a").first().next(), nothing.root()}) {
        BOOST_TEST((none.kind() == json_kind::absent));
        BOOST_TEST(!none);
        BOOST_TEST(none.is_absent_or_null());
        BOOST_TEST(none.count("a") == 0U);
        BOOST_TEST(none.name() == "");
        BOOST_TEST(!none.string());
    }
    const json_value null = root.member("a").first().member("b");
    BOOST_TEST(static_cast<bool>(null));
    BOOST_TEST(null.is_absent_or_null());
    BOOST_TEST(!root.is_absent_or_null());
}

BOOST_AUTO_TEST_CASE(members_and_elements_are_visited_in_order_without_nested_ones) {
    const json_tree tree{R"( { "a" : [ [ ] , {"z":[1,2]} , 3 ] , "b" : { } , "c" : "d" } )"};
    std::string names;
    for (json_value member = tree.root().first(); member; member = member.next())
        names += member.name();
    BOOST_TEST(names == "abc");
    std::vector<json_kind> kinds;
    for (json_value element = tree.root().member("a").first(); element; element = element.next()) {
        kinds.push_back(element.kind());
        BOOST_TEST(element.name() == "");
    }
    BOOST_TEST((kinds == std::vector{json_kind::array, json_kind::object, json_kind::number}));
    BOOST_TEST((tree.root().member("a").first().next().member("z").first().next().integer() == 2));
}

BOOST_AUTO_TEST_CASE(repeated_keys_are_counted_with_and_without_escapes) {
    const json_tree tree{R"({"id":1,"i\u0064":2,"ID":3,"\u0069\u0064":4,"x":{"id":5}})"};
    BOOST_TEST(tree.root().count("id") == 3U);
    BOOST_TEST((tree.root().member("id").integer() == 1));
    BOOST_TEST(tree.root().count("ID") == 1U);
    const json_tree empty_name{R"({"":1,"\u0000":2,"a":3})"};
    BOOST_TEST(empty_name.root().count("") == 1U);
    BOOST_TEST((empty_name.root().member("\0"sv).integer() == 2));
}

BOOST_AUTO_TEST_CASE(a_repeated_name_is_found_among_any_number_of_members) {
    const auto repeats = [](std::string_view text) { return json_tree{text}.root().repeats_a_name(); };
    for (const std::string_view text : {"{}", R"({"a":1})", R"({"a":1,"b":{"a":1,"c":1}})", R"(["a","a"])",
                                        "1", R"({"":1,"\u0000":2,"\u0000\u0000":3})"})
        BOOST_TEST(!repeats(text), text);
    for (const std::string_view text : {R"({"a":1,"b":2,"\u0061":3})", R"({"":1,"":2})"})
        BOOST_TEST(repeats(text), text);
    for (const std::size_t members : {2U, 15U, 16U, 17U, 18U, 40U, 500U}) {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < members; ++i)
            names.push_back("the same eight bytes and " + std::to_string(i));
        const auto object = [&] {
            std::string made;
            for (const std::string& each : names)
                made += (made.empty() ? "{\"" : ",\"") + each + "\":0";
            return made + "}";
        };
        BOOST_TEST(!repeats(object()));
        names.front() = names.back();
        BOOST_TEST(repeats(object()));
    }
}

BOOST_AUTO_TEST_CASE(compact_equals_the_copy_of_the_writer_and_compact_size_its_length) {
    for (const std::string_view text :
         {"null", "[]", "{}", " [ ] ", R"([1, -2.50e+3,true,false,null,"x",[[]],{"a":{}}])",
          R"({"a" : 1,"a":2,"":"" , "\u00e9\ud83e\udd8a" : "\/\"\\\b\f\n\r\t\u0001\u001F\u0000\u007f"})",
          R"([1e308, 0.00, 12345678901234567890, "\u0041\u2028"])"}) {
        const json_tree tree{text};
        json_writer out;
        out.copy(tree.root());
        BOOST_TEST(tree.root().compact() == out.text());
        BOOST_TEST(tree.root().compact_size() == out.text().size());
        BOOST_TEST(tree.root().compact_size() <= text.size());
    }
    BOOST_TEST(json_value{}.compact() == "null");
    BOOST_TEST(json_value{}.compact_size() == 4U);
}

BOOST_AUTO_TEST_CASE(strings_are_decoded_and_keep_their_nuls) {
    BOOST_TEST(root_string(R"("")") == "");
    BOOST_TEST(root_string(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    BOOST_TEST(root_string(R"("a\u0000b")") == "a\0b"sv);
    BOOST_TEST(root_string(R"("\u00e9\u20AC\ud83e\udd8a")") == "\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x8A");
    BOOST_TEST(root_string("\"\xF0\x9F\xA6\x8A\x7F\"") == "\xF0\x9F\xA6\x8A\x7F");
}

BOOST_AUTO_TEST_CASE(numbers_keep_their_text) {
    for (const std::string_view text :
         {"0", "-0", "1.0", "1e2", "1E+2", "-1.50e-3", "9223372036854775808",
          "123456789012345678901234567890", "0.1000000000000000055511151231257827021181583404541015625",
          "1e-400", "-9223372036854775808"}) {
        BOOST_TEST(json_tree{text}.root().raw_number() == text);
        const std::string inside = "[" + std::string{text} + "]";
        const json_tree tree{inside};
        BOOST_TEST(tree.root().first().raw_number() == text);
    }
}

BOOST_AUTO_TEST_CASE(an_integer_has_no_fraction_or_exponent_and_fits_int64) {
    BOOST_TEST((integer("0") == 0));
    BOOST_TEST((integer("-1") == -1));
    BOOST_TEST((integer("999") == 999));
    BOOST_TEST((integer("9223372036854775807") == INT64_MAX));
    BOOST_TEST((integer("-9223372036854775808") == INT64_MIN));
    for (const std::string_view text :
         {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "1.0", "1e2", "1E0", "-0",
          "0.0", "0e0", "100000000000000000000000", "\"1\"", "true", "null", "[1]", "{}"}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(!integer(text));
    }
}

BOOST_AUTO_TEST_CASE(a_tree_does_not_refer_to_its_text_and_its_values_survive_a_move) {
    std::string text = R"({"name":"value","n":12345})";
    json_tree tree{text};
    const json_value root = tree.root();
    text.assign(text.size(), 'x');
    const json_tree moved = std::move(tree);
    BOOST_TEST((root.member("name").string() == "value"));
    BOOST_TEST((moved.root().member("n").integer() == 12345));
}

BOOST_AUTO_TEST_SUITE_END()
