// What docs/openapi.json says of a value is what the admin API takes: its least and its greatest are taken,
// the next ones are not.
#include "admin/event_action.hpp"
#include "admin/fields.hpp"
#include "admin/query.hpp"
#include "admin_requests.hpp"
#include "openapi_description.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;

// A value that the schema allows, or does not.
struct probe {
    std::string text;
    bool quoted;
    bool fits;
};

std::string in_json(const probe& of) {
    return of.quoted ? "\"" + of.text + "\"" : of.text;
}

void add_numbers(std::vector<probe>& to, const json_value& schema) {
    if (const auto least = schema.member("minimum").integer()) {
        to.push_back({std::to_string(*least), false, true});
        to.push_back({std::to_string(*least - 1), false, false});
    }
    if (const auto most = schema.member("maximum").integer()) {
        to.push_back({std::to_string(*most), false, true});
        to.push_back({std::to_string(static_cast<std::uint64_t>(*most) + 1), false, false});
    }
}

void add_texts(std::vector<probe>& to, const json_value& schema) {
    const auto least = schema.member("minLength").integer();
    const auto most = schema.member("maxLength").integer();
    if (most) {
        to.push_back({std::string(static_cast<std::size_t>(*most), '1'), true, true});
        to.push_back({std::string(static_cast<std::size_t>(*most) + 1, '1'), true, false});
    }
    if (!schema.member("pattern") && most)
        to.push_back({std::string(static_cast<std::size_t>(least.value_or(0)), '1'), true, true});
    if (least.value_or(0) > 0)
        to.push_back({"", true, false});
}

// The first of them fits, where any does.
std::vector<probe> probes_of(const json_value& schema) {
    std::vector<probe> made;
    const auto type = schema.member("type").string();
    for (json_value each = schema.member("enum").first(); each; each = each.next())
        made.push_back({std::string(each.string().value_or("")), true, true});
    if (!made.empty())
        made.push_back({"no_such_name", true, false});
    else if (type == "integer" || type == "number")
        add_numbers(made, schema);
    else if (type == "string")
        add_texts(made, schema);
    else if (type == "boolean")
        made = {{"true", false, true}, {"1", false, false}};
    else if (type == "object")
        made = {{"{}", false, true}, {"[]", false, false}};
    for (json_value each = schema.member("oneOf").first(); each; each = each.next()) {
        for (probe& one : probes_of(each))
            made.push_back(std::move(one));
    }
    return made;
}

std::string sample(const json_value& schema) {
    const std::vector<probe> all = probes_of(schema);
    BOOST_REQUIRE(!all.empty());
    return in_json(all.front());
}

// A body, or an item, by its schema: what it must have, and what a test puts in.
class made_body {
  public:
    explicit made_body(const json_value& schema) : schema_(schema) {
        require(schema.member("required"));
        for (json_value each = schema.member("oneOf").first(); each; each = each.next()) {
            if (!each.next())
                require(each.member("required")); // one of the two suffices
        }
    }
    [[nodiscard]] std::string with(std::string_view name, const std::optional<std::string>& value) const {
        std::string text;
        if (value)
            text = "\"" + std::string(name) + "\":" + *value;
        for (const std::string& each : required_) {
            if (each != name)
                text += (text.empty() ? "\"" : ",\"") + each + "\":" + value_of(each);
        }
        return "{" + text + "}";
    }

  private:
    void require(const json_value& members) {
        for (json_value each = members.first(); each; each = each.next())
            required_.emplace_back(each.string().value_or(""));
    }
    [[nodiscard]] std::string value_of(std::string_view name) const {
        const json_value property = schema_.member("properties").member(name);
        const auto constant = property.member("const").string();
        return constant ? "\"" + std::string(*constant) + "\"" : sample(property);
    }

    json_value schema_;
    std::vector<std::string> required_{};
};

std::optional<problem> refusal_of(const route& what, const std::string& body) {
    const auto why = [](const auto& made) -> std::optional<problem> {
        const auto* wrong = std::get_if<problem>(&made);
        return wrong != nullptr ? std::optional(*wrong) : std::nullopt;
    };
    if (is_event_action(what.call))
        return why(translate_event_action({.route = &what, .parameter = "evt_1"}, body, {}));
    return why(translate({.route = &what, .parameter = "req_1"}, what.key == key_place::body ? "" : "key",
                         body, test::caller_uid, {}));
}

bool refuses(const std::optional<problem>& why, problem_type type, std::string_view field) {
    return why && why->type == type && why->field == field;
}

// `wrap`: makes a body of an item.
template <class Wrap>
void check_fields(const route& what, const json_value& schema, Wrap wrap) {
    const made_body body(schema);
    std::size_t tried = 0;
    const json_value required = schema.member("required");
    for (json_value of = schema.member("properties").first(); of; of = of.next()) {
        if (of.member("const"))
            continue;
        for (const probe& each : probes_of(of)) {
            BOOST_TEST_INFO(of.name() << " " << in_json(each).substr(0, 40));
            const auto why = refusal_of(what, wrap(body.with(of.name(), in_json(each))));
            BOOST_TEST(refuses(why, problem_type::invalid_field, of.name()) == !each.fits);
            ++tried;
        }
        bool needed = false;
        for (json_value each = required.first(); each; each = each.next())
            needed = needed || each.string() == of.name();
        BOOST_TEST_INFO(of.name());
        BOOST_TEST(refuses(refusal_of(what, wrap(body.with(of.name(), std::nullopt))),
                           problem_type::missing_field, of.name()) == needed);
    }
    BOOST_TEST(tried > 1U);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(openapi_limits, test::openapi_description)

BOOST_AUTO_TEST_CASE(of_bodies_are_those_that_are_checked) {
    for (const route& each : routes()) {
        BOOST_TEST_CONTEXT(each.pattern) {
            if (!fields_of(each).empty() && each.call != call::batch)
                check_fields(each, body_schema(each), [](const std::string& body) { return body; });
        }
    }
}

BOOST_AUTO_TEST_CASE(of_items_are_those_that_are_checked) {
    const route& batch = test::route_named(test::batch);
    const json_value items = body_schema(batch).member("properties").member("items");
    for (json_value each = items.member("items").member("oneOf").first(); each; each = each.next()) {
        BOOST_TEST_CONTEXT(each.compact())
        check_fields(batch, resolved(each),
                     [](const std::string& item) { return "{\"items\":[" + item + "]}"; });
    }
    const std::string item = made_body(resolved(items.member("items").member("oneOf").first())).with("", {});
    const auto refused = [&](std::int64_t many) {
        std::string body = "{\"items\":[";
        for (std::int64_t i = 0; i < many; ++i)
            body += (i == 0 ? "" : ",") + item;
        return refusal_of(batch, body + "]}").has_value();
    };
    const std::int64_t least = items.member("minItems").integer().value();
    const std::int64_t most = items.member("maxItems").integer().value();
    BOOST_TEST(refused(least - 1));
    BOOST_TEST(!refused(least));
    BOOST_TEST(!refused(most));
    BOOST_TEST(refused(most + 1));
}

BOOST_AUTO_TEST_CASE(of_parameters_are_those_that_are_checked) {
    std::size_t tried = 0;
    for (const route& each : routes()) {
        const json_value all = operation(each).member("parameters");
        for (json_value of = all.first(); of; of = of.next()) {
            const json_value parameter = resolved(of);
            const std::string name(parameter.member("name").string().value_or(""));
            if (parameter.member("in").string() != "query")
                continue;
            for (const probe& value : probes_of(parameter.member("schema"))) {
                std::string target(each.pattern.substr(0, each.pattern.find('{')));
                target += each.pattern.ends_with('}') ? "u?" : "?";
                target += name == "time_zone" ? "span=day&" : "";
                target += name + "=" + value.text;
                BOOST_TEST_INFO(target.substr(0, 80));
                const auto found = resolve({.method = each.method, .target = target}, every_permit);
                BOOST_REQUIRE_EQUAL(test::verdict(found), "ok");
                const auto made = read_query(std::get<resolved_call>(found), every_permit);
                BOOST_TEST(std::holds_alternative<query>(made) == value.fits);
                ++tried;
            }
        }
    }
    BOOST_TEST(tried > 50U);
}

BOOST_AUTO_TEST_SUITE_END()
