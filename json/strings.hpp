// JSON strings, decoded where they stand: no string is longer decoded than it was written.
#pragma once

#include <cstddef>

namespace tokenledger {

struct json_string {
    char* next = nullptr;        // behind the closing quote; nullptr: malformed
    std::size_t size = 0;        // decoded, from the first character on
    bool lone_surrogate = false; // an escaped high one stood alone: now it is a low one's three bytes
};

// `first` is the character after the opening quote. At `end` there is a NUL, which is no part of the text.
[[nodiscard]] json_string decode_json_string(char* first, const char* end) noexcept;

} // namespace tokenledger
