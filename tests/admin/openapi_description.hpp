// docs/openapi.json as tests read it.
#pragma once

#include "admin/route.hpp"
#include "files.hpp"

#include "json/tree.hpp"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <set>
#include <string>
#include <string_view>

namespace tokenledger::test {

using names = std::set<std::string>;

struct openapi_description {
    json_tree tree{source_file("docs/openapi.json"), unrepresentable_json::refuse};
    json_value root = tree.root();

    [[nodiscard]] json_value resolved(const json_value& what) const {
        std::string_view path = what.member("$ref").string().value_or("");
        if (path.empty())
            return what;
        BOOST_REQUIRE(path.starts_with("#/"));
        json_value found = root;
        for (path.remove_prefix(1); !path.empty();) {
            path.remove_prefix(1);
            const std::string_view step = path.substr(0, path.find('/'));
            found = found.member(step);
            path.remove_prefix(step.size());
        }
        BOOST_REQUIRE(found);
        return found;
    }
    [[nodiscard]] json_value operation(const admin::route& of) const {
        std::string method(of.method);
        for (char& each : method)
            each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
        return root.member("paths").member(of.pattern).member(method);
    }
    [[nodiscard]] json_value body_schema(const admin::route& of) const {
        return resolved(operation(of)
                            .member("requestBody")
                            .member("content")
                            .member("application/json")
                            .member("schema"));
    }
};

} // namespace tokenledger::test
