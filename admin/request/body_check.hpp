// Holds one JSON object of a request against the table of its fields: afterwards it can be read without
// doubt.
#pragma once

#include "admin/fields.hpp"
#include "admin/problem.hpp"

#include "json/tree.hpp"

#include <optional>

namespace tokenledger::admin {

// The first thing that is wrong: unknown or repeated members in the order of the body, then missing and
// unusable ones in the order of the table. `item` is where it stands in a batch, whose items also have their
// operation_field.
[[nodiscard]] std::optional<problem> check_body(const json_value& object, std::span<const field> fields,
                                                std::optional<std::size_t> item);

// Of a body that is no JSON object.
[[nodiscard]] problem malformed_body(json_error why);
// Of a body that is json_error::unrepresentable. `repaired`: what is wrong with the same body read with
// unrepresentable_json::repair, which names the field if it is that of a call.
[[nodiscard]] problem unrepresentable_body(std::optional<problem> repaired);
[[nodiscard]] problem over_token_limit(std::int64_t limit);

// Of a value that check_body has accepted as field_kind::cost.
[[nodiscard]] std::string_view cost_text(const json_value& of);

} // namespace tokenledger::admin
