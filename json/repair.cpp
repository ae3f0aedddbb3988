// The repair of legal JSON that RapidJSON's reader refuses.
#include "repair.hpp"

#include <charconv>
#include <cstddef>
#include <optional>

namespace tokenledger {
namespace {

std::size_t skip_digits(std::string_view text, std::size_t at) noexcept {
    const std::size_t end = text.find_first_not_of("0123456789", at);
    return end == std::string_view::npos ? text.size() : end;
}

bool is_one_of(std::string_view text, std::size_t at, std::string_view characters) noexcept {
    return at < text.size() && characters.find(text[at]) != std::string_view::npos;
}

// RFC 8259, section 6.
bool is_json_number(std::string_view token) noexcept {
    std::size_t at = is_one_of(token, 0, "-") ? 1 : 0;
    std::size_t end = is_one_of(token, at, "0") ? at + 1 : skip_digits(token, at);
    if (end == at) {
        return false;
    }
    if (is_one_of(token, end, ".")) {
        at = end + 1;
        end = skip_digits(token, at);
        if (end == at) {
            return false;
        }
    }
    if (is_one_of(token, end, "eE")) {
        at = end + (is_one_of(token, end + 1, "+-") ? 2 : 1);
        end = skip_digits(token, at);
        if (end == at) {
            return false;
        }
    }
    return end == token.size();
}

// The code unit of the escape \uXXXX that `text` has at `at`.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) noexcept {
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') {
        return std::nullopt;
    }
    unsigned unit = 0;
    const char* const end = text.data() + at + 6;
    const auto [stopped, error] = std::from_chars(text.data() + at + 2, end, unit, 16);
    return error == std::errc{} && stopped == end ? std::optional{unit} : std::nullopt;
}

// Copies the escape at `at` and returns where it ends. A high surrogate that no low one follows becomes a low
// one alone: the reader lets that through, as bytes that no identifier may have.
std::size_t repair_escape(std::string_view text, std::size_t at, std::string& out) {
    const std::optional<unsigned> unit = escaped_unit(text, at);
    if (unit && *unit >= 0xD800 && *unit <= 0xDBFF) {
        const std::optional<unsigned> second = escaped_unit(text, at + 6);
        if (!second || *second < 0xDC00 || *second > 0xDFFF) {
            out += "\\udc00";
            return at + 6;
        }
    }
    const std::string_view kept = text.substr(at, 2); // what follows a `\u` is copied as any other text
    out += kept;
    return at + kept.size();
}

} // namespace

std::string repair_json(std::string_view text) {
    constexpr std::size_t longest_int64 = 20;
    std::string out;
    out.reserve(text.size());
    bool in_string = false;
    for (std::size_t at = 0; at < text.size();) {
        if (in_string && text[at] == '\\') {
            at = repair_escape(text, at, out);
        } else if (!in_string && is_one_of(text, at, "-0123456789")) {
            const std::size_t end = text.find_first_not_of("0123456789+-.eE", at);
            const std::string_view token = text.substr(at, end == std::string_view::npos ? end : end - at);
            const bool may_be_refused =
                token.size() > longest_int64 || token.find_first_of("eE") != token.npos;
            out += may_be_refused && is_json_number(token) ? "0.5" : token;
            at += token.size();
        } else {
            in_string = in_string != (text[at] == '"');
            out += text[at++];
        }
    }
    return out;
}

} // namespace tokenledger
