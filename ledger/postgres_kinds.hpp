// The names of the database's rows, back to what they mean.
#pragma once

#include "ledger/outcome.hpp"
#include "ledger/store.hpp"

#include <array>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

inline constexpr std::array transaction_types{transaction_type::grant, transaction_type::purchase,
                                              transaction_type::deduction, transaction_type::refund,
                                              transaction_type::transfer};
inline constexpr std::array sources{source::admin,      source::subscription, source::trial,
                                    source::token_pack, source::stripe,       source::usage};

// Throws unavailable: the row is of a later version.
template <class Values>
typename Values::value_type value_named(std::string_view name, const Values& values) {
    for (const auto each : values) {
        if (to_string(each) == name)
            return each;
    }
    throw store_error(store_failure::unavailable, "a row has an unknown kind: " + std::string(name));
}

inline transaction_type type_of(std::string_view name) {
    return value_named(name, transaction_types);
}

inline source source_of(std::string_view name) {
    return value_named(name, sources);
}

inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

// Precondition: an even number of lower-case digits.
inline std::string from_hex(std::string_view digits) {
    const auto nibble = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<char>((nibble(digits[i]) << 4U) | nibble(digits[i + 1])));
    return bytes;
}

} // namespace tokenledger::ledger
