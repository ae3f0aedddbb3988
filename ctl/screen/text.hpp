// Text for a person's screen: nothing in it can steer a terminal, widths in columns, digits in groups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tokenledger::ctl {

// What came from outside (ids, reasons), safe to print: control characters, characters that turn the
// direction of text round, and bytes that are no UTF-8 become escapes such as \x1b and \u202e.
[[nodiscard]] std::string visible(std::string_view text);

// Columns that it takes; `text` is visible() already.
[[nodiscard]] std::size_t columns_of(std::string_view text);

// At most `columns` wide, the middle left out: the ends of ids differ as much as their beginnings.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

// An integer or a decimal with its digits in groups: "-1,234,567.5".
[[nodiscard]] std::string grouped(std::string_view number);
[[nodiscard]] std::string grouped(std::int64_t number);

// Minor units as money: "9.99 USD", "500 JPY". Which currencies have no or three decimals is Stripe's rule:
// https://docs.stripe.com/currencies#zero-decimal
[[nodiscard]] std::string money(std::string_view minor_units, std::string_view currency);
[[nodiscard]] std::string money(std::int64_t minor_units, std::string_view currency);

// RFC 3339 as the daemon writes it, for people: "2026-01-31 12:00:00"; anything else as it is.
[[nodiscard]] std::string short_time(std::string_view rfc3339);

enum class tone : std::uint8_t { plain, strong, faint, good, bad, notice };
// With the escapes of the tone if `colour`.
[[nodiscard]] std::string painted(std::string_view text, tone how, bool colour);

} // namespace tokenledger::ctl
