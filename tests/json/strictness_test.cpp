// Text that is not JSON is refused; legal JSON never is, however odd.
#include "base/text.hpp"
#include "root_string.hpp"
#include "json/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::string_view_literals;
using namespace tokenledger;
using tokenledger::test::root_string;

std::string outcome(std::string_view text) {
    const json_tree tree{text};
    switch (tree.error()) {
    case json_error::none:
        return tree.root() ? "ok" : "no root";
    case json_error::malformed:
        return tree.root() ? "root of malformed" : "malformed";
    case json_error::too_deep:
        return tree.root() ? "root of too deep" : "too deep";
    case json_error::unrepresentable:
        return tree.root() ? "root of unrepresentable" : "unrepresentable";
    }
    return "unknown";
}

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i)
        text += open;
    text += "1";
    for (std::size_t i = 0; i < depth; ++i)
        text += close;
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_strictness)

BOOST_AUTO_TEST_CASE(malformed_text_is_refused) {
    for (const std::string_view text : {""sv,
                                        " "sv,
                                        "{"sv,
                                        "}"sv,
                                        "["sv,
                                        "{]"sv,
                                        "[}"sv,
                                        "[1,]"sv,
                                        "{\"a\":1,}"sv,
                                        "[,1]"sv,
                                        "{\"a\"}"sv,
                                        "{a:1}"sv,
                                        "{'a':1}"sv,
                                        "{1:2}"sv,
                                        "[1 2]"sv,
                                        "{} {}"sv,
                                        "{},"sv,
                                        "1 1"sv,
                                        "nul"sv,
                                        "truee"sv,
                                        "NaN"sv,
                                        "Infinity"sv,
                                        "-"sv,
                                        "+1"sv,
                                        "01"sv,
                                        "-01"sv,
                                        "1."sv,
                                        ".5"sv,
                                        "1e"sv,
                                        "1e+"sv,
                                        "0x1"sv,
                                        "1_0"sv,
                                        "\"a"sv,
                                        "\"\\x\""sv,
                                        "\"\\u12\""sv,
                                        "\"\\u12g4\""sv,
                                        "\"\\ud800\\u12\""sv,
                                        "\"\n\""sv,
                                        "\"\t\""sv,
                                        "// c\n1"sv,
                                        "/* c */1"sv,
                                        "\xEF\xBB\xBF{}"sv,
                                        "\xFE\xFF"sv,
                                        "\f1"sv,
                                        "\xC2\xA0"
                                        "1"sv}) {
        BOOST_TEST_INFO(text);
        BOOST_TEST(outcome(text) == "malformed");
    }
}

BOOST_AUTO_TEST_CASE(only_white_space_may_follow_the_value_and_nul_is_malformed) {
    for (const std::string_view text : {"{}\0"sv, "{}\0{\"id\":1}"sv, "{} \0 "sv, "1\0"sv, "\0{}"sv,
                                        "[1,\0 2]"sv, "{\"a\0b\":1}"sv, "\"a\0b\""sv, "\0"sv}) {
        BOOST_TEST(outcome(text) == "malformed");
    }
    BOOST_TEST(outcome(" \t\r\n{} \t\r\n") == "ok");
}

BOOST_AUTO_TEST_CASE(ill_formed_utf8_is_malformed_in_strings_and_names) {
    for (const std::string_view bad :
         {"\x80"sv, "\xFF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x80\x80"sv, "\xE2\x82"sv, "\xED\xA0\x80"sv,
          "\xED\xBF\xBF"sv, "\xF0\x80\x80\x80"sv, "\xF4\x90\x80\x80"sv, "\xF8\x88\x80\x80\x80"sv}) {
        BOOST_TEST(outcome("\"" + std::string{bad} + "\"") == "malformed");
        BOOST_TEST(outcome("{\"" + std::string{bad} + "\":1}") == "malformed");
        BOOST_TEST(outcome("[1e400,\"" + std::string{bad} + "\"]") == "malformed");
    }
}

BOOST_AUTO_TEST_CASE(a_string_is_accepted_exactly_if_it_is_storable_text) {
    unsigned legal = 0;
    unsigned disputed = 0;
    for (unsigned first = 0x80; first < 256; ++first) {
        for (unsigned second = 0x80; second < 256; ++second) {
            for (const std::string_view rest : {""sv, "\x80"sv, "\xBF\xBF"sv, "\x80\x7F"sv}) {
                std::string text{static_cast<char>(first), static_cast<char>(second)};
                text += rest;
                const bool accepted = outcome("\"" + text + "\"") == "ok";
                legal += accepted ? 1U : 0U;
                disputed += accepted != base::is_storable_text(text) ? 1U : 0U;
            }
        }
    }
    BOOST_TEST(disputed == 0U);
    // 30 leads of two bytes with 64 tails, 16 of three (two of them with 32), 5 of four (48, 3 times 64, 16).
    BOOST_TEST(legal == 30U * 64U + 2U * (14U * 64U + 2U * 32U) + (48U + 3U * 64U + 16U));
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded_for_arrays_objects_and_both) {
    BOOST_TEST(outcome(nested(max_json_depth, "[", "]")) == "ok");
    BOOST_TEST(outcome(nested(max_json_depth + 1, "[", "]")) == "too deep");
    BOOST_TEST(outcome(nested(max_json_depth, "{\"a\":", "}")) == "ok");
    BOOST_TEST(outcome(nested(max_json_depth + 1, "{\"a\":", "}")) == "too deep");
    BOOST_TEST(outcome(nested(max_json_depth / 2, "[{\"a\":", "}]")) == "ok");
    BOOST_TEST(outcome("[" + nested(max_json_depth / 2, "[{\"a\":", "}]") + "]") == "too deep");
    BOOST_TEST(outcome("[1e400," + nested(max_json_depth, "[", "]") + "]") == "too deep");
    // Closed levels do not count.
    std::string wide = "[";
    for (int i = 0; i < 1000; ++i)
        wide += "[[]],{},";
    BOOST_TEST(outcome(wide + "1]") == "ok");
}

BOOST_AUTO_TEST_CASE(three_hundred_thousand_levels_are_refused) {
    BOOST_TEST(outcome(nested(300000, "[", "]")) == "too deep");
    BOOST_TEST(outcome(nested(300000, "{\"a\":", "}")) == "too deep");
    BOOST_TEST(outcome(std::string(300000, '[')) == "too deep");
    BOOST_TEST(outcome(std::string(300000, ']')) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_lone_surrogate_is_legal_json_but_not_storable_text) {
    for (const std::string escape :
         {R"(\ud800)", R"(\udbff)", R"(\udc00)", R"(\uDFFF)", R"(\ud800\ud800)", R"(\ud800x)", R"(\ud800\n)",
          R"(\ud800\u0041)", R"(\ud800\ue000)", R"(\ud800\udbff)", R"(\udc00\ud800)", R"(\ud800\ud83e\udd8a)",
          R"(\\\ud800)"}) {
        const std::string text = R"({"a":"x)" + escape + R"(y","b":1})";
        const json_tree tree{text};
        BOOST_TEST_INFO(escape);
        BOOST_TEST(outcome(text) == "ok");
        BOOST_TEST(!base::is_storable_text(tree.root().member("a").string().value()));
        BOOST_TEST((tree.root().member("b").integer() == 1));
        BOOST_TEST(outcome(R"({"x)" + escape + R"(":1})") == "ok");
    }
    // The repair leaves the neighbours alone.
    BOOST_TEST(root_string(R"("\ud800\ud83e\udd8a\u0041\\u0042")") == "\xED\xB0\x80\xF0\x9F\xA6\x8A"
                                                                      "A\\u0042");
    BOOST_TEST(root_string(R"("\ud800\"\\")") == "\xED\xB0\x80\"\\");
}

BOOST_AUTO_TEST_CASE(a_number_beyond_double_is_legal_json_but_not_an_integer) {
    const std::string digits(400, '9');
    for (const std::string& number :
         {std::string{"1e400"}, "-" + digits, digits, digits + ".5", "1" + digits + "e7",
          std::string{"0e999999"}, std::string{"1E+309"}, "1e" + digits, "0." + digits + "e400"}) {
        const std::string text =
            R"({"a":)" + number + R"(,"b":[1e400, 12, "1e400", "\u0031", -3],"c":9223372036854775807})";
        const json_tree tree{text};
        BOOST_TEST_INFO(number);
        BOOST_TEST(outcome(text) == "ok");
        BOOST_TEST((tree.root().member("a").kind() == json_kind::number));
        BOOST_TEST(tree.root().member("a").raw_number() == number); // as it is written
        BOOST_TEST(!tree.root().member("a").integer());
        json_value element = tree.root().member("b").first();
        BOOST_TEST(!element.integer());
        BOOST_TEST((element = element.next()).integer().value_or(0) == 12);
        BOOST_TEST((element = element.next()).string().value_or("") == "1e400");
        BOOST_TEST((element = element.next()).string().value_or("") == "1");
        BOOST_TEST((element = element.next()).integer().value_or(0) == -3);
        BOOST_TEST((tree.root().member("c").integer() == INT64_MAX));
        BOOST_TEST(outcome(number) == "ok");
    }
}

BOOST_AUTO_TEST_CASE(the_repair_does_not_change_large_numbers_inside_strings) {
    const std::string digits(320, '7');
    const std::vector<std::string> all{std::string{"1e400"}, "x1E+999y" + digits, digits + ".5",
                                       R"(\\1e400)",         R"(\"1e400)",        R"(\\\"1e400\\)"};
    for (const std::string& odd : all) {
        const std::string text =
            "{\"" + odd + "\":[\"" + odd + "\",-1e400," + digits + ".25E-7,\"" + odd + "\"]}";
        const json_tree tree{text};
        const json_value list = tree.root().first();
        BOOST_TEST_INFO(odd);
        BOOST_TEST(tree.root().compact() == text);
        BOOST_TEST(list.name() == list.first().string().value_or("(no string)"));
        BOOST_TEST(list.first().next().raw_number() == "-1e400");
        BOOST_TEST(list.first().next().next().raw_number() == digits + ".25E-7");
    }
}

BOOST_AUTO_TEST_CASE(the_repair_does_not_accept_malformed_large_numbers) {
    const std::string digits(320, '7');
    const std::vector<std::string> all{digits + ".", digits + ".e5",  digits + "..5",  digits + "e",
                                       "0" + digits, digits + ".5.5", digits + "e5.5", "1e400.5",
                                       "1e400e400",  "1.e400",        ".5e400",        "-e400",
                                       "1e+-400",    "1e4 00",        "- " + digits,   digits + "x"};
    for (const std::string& wrong : all) {
        BOOST_TEST_INFO(wrong);
        BOOST_TEST(outcome("[" + wrong + "]") == "malformed");
        BOOST_TEST(outcome(wrong) == "malformed");
    }
}

BOOST_AUTO_TEST_CASE(the_repair_does_not_accept_malformed_text_beside_it) {
    for (const std::string_view rest : {"01",         "1e",      "1e+",    "1.",      "-",
                                        "1-2",        "1e5e5",   "1.5.5",  "--1",     "+1e400",
                                        "1e400x",     "1e400 1", "\"",     "\"\\x\"", "\"\\ud800\\uzzzz\"",
                                        "\"\\ud80\"", "\"\\u\"", "1e400]", "{",       "\"\\",
                                        "\"\\ud800"}) {
        BOOST_TEST_INFO(rest);
        BOOST_TEST(outcome("[1e400," + std::string{rest} + "]") == "malformed");
        BOOST_TEST(outcome("[\"\\ud800\"," + std::string{rest} + "]") == "malformed");
    }
    BOOST_TEST(outcome("1e400\0"sv) == "malformed");
    BOOST_TEST(outcome("[1e400") == "malformed");
    BOOST_TEST(outcome("\"\\ud800") == "malformed");
}

BOOST_AUTO_TEST_CASE(unrepresentable_json_is_an_error_if_the_caller_refuses_it) {
    for (const std::string_view text : {"[1e400]"sv, "{\"a\":\"\\ud800\"}"sv, "\"\\ud800\\u0041\""sv}) {
        const json_tree tree{text, unrepresentable_json::refuse};
        BOOST_TEST_INFO(text);
        BOOST_TEST((tree.error() == json_error::unrepresentable));
        BOOST_TEST(!tree.root());
    }
    const json_tree kept{"[1.5e-7,0.1234567890123456789012]", unrepresentable_json::refuse};
    BOOST_TEST(kept.root().first().raw_number() == "1.5e-7");
    BOOST_TEST(kept.root().first().next().raw_number() == "0.1234567890123456789012");
}

BOOST_AUTO_TEST_CASE(is_beyond_double_is_exact_at_the_limits_of_double) {
    const std::string largest = "17976931348623157" + std::string(292, '0');
    const auto refused = [](const std::string& number) {
        const json_tree strict{"[" + number + "]", unrepresentable_json::refuse};
        const json_tree repaired{number};
        BOOST_TEST_INFO(number);
        BOOST_TEST(repaired.root().is_beyond_double() == (strict.error() == json_error::unrepresentable));
        return repaired.root().is_beyond_double();
    };
    for (const std::string& number :
         {std::string{"1.7976931348623157e308"}, std::string{"-1.7976931348623157E+308"}, largest,
          largest + ".5", "0.000" + std::string(400, '9'), std::string{"0.0001e312"}, std::string{"0e999999"},
          std::string{"-0.000e99999999999999999999"}, std::string{"1e-400"}, "1e-" + std::string(400, '9'),
          std::string{"1e000000000308"}})
        BOOST_TEST(!refused(number));
    for (const std::string& number :
         {std::string{"1.7976931348623159e308"}, std::string{"-1.8e308"}, std::string{"1e309"}, largest + "0",
          std::string{"0.0001e313"}, "1e" + std::string(400, '9'), "-" + std::string(310, '1'),
          "0." + std::string(400, '0') + "1e710"})
        BOOST_TEST(refused(number));
    BOOST_TEST(!json_tree{"\"1e400\""}.root().is_beyond_double());
}

BOOST_AUTO_TEST_CASE(a_lone_surrogate_can_be_refused_whatever_follows_it) {
    for (const std::string_view text :
         {R"("\ud800")"sv, R"("\ud800x")"sv, R"("\ud800\n")"sv, R"("\ud800\u0041")"sv, R"(["\udbff"])"sv,
          R"({"\ud800":1})"sv, R"("\ud800\ud800\udc00")"sv})
        BOOST_TEST((json_tree{text, unrepresentable_json::refuse}.error() == json_error::unrepresentable),
                   text);
    for (const std::string_view text : {R"("\ud800\udc00")"sv, R"("\udbff\udfff")"sv, R"("\\ud800")"sv})
        BOOST_TEST((json_tree{text, unrepresentable_json::refuse}.error() == json_error::none), text);
    // Malformed text wins.
    BOOST_TEST((json_tree{R"(["\ud800",)", unrepresentable_json::refuse}.error() == json_error::malformed));
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_document_is_malformed) {
    const std::string text =
        R"({"a":[1.5e3,"\ud83e\udd8a\n",{"b":null,"c":[true,false]}],"d":1e400,"e":"\ud800"})";
    BOOST_TEST(outcome(text) == "ok");
    for (std::size_t size = 0; size < text.size(); ++size) {
        BOOST_TEST_INFO("size " << size);
        BOOST_TEST(outcome(text.substr(0, size)) == "malformed");
    }
}

// The parser may read blocks of bytes: the result must not depend on where a string begins.
BOOST_AUTO_TEST_CASE(a_raw_control_character_inside_a_string_is_refused_at_every_offset) {
    for (std::size_t indent = 0; indent < 17; ++indent) {
        for (std::size_t before = 0; before < 40; ++before) {
            for (char control = 0; control < ' '; ++control) {
                const std::string text = std::string(indent, ' ') + '"' + std::string(before, 'x') + control +
                                         std::string(20, 'y') + '"';
                if (json_tree{text}.error() != json_error::malformed)
                    BOOST_ERROR("byte " << int{control} << " after " << indent << " and " << before);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_string_reads_the_same_at_every_offset_and_beside_any_other) {
    for (std::size_t indent = 0; indent < 17; ++indent) {
        for (std::size_t before = 0; before < 40; ++before) {
            const std::string filling(before, 'x');
            const std::string text =
                std::string(indent, '\n') + R"(["a)" + filling + R"(\n\"b","c", -12.50])";
            for (const std::string& written : {text, text.substr(0, text.size() - 1) + ",\"é\"]"}) {
                const json_tree tree{written};
                const json_value first = tree.root().first();
                if (first.string() != "a" + filling + "\n\"b" || first.next().string() != "c" ||
                    first.next().next().raw_number() != "-12.50")
                    BOOST_ERROR("after " << indent << " and " << before << ": " << written);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
