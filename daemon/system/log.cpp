// The one file that uses spdlog. Values are quoted, so that an event is one line.
#include "system/log.hpp"

#include "base/screen.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <cstdio>
#include <mutex>

namespace tokenledger::daemon::log {

namespace {

// Beyond this many bytes a line is written even if it could wait.
constexpr std::size_t buffer_bytes = 65536;

// Standard error with a buffer, over which spdlog's own sink gives the logger no control. A FILE other than
// stderr: other writers to stderr stay unbuffered. Flushed at exit, like every FILE.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    stderr_sink() : file_(::fdopen(STDERR_FILENO, "w")) {
        if (file_ != nullptr)
            std::setvbuf(file_, nullptr, _IOFBF, buffer_bytes);
    }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        if (file_ != nullptr)
            std::fwrite(line.data(), 1, line.size(), file_);
    }
    void flush_() override {
        if (file_ != nullptr)
            std::fflush(file_);
    }

  private:
    std::FILE* file_;
};

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> made = [] {
        auto stderr_logger =
            std::make_shared<spdlog::logger>("tokenledgerd", std::make_shared<stderr_sink>());
        stderr_logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
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

// True if the value can stand without quotes: no character ends a value or needs escaping. Nearly all
// values are ASCII, and every request writes some.
bool is_plain(std::string_view value) {
    while (!value.empty()) {
        const char c = value.front();
        std::size_t bytes = 1;
        if (static_cast<unsigned char>(c) >= 0x80) {
            const base::character next = base::first_character(value);
            if (!base::may_be_shown(next))
                return false;
            bytes = next.bytes;
        } else if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f') {
            return false;
        }
        value.remove_prefix(bytes);
    }
    return true;
}

void append_quoted(std::string& to, std::string_view value) {
    to += '"';
    while (!value.empty()) {
        const base::character next = base::first_character(value);
        if (!base::may_be_shown(next)) {
            base::append_escape(to, next, value);
        } else {
            if (next.point == '"' || next.point == '\\')
                to += '\\';
            to += value.substr(0, next.bytes);
        }
        value.remove_prefix(next.bytes);
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
        if (is_plain(each.value))
            line += each.value;
        else
            append_quoted(line, each.value);
    }
    return line;
}

void write_soon(level severity, std::string_view message, fields with) {
    const auto at = to_spdlog(severity);
    if (logger().should_log(at))
        logger().log(at, format(message, with));
}

void write(level severity, std::string_view message, fields with) {
    if (!logger().should_log(to_spdlog(severity)))
        return;
    write_soon(severity, message, with);
    flush();
}

void flush() {
    logger().flush();
}

} // namespace tokenledger::daemon::log
