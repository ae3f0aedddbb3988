// spdlog behind a narrow door; values are quoted so that a line stays a line.
#include "log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace tokenledger::daemon::log {

namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> made = [] {
        auto stderr_logger = std::make_shared<spdlog::logger>(
            "tokenledgerd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        stderr_logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
        stderr_logger->flush_on(spdlog::level::trace);
        return stderr_logger;
    }();
    return *made;
}

spdlog::level::level_enum to_spdlog(level severity) {
    switch (severity) {
    case level::debug:
        return spdlog::level::debug;
    case level::info:
        return spdlog::level::info;
    case level::warn:
        return spdlog::level::warn;
    case level::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

bool is_plain(char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != '\x7f';
}

void append_quoted(std::string& to, std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    to += '"';
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            to += '\\';
            to += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            to += "\\x";
            to += digits[byte >> 4U];
            to += digits[byte & 0xfU];
        } else {
            to += c;
        }
    }
    to += '"';
}

} // namespace

void set_level(std::string_view name) {
    logger().set_level(spdlog::level::from_str(std::string(name)));
}

std::string format(std::string_view message, fields with) {
    std::string line(message);
    for (const field& each : with) {
        if (each.value.empty())
            continue;
        line += ' ';
        line += each.key;
        line += '=';
        bool plain = true;
        for (const char c : each.value)
            plain = plain && (is_plain(c) || static_cast<unsigned char>(c) >= 0x80);
        if (plain)
            line += each.value;
        else
            append_quoted(line, each.value);
    }
    return line;
}

void write(level severity, std::string_view message, fields with) {
    const auto at = to_spdlog(severity);
    if (logger().should_log(at))
        logger().log(at, format(message, with));
}

} // namespace tokenledger::daemon::log
