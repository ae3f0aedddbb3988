// The fields of each request's body: one table for the check, the messages and the test of docs/openapi.json.
#pragma once

#include "admin/route.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tokenledger::admin {

inline constexpr std::size_t max_items = 100;                    // of a batch
inline constexpr std::size_t max_reason_bytes = 1000;            // an operator's words
inline constexpr std::size_t max_metadata_bytes = 8192;          // as JSON without blanks
inline constexpr std::int64_t max_quantity = 1000;               // of a pack, as at the webhook
inline constexpr std::string_view operation_field = "operation"; // says which call an item of a batch is

enum class field_kind : std::uint8_t {
    identifier, // string, 1..255 bytes of UTF-8 without NUL
    text,       // string, 0..max_reason_bytes likewise
    words,      // text that is not empty
    source,     // the name of a ledger::grant_source
    tokens,     // integer, 1..2^63-1
    count,      // integer, 0..2^63-1
    cost,       // decimal, as a string or a number (base::is_cost)
    boolean,
    object, // any JSON object, of max_metadata_bytes
    items,  // array of 1..max_items objects
};

struct field {
    std::string_view name;
    field_kind kind;
    bool required = false;
};

// Empty for calls without a body.
[[nodiscard]] std::span<const field> fields_of(call what) noexcept;

// The calls that an item of a batch can be, by the value of its operation_field.
struct batch_operation {
    std::string_view name;
    admin::call call;
};
[[nodiscard]] std::span<const batch_operation> batch_operations() noexcept;

} // namespace tokenledger::admin
