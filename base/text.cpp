// The UTF-8 rule of every identifier that reaches the database.
#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace tokenledger::base {
namespace {

// A byte that follows a lead byte, within [low, high] (narrower than 80..BF for the first one of some leads).
bool in_range(char byte, unsigned char low, unsigned char high) noexcept {
    const auto value = static_cast<unsigned char>(byte);
    return value >= low && value <= high;
}

bool is_tail(char byte) noexcept {
    return in_range(byte, 0x80, 0xBF);
}

// Bytes of the well-formed sequence that `rest` (not empty) begins with; 0 if there is none, or a NUL.
// The ranges are those of RFC 3629, section 4.
std::size_t sequence_length(std::string_view rest) noexcept {
    const auto lead = static_cast<unsigned char>(rest[0]);
    if (lead < 0x80)
        return lead == 0 ? 0 : 1;
    if (lead < 0xC2 || lead > 0xF4) {
        return 0; // a tail byte, an overlong form, or beyond U+10FFFF
    }
    if (lead < 0xE0)
        return rest.size() >= 2 && is_tail(rest[1]) ? 2 : 0;
    if (lead < 0xF0) {
        const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;  // no overlong form
        const unsigned char high = lead == 0xED ? 0x9F : 0xBF; // no surrogate
        return rest.size() >= 3 && in_range(rest[1], low, high) && is_tail(rest[2]) ? 3 : 0;
    }
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;  // no overlong form
    const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF; // nothing beyond U+10FFFF
    return rest.size() >= 4 && in_range(rest[1], low, high) && is_tail(rest[2]) && is_tail(rest[3]) ? 4 : 0;
}

// Takes the digits off the front of `rest`, at most so many; false if there is none.
bool take_digits(std::string_view& rest, std::size_t most) noexcept {
    std::size_t count = 0;
    while (count < rest.size() && count < most && rest[count] >= '0' && rest[count] <= '9')
        ++count;
    rest.remove_prefix(count);
    return count > 0;
}

} // namespace

bool is_storable_text(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_identifier(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_identifier_bytes && is_storable_text(text);
}

bool is_cost(std::string_view text) noexcept {
    constexpr std::size_t exponent_digits = 2;
    if (text.size() > max_cost_bytes || !take_digits(text, max_cost_bytes))
        return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!take_digits(text, max_cost_bytes))
            return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1);
        if (!take_digits(text, exponent_digits))
            return false;
    }
    return text.empty();
}

bool is_numeric(std::string_view number) noexcept {
    const auto mark = std::min(number.find_first_of("eE"), number.size());
    const auto point = number.substr(0, mark).find('.');
    const auto digits = point == std::string_view::npos ? 0 : static_cast<std::int64_t>(mark - point - 1);
    std::int64_t exponent = 0;
    if (mark < number.size()) {
        const bool plus = number.substr(mark + 1).starts_with('+');
        const std::string_view written = number.substr(mark + (plus ? 2 : 1));
        const auto read = std::from_chars(written.data(), written.data() + written.size(), exponent);
        if (read.ec != std::errc{} || exponent < -max_numeric_scale || exponent > max_numeric_scale)
            return false;
    }
    return digits - exponent <= max_numeric_scale;
}

} // namespace tokenledger::base
