// Most texts have no such thing, and are only searched for it.
#include "stand_ins.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tokenledger {
namespace {

constexpr std::size_t escape_bytes = 6;  // \uXXXX
constexpr std::size_t long_exponent = 3; // digits that make a number too big have at least so many
constexpr std::size_t long_integer = 309;

bool is_digit(char c) noexcept {
    return static_cast<unsigned char>(c - '0') < 10;
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

// Whether the digits at `first`, with none before them, are of an exponent.
bool is_exponent(std::string_view text, std::size_t first) noexcept {
    if (first > 0 && (text[first - 1] == '+' || text[first - 1] == '-'))
        --first;
    return first > 0 && (text[first - 1] == 'e' || text[first - 1] == 'E');
}

// In strings too. As many digits as matter do not fit between two bytes that are looked at.
bool may_have_large_number(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size(); at += long_exponent) {
        if (!is_digit(text[at]))
            continue;
        std::size_t first = at;
        while (first > 0 && is_digit(text[first - 1]))
            --first;
        while (at < text.size() && is_digit(text[at]))
            ++at;
        if (at - first >= long_integer || (at - first >= long_exponent && is_exponent(text, first)))
            return true;
    }
    return false;
}

// `at` is the opening quote.
std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
    constexpr std::string_view marks = "\"\\";
    at = text.find_first_of(marks, at + 1);
    while (at != std::string_view::npos && text[at] == '\\')
        at = text.find_first_of(marks, at + 2);
    return at == std::string_view::npos ? text.size() : at + 1;
}

// There is a digit at `first`, and none before it. Of an exponent, they become 0. Of an integer part, the
// point moves behind the first, or one is put there. What is no number is malformed, and stays so.
std::size_t replace_digits(std::string& text, std::size_t first) noexcept {
    const auto skip_digits = [&text](std::size_t at) {
        while (is_digit(text[at])) // the NUL at the end is none
            ++at;
        return at;
    };
    const std::size_t end = skip_digits(first);
    if (is_exponent(text, first)) {
        std::fill(&text[first], &text[end], '0');
        return end;
    }
    if (end - first < long_integer || text[first] == '0' || (first > 0 && text[first - 1] == '.'))
        return end;
    if (text[end] == '.') {
        if (!is_digit(text[end + 1]))
            return end;
        text[end] = '0';
    }
    text[first + 1] = '.';
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
    if (!may_have_large_number(text))
        return false;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"')
            at = skip_string(text, at);
        else if (is_digit(text[at]))
            at = replace_digits(text, at);
        else
            ++at;
    }
    return true;
}

} // namespace tokenledger
