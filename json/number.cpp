// The power of ten decides, but for numbers as long as the largest double.
#include "number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace tokenledger {
namespace {

// Where the first digit stands that is not 0, `digits` of a JSON number without sign and exponent: 2
// for 10.0, 1 for 1, 0 for 0.1, -1 for 0.01. nullopt: it is 0.
std::optional<std::int64_t> place_of_first_digit(std::string_view digits) noexcept {
    const auto point = std::min(digits.find('.'), digits.size());
    const auto first = digits.find_first_not_of("0.");
    if (first == std::string_view::npos)
        return std::nullopt;
    const auto distance = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    return first < point ? distance : distance + 1;
}

} // namespace

bool is_beyond_double(std::string_view number) noexcept {
    constexpr std::int64_t most = 309;                   // digits before the point of the largest double
    constexpr std::int64_t far = std::int64_t{1} << 31U; // beyond what any number of digits makes up for
    if (number.front() == '-')
        number.remove_prefix(1);
    const auto mark = std::min(number.find_first_of("eE"), number.size());
    const auto place = place_of_first_digit(number.substr(0, mark));
    if (!place)
        return false;
    std::int64_t exponent = 0;
    if (mark < number.size()) {
        const bool plus = number[mark + 1] == '+';
        const std::string_view written = number.substr(mark + (plus ? 2 : 1));
        const auto read = std::from_chars(written.data(), written.data() + written.size(), exponent);
        if (read.ec != std::errc{} || exponent > far || exponent < -far)
            return written.front() != '-';
    }
    if (*place + exponent != most)
        return *place + exponent > most;
    double value = 0;
    return std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc{};
}

} // namespace tokenledger
