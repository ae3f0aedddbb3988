// The fields of each request's body, used by the check, its messages and docs/openapi.json. The fields of an
// operation come from its description (ledger/command.hpp).
#pragma once

#include "admin/route.hpp"

#include "ledger/fields.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tokenledger::admin {

inline constexpr std::size_t max_items = 100;                    // of a batch
inline constexpr std::size_t max_reason_bytes = 1000;            // an operator's words
inline constexpr std::size_t max_metadata_bytes = 8192;          // as JSON without blanks
inline constexpr std::int64_t max_quantity = 1000;               // of a pack, as at the webhook
inline constexpr std::int64_t max_actor = 4'294'967'295;         // a uid has 32 bits
inline constexpr std::string_view operation_field = "operation"; // says which call an item of a batch is

// A text has at most max_reason_bytes, an object max_metadata_bytes, and there are 1..max_items items.
using ledger::field_kind;

struct field {
    std::string_view name;
    field_kind kind;
    bool required = false;
};

// Empty for calls without a body.
[[nodiscard]] std::span<const field> fields_of(const route& what) noexcept;
// Of an item of a batch that is this operation: also what is in the path of its call.
[[nodiscard]] std::span<const field> fields_of_item(const route& what) noexcept;

// The operations that an item of a batch can be: the values of its operation_field.
[[nodiscard]] std::span<const std::string_view> batch_operations() noexcept;

} // namespace tokenledger::admin
