// One pass of RapidJSON's reader over a JSON text (RFC 8259), which fills the nodes of a tree.
#pragma once

#include "nodes.hpp"

#include <cstdint>
#include <string_view>

namespace tokenledger {

enum class parse_end : std::uint8_t {
    complete,
    malformed,
    too_deep,
    // Well-formed; but a number is beyond the range of a double, which is kept as it was written, or an
    // escaped high surrogate stands alone, for which there are now three bytes that are no UTF-8.
    unrepresentable,
};

// Replaces what `into` holds. Its strings are decoded where they stand, in a copy of `text`.
[[nodiscard]] parse_end parse_json(json_nodes& into, std::string_view text);

} // namespace tokenledger
