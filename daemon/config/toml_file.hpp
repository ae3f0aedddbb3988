// A TOML text as a plain tree with positions, in the order of the file. Only toml_file.cpp sees toml++.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::daemon {

// Counted from 1; line 0 is the file as a whole.
struct position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    auto operator<=>(const position&) const = default;
};

// Something is wrong there. Never contains a secret.
struct finding {
    position at;
    std::string message;
};

struct toml_entry;
struct toml_value;
using toml_array = std::vector<toml_value>;
using toml_table = std::vector<toml_entry>; // by position of the key, each key once

// A value of a type that no setting has: a float, a date or a time.
struct toml_other {
    std::string_view type;
};

struct toml_value {
    position at;
    std::variant<toml_other, bool, std::int64_t, std::string, toml_array, toml_table> is;
};

struct toml_entry {
    std::string key;
    position at;
    toml_value value;
};

// The root table, or the one syntax error at which the parser stopped.
[[nodiscard]] std::variant<toml_table, finding> parse_toml(std::string_view text);

// "a string", "a float", ...: for messages.
[[nodiscard]] std::string_view type_name(const toml_value& value) noexcept;

} // namespace tokenledger::daemon
