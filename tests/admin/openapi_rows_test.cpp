// docs/openapi.json describes the rows of the lists as ledger/lists.hpp does: members, types, names, and
// which members may be absent.
#include "openapi_description.hpp"

#include "ledger/lists.hpp"
#include "ledger/names.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace {

using namespace tokenledger;
using ledger::shown;
using test::names;

names known(std::span<const std::string_view> all) {
    return {all.begin(), all.end()};
}

// The schema of a member, as far as it is checked.
struct member_schema {
    std::string type{};
    std::string format{};
    names values{}; // of a closed list

    bool operator==(const member_schema&) const = default;
};

member_schema of_value(const std::string&, shown how) {
    return {.type = how == shown::json ? "object" : "string"};
}
member_schema of_value(std::int64_t, shown how) {
    return how == shown::time ? member_schema{.type = "string", .format = "date-time"}
                              : member_schema{.type = "integer", .format = "int64"};
}
member_schema of_value(const std::optional<std::int64_t>&, shown how) {
    return how == shown::second ? member_schema{.type = "string", .format = "date-time"}
                                : member_schema{.type = "integer", .format = "int64"};
}
member_schema of_value(bool, shown) {
    return {.type = "boolean"};
}
member_schema of_value(const std::optional<bool>&, shown) {
    return {.type = "boolean"};
}
member_schema of_value(ledger::transaction_type, shown) {
    return {.type = "string", .values = known(ledger::transaction_type_names())};
}
member_schema of_value(ledger::source, shown) {
    return {.type = "string", .values = known(ledger::source_names())};
}
template <class Row>
member_schema of_value(const std::vector<Row>&, shown) {
    return {.type = "array"};
}

struct rows : test::openapi_description {
    names members{};
    names required{};

    template <class Row>
    void check(const json_value& schema) {
        members.clear();
        required.clear();
        add<Row>(schema);
        BOOST_TEST(test::member_names(schema.member("properties")) == members,
                   boost::test_tools::per_element());
        BOOST_TEST(test::strings(schema.member("required")) == required, boost::test_tools::per_element());
        BOOST_TEST((schema.member("additionalProperties").boolean() == false));
    }

    template <class Row>
    void add(const json_value& schema) {
        ledger::for_each_field<Row>([&](const auto& field) {
            using value = std::remove_cvref_t<decltype(std::declval<Row>().*field.member)>;
            if constexpr (ledger::has_fields<value>) {
                add<value>(schema); // shown::members
            } else {
                members.emplace(field.name);
                if (field.how == shown::always || field.how == shown::time)
                    required.emplace(field.name);
                if constexpr (requires { of_value(value(), field.how); })
                    check_member(schema.member("properties").member(field.name), field.name,
                                 of_value(value(), field.how));
            }
        });
    }

    void check_member(const json_value& property, std::string_view name, const member_schema& expected) {
        BOOST_TEST_INFO(name);
        const auto text = [&](const char* of) {
            return std::string(property.member(of).string().value_or(""));
        };
        BOOST_TEST(text("type") == expected.type);
        if (!expected.format.empty())
            BOOST_TEST(text("format") == expected.format);
        if (!expected.values.empty())
            BOOST_TEST(test::strings(property.member("enum")) == expected.values,
                       boost::test_tools::per_element());
    }

    // The schema of a row.
    [[nodiscard]] json_value row_schema(std::string_view list) const {
        for (const admin::route& each : admin::routes()) {
            if (each.call != admin::call::list || each.name != list)
                continue;
            const json_value page = resolved(operation(each)
                                                 .member("responses")
                                                 .member("200")
                                                 .member("content")
                                                 .member("application/json")
                                                 .member("schema"));
            return resolved(page.member("properties").member("rows").member("items"));
        }
        return {};
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(openapi_rows, rows)

BOOST_AUTO_TEST_CASE(the_schema_of_each_list_row_matches_the_description_in_the_ledger) {
    ledger::for_each_list([&]<class Query>(const Query&) {
        BOOST_TEST_INFO(ledger::description<Query>::name);
        const json_value schema = row_schema(ledger::description<Query>::name);
        BOOST_REQUIRE(schema);
        check<typename ledger::description<Query>::row>(schema);
    });
}

BOOST_AUTO_TEST_CASE(the_schema_of_an_operators_action_matches_the_description_in_the_ledger) {
    check<ledger::event_action_view>(root.member("components").member("schemas").member("EventAction"));
}

BOOST_AUTO_TEST_SUITE_END()
