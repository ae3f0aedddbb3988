// Text for a terminal: control characters escaped, widths in columns, digits in groups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tokenledger::ctl {

// Text from outside (ids, reasons) made safe to print: control characters, characters that change the
// direction of text, and bytes that are not UTF-8 become escapes such as \x1b and \u202e.
[[nodiscard]] std::string visible(std::string_view text);

// The width in columns; `text` went through visible().
[[nodiscard]] std::size_t columns_of(std::string_view text);

// Cut to `columns` by leaving out the middle, because ids differ at both ends.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

// An integer or a decimal with its digits in groups: "-1,234,567.5".
[[nodiscard]] std::string grouped(std::string_view number);
[[nodiscard]] std::string grouped(std::int64_t number);

// Minor units as money: "9.99 USD", "500 JPY". Stripe says which currencies have no or three decimals:
// https://docs.stripe.com/currencies#zero-decimal
[[nodiscard]] std::string money(std::string_view minor_units, std::string_view currency);
[[nodiscard]] std::string money(std::int64_t minor_units, std::string_view currency);

// A time as the daemon writes it (RFC 3339) as "2026-01-31 12:00:00"; other text is returned unchanged.
[[nodiscard]] std::string short_time(std::string_view rfc3339);

enum class tone : std::uint8_t { plain, strong, faint, good, bad, notice };
// With the escapes of the tone if `colour`.
[[nodiscard]] std::string painted(std::string_view text, tone how, bool colour);

} // namespace tokenledger::ctl
