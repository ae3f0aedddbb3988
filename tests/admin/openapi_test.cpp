// docs/openapi.json describes exactly the routes, fields, parameters and problems of the code.
#include "admin/fields.hpp"
#include "admin/query.hpp"
#include "admin_requests.hpp"
#include "files.hpp"
#include "openapi_description.hpp"

#include "ledger/names.hpp"

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using test::member_names;
using test::names;
using test::strings;

std::string_view json_type_of(field_kind kind) {
    switch (kind) {
    case field_kind::tokens:
    case field_kind::charge:
    case field_kind::count:
        return "integer";
    case field_kind::boolean:
        return "boolean";
    case field_kind::object:
        return "object";
    case field_kind::items:
        return "array";
    case field_kind::cost:
        return ""; // has two types
    default:
        return "string";
    }
}

void check_schema(const json_value& schema, std::span<const field> fields, bool item) {
    names known;
    names required;
    if (item) {
        known.emplace(operation_field);
        required.emplace(operation_field);
    }
    for (const field& each : fields) {
        BOOST_TEST_INFO(each.name);
        BOOST_TEST((schema.member("properties").member(each.name).member("type").string().value_or("") ==
                    json_type_of(each.kind)));
        known.emplace(each.name);
        if (each.required)
            required.emplace(each.name);
    }
    BOOST_TEST((member_names(schema.member("properties")) == known));
    BOOST_TEST((strings(schema.member("required")) == required));
    BOOST_TEST((schema.member("additionalProperties").boolean() == false));
}

bool takes_body(const route& of) {
    return !fields_of(of).empty();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(admin_description, test::openapi_description)

BOOST_AUTO_TEST_CASE(exactly_the_existing_routes_are_described) {
    names described;
    const json_value paths = root.member("paths");
    for (json_value path = paths.first(); path; path = path.next()) {
        for (json_value method = path.first(); method; method = method.next())
            described.insert(std::string(method.name()) + " " + std::string(path.name()));
    }
    names expected{"get /metrics", "get /healthz", "get /readyz"}; // those of the operations listener
    for (const route& each : routes())
        expected.insert((each.method == "GET" ? "get " : "post ") + std::string(each.pattern));
    BOOST_TEST((described == expected));
}

BOOST_AUTO_TEST_CASE(each_operation_has_a_unique_id_and_names_its_permit) {
    names seen;
    for (const route& each : routes()) {
        BOOST_TEST_INFO(each.pattern);
        const json_value of = operation(each);
        BOOST_TEST(seen.emplace(of.member("operationId").string().value_or("")).second);
        const std::string text(of.member("description").string().value_or(""));
        BOOST_TEST((each.call == call::batch || test::mentions(text, to_string(each.needs))));
    }
}

BOOST_AUTO_TEST_CASE(the_fields_of_each_body_are_those_that_are_accepted) {
    for (const route& each : routes()) {
        BOOST_TEST_INFO(each.pattern);
        BOOST_TEST(bool{body_schema(each)} == takes_body(each));
        if (takes_body(each))
            check_schema(body_schema(each), fields_of(each), false);
    }
}

BOOST_AUTO_TEST_CASE(the_items_of_a_batch_are_those_that_are_accepted) {
    const json_value items =
        root.member("components").member("schemas").member("Batch").member("properties").member("items");
    BOOST_TEST((items.member("maxItems").integer() == static_cast<std::int64_t>(max_items)));
    json_value each = items.member("items").member("oneOf").first();
    for (const std::string_view known : batch_operations()) {
        BOOST_TEST_INFO(known);
        const json_value schema = resolved(each);
        BOOST_TEST((schema.member("properties").member(operation_field).member("const").string() == known));
        // The constant has no type.
        names fields{std::string(operation_field)};
        for (const field& one : fields_of(*route_of(known)))
            fields.emplace(one.name);
        BOOST_TEST((member_names(schema.member("properties")) == fields));
        each = each.next();
    }
    BOOST_TEST(!each);
}

BOOST_AUTO_TEST_CASE(the_parameters_are_those_that_are_accepted) {
    for (const route& each : routes()) {
        BOOST_TEST_INFO(each.pattern);
        const auto taken = parameters_of(each);
        BOOST_TEST((parameters(each, "query") == names(taken.begin(), taken.end())));
        const std::size_t open = each.pattern.find('{');
        names in_path;
        if (open != std::string_view::npos)
            in_path.emplace(each.pattern.substr(open + 1, each.pattern.find('}') - open - 1));
        BOOST_TEST((parameters(each, "path") == in_path));
        BOOST_TEST((parameters(each, "header") ==
                    (each.key == key_place::header ? names{"Idempotency-Key"} : names{})));
    }
}

BOOST_AUTO_TEST_CASE(closed_lists_of_values_are_those_of_the_ledger) {
    const json_value all = root.member("components").member("parameters");
    const auto check = [&](const char* name, std::span<const std::string_view> known) {
        BOOST_TEST_INFO(name);
        BOOST_TEST(
            (strings(all.member(name).member("schema").member("enum")) == names(known.begin(), known.end())));
    };
    check("type", ledger::transaction_type_names());
    check("source", ledger::source_names());
    check("result", ledger::event_result_names());
    check("reason", ledger::reason_names());
}

BOOST_AUTO_TEST_CASE(the_problem_types_are_those_of_the_code) {
    names told;
    for (const problem_kind& each : problem_kinds())
        told.emplace(each.slug);
    const json_value schema =
        root.member("components").member("schemas").member("Problem").member("properties");
    BOOST_TEST((strings(schema.member("type").member("enum")) == told));
    BOOST_TEST((member_names(schema) ==
                names{"type", "title", "status", "detail", "item", "field", "nearest", "reason"}));
}

BOOST_AUTO_TEST_CASE(admin_md_names_every_problem_and_every_call) {
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
