// What a double can hold.
#pragma once

#include <string_view>

namespace tokenledger {

// Whether a number of JSON is larger than every double, or smaller than every negative one.
[[nodiscard]] bool is_beyond_double(std::string_view number) noexcept;

} // namespace tokenledger
