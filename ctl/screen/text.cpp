// Escapes, widths, digits, colours.
#include "screen/text.hpp"

#include "base/screen.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

namespace tokenledger::ctl {

namespace {

std::size_t columns_of_point(char32_t point) {
    return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(static_cast<utf8proc_int32_t>(point))));
}

// The longest beginning of `text` that fits.
std::string_view beginning(std::string_view text, std::size_t columns) {
    std::size_t used = 0;
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const base::character next = base::first_character(text.substr(bytes));
        used += columns_of_point(next.point);
        if (used > columns)
            break;
        bytes += next.bytes;
    }
    return text.substr(0, bytes);
}

// The longest end of `text` that fits.
std::string_view ending(std::string_view text, std::size_t columns) {
    std::size_t skip = 0;
    std::size_t left = columns_of(text);
    while (left > columns && skip < text.size()) {
        const base::character next = base::first_character(text.substr(skip));
        left -= columns_of_point(next.point);
        skip += next.bytes;
    }
    return text.substr(skip);
}

std::size_t decimals_of(std::string_view currency) {
    using namespace std::string_view_literals;
    constexpr std::array none{"BIF"sv, "CLP"sv, "DJF"sv, "GNF"sv, "JPY"sv, "KMF"sv, "KRW"sv, "MGA"sv,
                              "PYG"sv, "RWF"sv, "VND"sv, "VUV"sv, "XAF"sv, "XOF"sv, "XPF"sv};
    constexpr std::array three{"BHD"sv, "JOD"sv, "KWD"sv, "OMR"sv, "TND"sv};
    if (std::ranges::find(none, currency) != none.end())
        return 0;
    return std::ranges::find(three, currency) != three.end() ? 3 : 2;
}

} // namespace

std::string visible(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const base::character next = base::first_character(text.substr(at));
        if (base::may_be_shown(next))
            out += text.substr(at, next.bytes);
        else
            base::append_escape(out, next, text.substr(at));
        at += next.bytes;
    }
    return out;
}

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const base::character next = base::first_character(text);
        columns += columns_of_point(next.point);
        text.remove_prefix(next.bytes);
    }
    return columns;
}

std::string shortened(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns)
        return std::string(text);
    if (columns == 0)
        return {};
    const std::size_t behind = (columns - 1) / 3;
    return std::string(beginning(text, columns - 1 - behind)) + "…" + std::string(ending(text, behind));
}

std::string grouped(std::string_view number) {
    const std::size_t point = std::min(number.find('.'), number.size());
    const std::size_t begin = number.starts_with('-') ? 1 : 0;
    std::string out(number.substr(0, point));
    for (std::size_t at = point; at > begin + 3;) {
        at -= 3;
        out.insert(at, ",");
    }
    return out + std::string(number.substr(point));
}

std::string grouped(std::int64_t number) {
    return grouped(std::to_string(number));
}

std::string money(std::string_view minor_units, std::string_view currency) {
    std::string code(currency);
    for (char& each : code) {
        if (each >= 'a' && each <= 'z')
            each = static_cast<char>(each - 'a' + 'A');
    }
    const bool negative = minor_units.starts_with('-');
    std::string digits(minor_units.substr(negative ? 1 : 0));
    if (const std::size_t decimals = decimals_of(code); decimals > 0) {
        if (digits.size() <= decimals)
            digits.insert(0, decimals + 1 - digits.size(), '0');
        digits.insert(digits.size() - decimals, ".");
    }
    return (negative ? "-" : "") + grouped(digits) + (code.empty() ? "" : " " + visible(code));
}

std::string money(std::int64_t minor_units, std::string_view currency) {
    return money(std::to_string(minor_units), currency);
}

std::string short_time(std::string_view rfc3339) {
    if (rfc3339.size() < 20 || rfc3339[10] != 'T' || rfc3339.back() != 'Z')
        return visible(rfc3339);
    return visible(rfc3339.substr(0, 10)) + " " + visible(rfc3339.substr(11, 8));
}

std::string painted(std::string_view text, tone how, bool colour) {
    if (!colour || how == tone::plain)
        return std::string(text);
    constexpr std::array codes{"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[33m"};
    return codes.at(static_cast<std::size_t>(how)) + std::string(text) + "\x1b[0m";
}

} // namespace tokenledger::ctl
