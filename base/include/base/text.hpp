// What text may enter the ledger: the one rule for every identifier that reaches the database.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tokenledger::base {

// Longest identifier in bytes: user ids, Stripe ids, event types, pack ids, idempotency keys.
inline constexpr std::size_t max_identifier_bytes = 255;

// True if `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without a NUL.
// PostgreSQL's text type holds exactly these; libpqxx would cut a parameter at a NUL without a word.
[[nodiscard]] bool is_storable_text(std::string_view text) noexcept;

// True if `text` is storable and has 1 to max_identifier_bytes bytes.
[[nodiscard]] bool is_identifier(std::string_view text) noexcept;

// Longest cost in characters.
inline constexpr std::size_t max_cost_bytes = 64;

// True if `text` is a decimal that is not negative: digits, a fraction if any, an exponent of at most two
// digits if any (`12`, `0.0125`, `1e-7`). Then PostgreSQL's numeric holds exactly its value.
[[nodiscard]] bool is_cost(std::string_view text) noexcept;

// Digits after the decimal point, as written without an exponent, that PostgreSQL's numeric can hold.
inline constexpr std::int64_t max_numeric_scale = 16383;

// True if PostgreSQL's numeric, and so its jsonb, can hold this number of JSON within the range of a double:
// not `1e-20000`, which it refuses.
[[nodiscard]] bool is_numeric(std::string_view number) noexcept;

} // namespace tokenledger::base
