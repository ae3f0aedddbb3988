// Bytes as hexadecimal digits: how they travel to and from PostgreSQL as text.
#pragma once

#include <string>
#include <string_view>

namespace tokenledger::base {

[[nodiscard]] inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

// Precondition: lower-case digits, as encode(..., 'hex') writes them.
[[nodiscard]] inline std::string from_hex(std::string_view digits) {
    const auto nibble = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<char>((nibble(digits[i]) << 4U) | nibble(digits[i + 1])));
    return bytes;
}

} // namespace tokenledger::base
