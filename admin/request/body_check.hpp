// Checks one JSON object of a request against the table of its fields. After that, its values can be read
// without further checks.
#pragma once

#include "admin/fields.hpp"
#include "admin/problem.hpp"

#include "json/tree.hpp"

#include <optional>

namespace tokenledger::admin {

// Returns the first error: unknown or repeated members in the order of the body, then missing and invalid
// ones in the order of the table. `item` is the index in a batch; items also have an operation_field.
[[nodiscard]] std::optional<problem> check_body(const json_value& object, std::span<const field> fields,
                                                std::optional<std::size_t> item);

// The problem of a body that is not a JSON object.
[[nodiscard]] problem malformed_body(json_error why);
// The problem of a body that is json_error::unrepresentable. `repaired` is the error of the same body read
// with unrepresentable_json::repair; it names the field, if the value is that of a field.
[[nodiscard]] problem unrepresentable_body(std::optional<problem> repaired);
[[nodiscard]] problem over_token_limit(std::int64_t limit);

// The text of a value that check_body has accepted as field_kind::cost.
[[nodiscard]] std::string_view cost_text(const json_value& of);

} // namespace tokenledger::admin
