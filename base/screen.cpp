// Which characters reach a screen as they are.
#include "base/screen.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tokenledger::base {
namespace {

struct range {
    char32_t first;
    char32_t last;
};

constexpr std::array hidden{range{0x00, 0x1F},     range{0x7F, 0x9F},     range{0x061C, 0x061C},
                            range{0x200B, 0x200C}, range{0x200E, 0x200F}, range{0x2028, 0x202E},
                            range{0x2060, 0x2069}, range{0xFEFF, 0xFEFF}, range{0xE0000, 0xE007F}};

} // namespace

character first_character(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return {.point = lead, .bytes = 1, .valid = true};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC0 || text.size() < bytes || !is_storable_text(text.substr(0, bytes)))
        return {};
    char32_t point = lead & (0x7FU >> bytes);
    for (const char each : text.substr(1, bytes - 1))
        point = (point << 6) | (static_cast<unsigned char>(each) & 0x3FU);
    return {.point = point, .bytes = bytes, .valid = true};
}

bool may_be_shown(const character& what) noexcept {
    return what.valid && std::ranges::none_of(hidden, [&](range each) {
               return each.first <= what.point && what.point <= each.last;
           });
}

void append_escape(std::string& to, const character& what, std::string_view text) {
    std::array<char, 16> escape{};
    if (!what.valid || what.point < 0x80)
        std::snprintf(escape.data(), escape.size(), "\\x%02x",
                      static_cast<unsigned>(static_cast<unsigned char>(text.front())));
    else
        std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(what.point));
    to += escape.data();
}

} // namespace tokenledger::base
