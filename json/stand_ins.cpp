// Most texts have no such thing, and are only searched for it.
#include "stand_ins.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tokenledger {
namespace {

constexpr std::size_t escape_bytes = 6;  // \uXXXX
constexpr std::size_t long_exponent = 3; // digits from which on a number may be too big
constexpr std::size_t long_integer = 309;

bool is_digit(char c) noexcept {
    return static_cast<unsigned char>(c - '0') < 10;
}

char* skip_digits(char* at) noexcept {
    while (is_digit(*at))
        ++at;
    return at;
}

// Whether the escape of a surrogate stands at `at` whose second hexadecimal digit is one of `second`.
bool is_surrogate(std::string_view text, std::size_t at, std::string_view second) noexcept {
    if (text.size() < at + escape_bytes)
        return false;
    const std::string_view escape = text.substr(at, escape_bytes);
    return (escape.starts_with("\\ud") || escape.starts_with("\\uD")) &&
           second.find(escape[3]) != std::string_view::npos &&
           escape.find_first_not_of("0123456789abcdefABCDEF", 4) == std::string_view::npos;
}

// An e with digits two and three bytes behind it, in strings too. No step depends on the one before, so that
// a compiler may take many at once.
bool has_long_exponent(std::string_view text) noexcept {
    unsigned char found = 0;
    for (std::size_t at = 0; at + long_exponent < text.size(); ++at) {
        const bool mark = (text[at] | 0x20) == 'e';
        found |= static_cast<unsigned char>(mark & is_digit(text[at + 2]) & is_digit(text[at + 3]));
    }
    return found != 0;
}

bool has_long_integer(std::string_view text) noexcept {
    for (std::size_t at = 0; at + long_integer <= text.size();) {
        std::size_t end = at + long_integer; // from here down to `at`, until something else stands there
        while (end > at && is_digit(text[end - 1]))
            --end;
        if (end == at)
            return true;
        at = end;
    }
    return false;
}

// `at` is the opening quote.
char* skip_string(char* at, const char* end) noexcept {
    while (++at < end && *at != '"') {
        if (*at == '\\' && at + 1 < end)
            ++at;
    }
    return at < end ? at + 1 : at;
}

// `first` is a digit with none before it: of an exponent, they become 0; of an integer part, the point moves
// behind it, or one is put there. Outside strings these places are a number's, or the text is malformed.
char* replace_digits(const char* text, char* first) noexcept {
    char* const end = skip_digits(first);
    const auto size = static_cast<std::size_t>(end - first);
    const auto before = [&](std::ptrdiff_t by) { return first - text < by ? '\0' : *(first - by); };
    const char mark = before(1) == '+' || before(1) == '-' ? before(2) : before(1);
    if (mark == 'e' || mark == 'E') {
        if (size >= long_exponent)
            std::fill(first, end, '0');
        return end;
    }
    if (size < long_integer || *first == '0' || before(1) == '.')
        return end;
    if (*end == '.') {
        if (!is_digit(end[1]))
            return end;
        *end = '0';
    }
    first[1] = '.';
    return skip_digits(end);
}

} // namespace

bool replace_lone_surrogates(std::string& text) noexcept {
    bool found = false;
    for (std::size_t at = 0; (at = text.find('\\', at)) != std::string::npos;) {
        if (!is_surrogate(text, at, "89abAB")) {
            at += 2; // the second may be a backslash too
        } else if (is_surrogate(text, at + escape_bytes, "cdefCDEF")) {
            at += 2 * escape_bytes;
        } else {
            text.replace(at, escape_bytes, "\\udc00");
            found = true;
            at += escape_bytes;
        }
    }
    return found;
}

bool replace_large_numbers(std::string& text) noexcept {
    if (!has_long_exponent(text) && !has_long_integer(text))
        return false;
    const char* const end = text.data() + text.size();
    for (char* at = text.data(); at < end;) {
        if (*at == '"')
            at = skip_string(at, end);
        else if (is_digit(*at))
            at = replace_digits(text.data(), at);
        else
            ++at;
    }
    return true;
}

} // namespace tokenledger
