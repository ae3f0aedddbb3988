// Words for the messages about a configuration.
#include "config/error_text.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace tokenledger::daemon {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t longest_quote = 120;
bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/' || c == '=';
}

} // namespace

std::string redacted(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        const std::size_t found = text.find(secret_prefix);
        if (found == std::string_view::npos)
            return made.append(text);
        made.append(text.substr(0, found)).append(secret_prefix).append("...");
        text.remove_prefix(found + secret_prefix.size());
        const auto* const end = std::ranges::find_if_not(text, is_word);
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
    return made;
}

std::string in_quotes(std::string_view text) {
    std::string made = redacted(text);
    if (made.size() > longest_quote) {
        std::size_t end = longest_quote;
        while (end > 0 && (static_cast<unsigned char>(made[end]) & 0xC0U) == 0x80U) {
            --end; // not in the middle of a character
        }
        made.resize(end);
        made += "...";
    }
    std::ranges::replace_if(
        made, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return "'" + made + "'";
}

std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates) {
    const std::string_view nearest = base::nearest_to(word, candidates);
    return base::is_slip(word, nearest) ? nearest : std::string_view{};
}

} // namespace tokenledger::daemon
