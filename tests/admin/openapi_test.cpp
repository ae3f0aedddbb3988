// docs/openapi.json is what is generated, and a document that programs and people can use.
#include "openapi/document.hpp"
#include "openapi/layout.hpp"

#include "admin_requests.hpp"
#include "files.hpp"
#include "openapi_description.hpp"

#include <string>

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using test::names;

struct description : test::openapi_description {
    names referred{}; // of all parts that something refers to

    void follow(const json_value& what) {
        if (const auto reference = what.member("$ref").string()) {
            BOOST_TEST_INFO(*reference);
            BOOST_TEST(bool{resolved(what)});
            referred.emplace(*reference);
        }
        for (json_value each = what.first(); each; each = each.next())
            follow(each);
    }
};

std::string laid_out_text(const std::string& json) {
    return laid_out(json_tree(json).root());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(admin_description, description)

BOOST_AUTO_TEST_CASE(the_committed_file_is_what_is_generated) {
    BOOST_TEST((test::source_file("docs/openapi.json") == openapi_document()),
               "docs/openapi.json is out of date: cmake --build BUILD --target openapi_reference && "
               "BUILD/admin/openapi_reference > docs/openapi.json");
}

BOOST_AUTO_TEST_CASE(every_word_and_value_of_the_tables_is_used) {
    BOOST_TEST(unused_words() == std::vector<std::string>(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_call_has_an_id_of_its_own_and_a_summary) {
    names seen;
    const json_value paths = root.member("paths");
    for (json_value path = paths.first(); path; path = path.next()) {
        for (json_value of = path.first(); of; of = of.next()) {
            BOOST_TEST_INFO(path.name());
            const std::string id(of.member("operationId").string().value_or(""));
            BOOST_TEST(!id.empty());
            BOOST_TEST(seen.insert(id).second);
            BOOST_TEST(!of.member("summary").string().value_or("").empty());
        }
    }
    BOOST_TEST(seen.size() > routes().size()); // and those of the operations listener
}

BOOST_AUTO_TEST_CASE(every_reference_leads_to_a_part_and_every_part_is_referred_to) {
    follow(root);
    const json_value components = root.member("components");
    for (json_value kind = components.first(); kind; kind = kind.next()) {
        for (json_value part = kind.first(); part; part = part.next()) {
            const std::string path =
                "#/components/" + std::string(kind.name()) + "/" + std::string(part.name());
            BOOST_TEST(referred.contains(path), path << " is referred to");
        }
    }
}

BOOST_AUTO_TEST_CASE(what_fits_a_line_stays_on_it) {
    BOOST_TEST(laid_out_text(R"({"a":[1,"\n",{}],"b":null})") == "{\"a\": [1, \"\\n\", {}], \"b\": null}\n");
    const std::string long_text = "\"" + std::string(100, 'x') + "\"";
    BOOST_TEST(laid_out_text("{\"a\":[" + long_text + ",1],\"bb\":" + long_text + "}") ==
               "{\n  \"a\": [" + long_text + ", 1],\n  \"bb\": " + long_text + "\n}\n");
    BOOST_TEST(laid_out_text("[" + long_text + ",1234567890,12]") ==
               "[" + long_text + ", 1234567890, 12]\n"); // 120 columns
    BOOST_TEST(laid_out_text("[" + long_text + ",1234567890,123]") ==
               "[\n  " + long_text + ",\n  1234567890,\n  123\n]\n");
}

BOOST_AUTO_TEST_CASE(the_page_for_people_names_every_problem_and_every_call) {
    const std::string page = test::source_file("docs/admin.md");
    for (const problem_kind& each : problem_kinds()) {
        BOOST_TEST_INFO(each.slug);
        BOOST_TEST(test::mentions(page, "`" + std::string(each.slug) + "`"));
    }
    for (const route& each : routes()) {
        const std::string_view path = each.pattern.substr(0, each.pattern.find('{'));
        BOOST_TEST_INFO(path);
        BOOST_TEST(test::mentions(page, path));
    }
}

BOOST_AUTO_TEST_SUITE_END()
