// Structured log lines on standard error: a message and key=value fields. Never a body, a header or a secret.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace tokenledger::daemon::log {

enum class level : std::uint8_t { debug, info, warn, error };

// A field with an empty value is left out.
struct field {
    std::string_view key;
    std::string value;

    field(std::string_view name, std::string text) : key(name), value(std::move(text)) {}
    field(std::string_view name, std::string_view text) : key(name), value(text) {}
    field(std::string_view name, const char* text) : key(name), value(text) {}
    template <class Number>
    requires std::is_arithmetic_v<Number> field(std::string_view name, Number number)
        : key(name),
          value(std::to_string(number)) {}
};
using fields = std::initializer_list<field>;

// "trace", "debug", "info", "warn" or "error".
void set_level(std::string_view name);

void write(level severity, std::string_view message, fields with);

// For lines that come by the dozen: waits for flush(), or for a line that does not wait.
void write_soon(level severity, std::string_view message, fields with);
void flush();

inline void debug(std::string_view message, fields with = {}) {
    write(level::debug, message, with);
}
inline void info(std::string_view message, fields with = {}) {
    write(level::info, message, with);
}
inline void warn(std::string_view message, fields with = {}) {
    write(level::warn, message, with);
}
inline void error(std::string_view message, fields with = {}) {
    write(level::error, message, with);
}

// The line without time and level, as write builds it: `message key=value key="a \"b\""`. Characters that
// may not be shown (base/screen.hpp) are escaped: a sender's text cannot begin a line of its own, or
// control the reader's terminal.
[[nodiscard]] std::string format(std::string_view message, fields with);

} // namespace tokenledger::daemon::log
