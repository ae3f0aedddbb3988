// Legal JSON that RapidJSON 1.1.0 refuses: an escaped high surrogate that stands alone, and a number that no
// double can hold. An event with one of these in some field nobody reads must not be refused.
#pragma once

#include <string>
#include <string_view>

namespace tokenledger {

// The same JSON without these: such an escape becomes a lone low surrogate, which the reader lets through as
// bytes that no identifier may have; such a number becomes 0.5, which is no integer either. What is malformed
// stays so. Never longer than `text`.
[[nodiscard]] std::string repair_json(std::string_view text);

} // namespace tokenledger
