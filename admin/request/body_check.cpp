// The error messages say what is wrong and what would be accepted.
#include "request/body_check.hpp"

#include "base/nearest.hpp"
#include "base/time.hpp"

#include "base/text.hpp"
#include "ledger/command.hpp"
#include "ledger/names.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace tokenledger::admin {

namespace {

std::string_view kind_name(json_kind kind) {
    switch (kind) {
    case json_kind::null:
        return "null";
    case json_kind::boolean:
        return "a boolean";
    case json_kind::number:
        return "a number";
    case json_kind::string:
        return "a string";
    case json_kind::array:
        return "an array";
    case json_kind::object:
        return "an object";
    case json_kind::absent:
        break;
    }
    return "nothing";
}

// The functions below return an error, or nullopt.
using complaint = std::optional<std::string>;

complaint wrong_kind(const json_value& value, json_kind expected) {
    if (value.kind() == expected)
        return std::nullopt;
    std::string text =
        "is " + std::string(kind_name(value.kind())) + ", must be " + std::string(kind_name(expected));
    if (value.kind() == json_kind::null)
        text += "; leave a field that is not required out";
    return text;
}

complaint check_string(const json_value& value, std::size_t least, std::size_t most) {
    if (auto wrong = wrong_kind(value, json_kind::string))
        return wrong;
    const std::string_view text = value.string().value_or("");
    if (text.size() < least || text.size() > most)
        return "has " + std::to_string(text.size()) + " bytes, must have " + std::to_string(least) + " to " +
               std::to_string(most);
    if (!base::is_storable_text(text))
        return "must be well-formed Unicode without U+0000";
    return std::nullopt;
}

template <class Enum>
complaint check_name(const json_value& value) {
    if (auto wrong = wrong_kind(value, json_kind::string))
        return wrong;
    if (ledger::value_of<Enum>(value.string().value_or("")))
        return std::nullopt;
    return "must be " + base::alternatives(ledger::names_of<Enum>());
}

complaint check_time(const json_value& value) {
    if (auto wrong = wrong_kind(value, json_kind::string))
        return wrong;
    if (base::parse_time(value.string().value_or("")))
        return std::nullopt;
    return "must be a time such as 2026-11-22T18:30:00Z";
}

complaint check_integer(const json_value& value, std::int64_t least,
                        std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
    if (auto wrong = wrong_kind(value, json_kind::number))
        return wrong;
    if (const auto number = value.integer(); number && *number >= least && *number <= most)
        return std::nullopt;
    const bool written_as_integer = value.raw_number().find_first_of(".eE") == std::string_view::npos;
    return (written_as_integer ? "must be from "
                               : "must be written as an integer, without fraction or "
                                 "exponent, from ") +
           std::to_string(least) + " to " + std::to_string(most);
}

complaint check_cost(const json_value& value) {
    if (value.kind() != json_kind::number && value.kind() != json_kind::string)
        return "is " + std::string(kind_name(value.kind())) + ", must be a number or a string with one";
    if (base::is_cost(cost_text(value)))
        return std::nullopt;
    return "must be a decimal of cents, not negative, such as 0.0125, of at most " +
           std::to_string(base::max_cost_bytes) + " characters and with an exponent, if any, of two digits";
}

// Names follow the same rule as text, and no object has the same name twice. So metadata can be read with
// PostgreSQL's jsonb, and by readers that keep numbers as doubles.
complaint check_inside(const json_value& value) {
    if (value.repeats_a_name())
        return "has two members of the same name";
    if (const auto text = value.string(); text && !base::is_storable_text(*text))
        return "must hold well-formed Unicode without U+0000";
    if (value.is_beyond_double())
        return "must hold numbers within the range of a double";
    if (value.kind() == json_kind::number && !base::is_numeric(value.raw_number()))
        return "must hold numbers of at most " + std::to_string(base::max_numeric_scale) +
               " digits after the decimal point";
    for (json_value each = value.first(); each; each = each.next()) {
        if (value.kind() == json_kind::object) {
            if (!base::is_storable_text(each.name()))
                return "must hold well-formed Unicode without U+0000";
        }
        if (auto wrong = check_inside(each))
            return wrong;
    }
    return std::nullopt;
}

complaint check_object(const json_value& value) {
    if (auto wrong = wrong_kind(value, json_kind::object))
        return wrong;
    if (const std::size_t size = value.compact_size(); size > max_metadata_bytes)
        return "has " + std::to_string(size) + " bytes without blanks, must have at most " +
               std::to_string(max_metadata_bytes);
    return check_inside(value);
}

complaint check_items(const json_value& value) {
    if (auto wrong = wrong_kind(value, json_kind::array))
        return wrong;
    return value.first() ? std::nullopt : complaint("must have at least one item");
}

complaint check_value(const json_value& value, field_kind kind) {
    switch (kind) {
    case field_kind::identifier:
        return check_string(value, 1, base::max_identifier_bytes);
    case field_kind::words:
        return check_string(value, 1, max_reason_bytes);
    case field_kind::text:
        return check_string(value, 0, max_reason_bytes);
    case field_kind::source:
        return check_name<ledger::grant_source>(value);
    case field_kind::tokens:
        return check_integer(value, 1);
    case field_kind::charge:
    case field_kind::count:
        return check_integer(value, 0);
    case field_kind::priority:
        return check_integer(value, 0, ledger::max_lot_priority);
    case field_kind::timeout:
        return check_integer(value, 1, std::chrono::seconds(ledger::max_hold_timeout).count());
    case field_kind::overrun:
        return check_name<ledger::overrun>(value);
    case field_kind::window:
        return check_name<ledger::limit_window>(value);
    case field_kind::time:
        return check_time(value);
    case field_kind::cost:
        return check_cost(value);
    case field_kind::boolean:
        return wrong_kind(value, json_kind::boolean);
    case field_kind::object:
        return check_object(value);
    case field_kind::items:
        return check_items(value);
    }
    return "cannot be checked";
}

} // namespace

std::optional<problem> check_body(const json_value& object, std::span<const field> fields,
                                  std::optional<std::size_t> item) {
    std::vector<std::string_view> names;
    if (item)
        names.push_back(operation_field);
    for (const field& each : fields)
        names.push_back(each.name);

    for (json_value each = object.first(); each; each = each.next()) {
        const std::string name(each.name());
        if (std::find(names.begin(), names.end(), each.name()) == names.end()) {
            const std::string_view nearest = base::nearest_to(name, names);
            return problem{.type = problem_type::unknown_field,
                           .detail = base::unknown_name("field", name, nearest, names),
                           .item = item,
                           .field = name,
                           .nearest = std::string(nearest)};
        }
        if (object.count(each.name()) > 1)
            return problem{.type = problem_type::duplicate_field,
                           .detail = base::quoted(name) + " is there more than once. Send it once.",
                           .item = item,
                           .field = name};
    }
    for (const field& each : fields) {
        const json_value value = object.member(each.name);
        if (!value && !each.required)
            continue;
        const complaint wrong = value ? check_value(value, each.kind) : complaint("is required");
        if (wrong)
            return problem{.type = value ? problem_type::invalid_field : problem_type::missing_field,
                           .detail = base::quoted(each.name) + " " + *wrong + ".",
                           .item = item,
                           .field = std::string(each.name)};
    }
    return std::nullopt;
}

problem malformed_body(json_error why) {
    std::string detail = "The body must be one JSON object in UTF-8.";
    if (why == json_error::too_deep)
        detail = "The body is nested deeper than " + std::to_string(max_json_depth) + " levels.";
    if (why == json_error::unrepresentable)
        detail = "The body has a number beyond the range of a double, or half of a surrogate pair.";
    return {.type = problem_type::malformed_json, .detail = std::move(detail)};
}

problem unrepresentable_body(std::optional<problem> repaired) {
    if (repaired && repaired->type == problem_type::invalid_field)
        return std::move(*repaired);
    return malformed_body(json_error::unrepresentable);
}

problem over_token_limit(std::int64_t limit) {
    return {.type = problem_type::token_limit,
            .detail =
                "One request moves at most " + std::to_string(limit) +
                " tokens here, all its items together: max_tokens_per_request of the [[admin.listener]]."};
}

std::string_view cost_text(const json_value& of) {
    return of.string().value_or(of.raw_number());
}

} // namespace tokenledger::admin
