// Bytes as PostgreSQL's encode(..., 'hex') writes them, and back.
#pragma once

#include <string>
#include <string_view>

namespace tokenledger::ledger {

// `text` is lower-case hex of even length, as the database made it.
inline std::string from_hex(std::string_view text) {
    const auto value = [](char hex) { return hex <= '9' ? hex - '0' : hex - 'a' + 10; };
    std::string bytes(text.size() / 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(value(text[2 * i]) * 16 + value(text[2 * i + 1]));
    return bytes;
}

inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        text += digits[byte / 16U];
        text += digits[byte % 16U];
    }
    return text;
}

} // namespace tokenledger::ledger
