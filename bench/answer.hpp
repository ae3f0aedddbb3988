// The part of HTTP that a load generator needs: the end of an answer, its status, and `result` in its body.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <strings.h>

namespace tokenledger::bench {

struct answer {
    std::size_t bytes = 0;
    int status = 0; // 0: malformed
    std::string_view result;
    bool close = true;
};

// nullopt: the answer is not complete yet.
inline std::optional<answer> parse_answer(std::string_view in) {
    const auto head_end = in.find("\r\n\r\n");
    if (head_end == std::string_view::npos)
        return std::nullopt;
    answer made;
    made.bytes = in.size();
    if (head_end < 12 || in.substr(0, 7) != "HTTP/1.")
        return made;
    bool close = false;
    std::size_t length = 0;
    auto line = in.find("\r\n");
    while (line < head_end) {
        line += 2;
        const auto end = in.find("\r\n", line);
        const auto field = in.substr(line, end - line);
        const auto is = [&](std::string_view name) {
            return field.size() > name.size() && strncasecmp(field.data(), name.data(), name.size()) == 0;
        };
        if (is("content-length: ")) {
            std::from_chars(field.data() + 16, field.data() + field.size(), length);
        } else if (is("connection: clos")) {
            close = true;
        }
        line = end;
    }
    if (in.size() < head_end + 4 + length)
        return std::nullopt;
    made.bytes = head_end + 4 + length;
    std::from_chars(in.data() + 9, in.data() + 12, made.status);
    made.close = close;
    const auto body = in.substr(head_end + 4, length);
    if (const auto key = body.find("\"result\""); key != std::string_view::npos) {
        const auto open = body.find('"', key + 8);
        const auto shut = open == std::string_view::npos ? open : body.find('"', open + 1);
        if (shut != std::string_view::npos)
            made.result = body.substr(open + 1, shut - open - 1);
    }
    return made;
}

} // namespace tokenledger::bench
