// Words for the messages about a configuration.
#include "error_text.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace tokenledger::daemon {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t longest_quote = 120;
constexpr std::size_t longest_word = 64; // nobody misspells a key at such length; bounds the work too

bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/' || c == '=';
}

// Levenshtein's distance, one row at a time.
std::size_t edits(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[to.size()];
}

} // namespace

std::string redacted(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        const std::size_t found = text.find(secret_prefix);
        if (found == std::string_view::npos) {
            return made.append(text);
        }
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
    if (word.empty() || word.size() > longest_word) {
        return {};
    }
    std::string_view nearest;
    std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edits(word, candidate);
        if (distance < fewest) {
            nearest = candidate;
            fewest = distance;
        }
    }
    return nearest;
}

} // namespace tokenledger::daemon
