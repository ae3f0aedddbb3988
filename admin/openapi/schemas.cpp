// Bodies, and the few replies that nothing describes: a problem, what a write did, an event with its
// evidence.
#include "openapi/schemas.hpp"

#include "base/text.hpp"
#include "ledger/command.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <stdexcept>

namespace tokenledger::admin {

namespace {

std::string capitalized(std::string_view name) {
    std::string made(name);
    made.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(made.front())));
    return made;
}

std::string pointer_to(std::string_view kind, std::string_view name) {
    return "#/components/" + std::string(kind) + "/" + std::string(name);
}

// Both at once: a string keeps the digits of a decimal through any JSON library.
std::string cost_schema(std::string_view words) {
    json_writer out;
    out.begin_object().member_if("description", words).key("oneOf").begin_array();
    out.raw(json_of({.max_length = static_cast<std::int64_t>(base::max_cost_bytes),
                     .pattern = R"(^\d+(\.\d+)?([eE][+-]?\d{1,2})?$)"}));
    out.raw(json_of({.type = "number", .minimum = 0}));
    return out.end_array().end_object().text();
}

value_schema value_of_kind(field_kind kind) {
    switch (kind) {
    case field_kind::identifier: {
        value_schema made = identifier();
        made.note = bytes_of_identifier() + " of UTF-8 without NUL.";
        return made;
    }
    case field_kind::text:
        return text(0, max_reason_bytes);
    case field_kind::words:
        return text(1, max_reason_bytes);
    case field_kind::source:
        return one_of(ledger::grant_source_names());
    case field_kind::overrun:
        return one_of(ledger::names_of<ledger::overrun>());
    case field_kind::window:
        return one_of(ledger::names_of<ledger::limit_window>());
    case field_kind::time:
        return {.min_length = 1, .note = "RFC 3339, or a day of UTC."};
    case field_kind::tokens:
        return integer(1);
    case field_kind::charge:
    case field_kind::count:
        return integer(0);
    case field_kind::priority:
        return integer(0, ledger::max_lot_priority);
    case field_kind::timeout:
        return integer(1, std::chrono::seconds(ledger::max_hold_timeout).count());
    case field_kind::boolean:
        return boolean();
    case field_kind::object:
        return {.type = "object",
                .note =
                    "At most " + std::to_string(max_metadata_bytes) +
                    " bytes without blanks, kept as they were sent. Numbers within the range of a double, "
                    "at most " +
                    std::to_string(base::max_numeric_scale) + " digits after the decimal point."};
    case field_kind::cost: // no single value
    case field_kind::items:
        break;
    }
    throw std::logic_error("a kind of field has no schema");
}

} // namespace

void object_schema::add(std::string_view name, std::string_view schema, bool required) {
    properties_.key(name).raw(schema);
    if (required)
        required_.emplace_back(name);
}

std::string object_schema::text(std::string_view one_of) {
    json_writer out;
    out.begin_object().member("type", "object").member_if("description", description_);
    out.key("properties").raw(properties_.end_object().text());
    out.key("required").begin_array();
    for (const std::string& each : required_)
        out.string(each);
    out.end_array();
    if (!one_of.empty())
        out.key("oneOf").raw(one_of);
    return out.member("additionalProperties", false).end_object().text();
}

schemas::schemas() : words_(all_words()), values_(all_values_known()) {
}

std::string schemas::keep(parts& among, std::string_view kind, std::string_view name, std::string text) {
    const auto found = std::ranges::find(among, name, &parts::value_type::first);
    if (found == among.end())
        among.emplace_back(name, std::move(text));
    else if (found->second != text)
        throw std::logic_error("two " + std::string(kind) + " have the name " + std::string(name));
    json_writer out;
    return out.begin_object().member("$ref", pointer_to(kind, name)).end_object().text();
}

void schemas::write(json_writer& out, const parts& all) {
    out.begin_object();
    for (const auto& [name, text] : all)
        out.key(name).raw(text);
    out.end_object();
}

void schemas::add_unused(std::vector<std::string>& into) const {
    words_.add_unused(into);
    values_.add_unused(into);
}

std::string_view schemas::said(std::string_view path) {
    const word* const found = words_.of_member(path);
    return found != nullptr ? found->text : std::string_view();
}

std::string schemas::member(const std::string& path, value_schema by_type) {
    const value_row* const known = values_.of_member(path);
    if (known != nullptr && known->value.type == by_type.type && by_type.format != "date-time")
        by_type = known->value;
    else if (known != nullptr && known->key == path)
        throw std::logic_error("values.cpp knows " + path + " as another type");
    return json_of(by_type, said(path));
}

std::string schemas::array(const std::string& path, std::string_view items) {
    const value_row* const known = values_.find(path);
    json_writer out;
    out.begin_object().member("type", "array").member_if("description", said(path));
    if (known != nullptr)
        out.member_if("maxItems", known->value.max_items);
    return out.key("items").raw(items).end_object().text();
}

std::string schemas::value(const std::string*, const std::string& path, ledger::shown how) {
    return member(path, how == ledger::shown::json ? value_schema{.type = "object"} : value_schema{});
}

std::string schemas::value(const std::int64_t*, const std::string& path, ledger::shown how) {
    const bool is_time = how == ledger::shown::time || how == ledger::shown::second;
    return member(path, is_time ? time() : integer());
}

std::string schemas::value(const bool*, const std::string& path, ledger::shown) {
    return member(path, boolean());
}

// Not a closed list: a client shows it, and a later version may have more of them.
std::string schemas::value(const ledger::reason*, const std::string& path, ledger::shown) {
    return member(path, {});
}

// Of an outcome that is shown, which is no refusal.
std::string schemas::value(const ledger::result*, const std::string& path, ledger::shown) {
    std::vector<std::string_view> names;
    for (const ledger::result each : ledger::all_values<ledger::result>()) {
        if (each != ledger::result::refused)
            names.push_back(to_string(each));
    }
    return member(path, one_of(names));
}

// ---- Bodies. ----

std::string schemas::field_schema(const std::string& path, const field& of) {
    const word* const own = words_.find(path);
    const std::string_view words = own != nullptr ? own->text : std::string_view();
    if (of.kind == field_kind::cost)
        return cost_schema(words);
    if (of.kind == field_kind::items)
        return items_schema();
    const value_row* const known = values_.find(path);
    return json_of(known != nullptr ? known->value : value_of_kind(of.kind), words);
}

// `operation`: of an item of a batch; empty: no item.
std::string schemas::fields_schema(std::string_view name, std::span<const field> fields,
                                   std::string_view operation, std::string_view one_of) {
    object_schema made((operation.empty() ? "" : "An item of a batch. ") + std::string(said(name)));
    if (!operation.empty()) {
        json_writer constant;
        made.add(operation_field, constant.begin_object().member("const", operation).end_object().text(),
                 true);
    }
    for (const field& each : fields)
        made.add(each.name, field_schema(std::string(name) + "." + std::string(each.name), each),
                 each.required);
    return made.text(one_of);
}

std::string schemas::items_schema() {
    json_writer any;
    json_writer mapping;
    any.begin_array();
    mapping.begin_object();
    for (const std::string_view each : batch_operations()) {
        const route* const of = route_of(each);
        if (of == nullptr)
            throw std::logic_error("the operation " + std::string(each) + " has no route");
        const std::string name = capitalized(each) + "Item";
        any.raw(keep_schema(name, fields_schema(capitalized(each), fields_of_item(*of), each, {})));
        mapping.member(each, pointer_to("schemas", name));
    }
    json_writer out;
    out.begin_object().member("type", "array").key("items").begin_object();
    out.key("oneOf").raw(any.end_array().text()).key("discriminator").begin_object();
    out.member("propertyName", operation_field).key("mapping").raw(mapping.end_object().text());
    out.end_object().end_object().member("minItems", std::int64_t{1});
    return out.member("maxItems", static_cast<std::int64_t>(max_items)).end_object().text();
}

std::string schemas::body(std::string_view name, const route& of) {
    const std::string made = name.empty() ? capitalized(of.name) : std::string(name);
    const std::string_view one_of =
        of.call == call::assign ? R"([{"required":["tokens"]},{"required":["pack"]}])" : "";
    return keep_schema(made, fields_schema(made, fields_of(of), {}, one_of));
}

// ---- Replies that are not described. ----

std::string schemas::applied() {
    object_schema made(said("Applied"));
    json_writer constant;
    constant.begin_object().member("const", ledger::to_string(ledger::result::applied)).end_object();
    made.add("result", constant.text(), true);
    made.add("transactions", array("", row<ledger::posting>()), true);
    made.add("uncovered", member("Applied.uncovered", integer()), false);
    made.add("hold", row<ledger::hold_view>(), false);
    return keep_schema("Applied", made.text());
}

std::string schemas::evidence() {
    const std::string path = "EventWithBody.evidence";
    object_schema made(said(path));
    made.add("readable", json_of(boolean()), true);
    for (const std::string name : {"signature_header", "body"})
        made.add(name, json_of({}, said(path + "." + name)), false);
    return made.text();
}

std::string schemas::event_with_body() {
    object_schema made(said("EventWithBody"));
    add_members<ledger::event_view>(made, std::string(schema_name<ledger::event_view>));
    made.add("evidence", evidence(), false);
    return keep_schema("EventWithBody", made.text());
}

std::string schemas::problem() {
    std::vector<std::string_view> slugs;
    for (const problem_kind& each : problem_kinds())
        slugs.push_back(each.slug);
    object_schema made(said("Problem"));
    const auto add = [&](std::string_view name, const value_schema& value, bool required = false) {
        made.add(name, json_of(value, said("Problem." + std::string(name))), required);
    };
    add("type", one_of(slugs), true);
    add("title", {}, true);
    add("status", {.type = "integer", .minimum = 400, .maximum = 599}, true);
    add("detail", {});
    add("item", integer(0, static_cast<std::int64_t>(max_items) - 1));
    add("field", {});
    add("nearest", {});
    add("reason", {});
    add("member", {});
    add("left", integer(0));
    return keep_schema("Problem", made.text());
}

} // namespace tokenledger::admin
