// Splits before it decodes, so that an encoded slash is part of a segment.
#include "api/target.hpp"

namespace tokenledger::admin {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> decode(std::string_view text, bool form) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += form && text[at] == '+' ? ' ' : text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
        const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
        if (high < 0 || low < 0)
            return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return out;
}

// Removes the text before the separator from the front of `rest` and returns it.
std::string_view take(std::string_view& rest, char separator) {
    const std::size_t end = rest.find(separator);
    const std::string_view taken = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return taken;
}

std::string_view without_origin(std::string_view target) {
    const std::size_t scheme = target.find("://");
    if (target.starts_with('/') || scheme == std::string_view::npos)
        return target;
    const std::size_t path = target.find('/', scheme + 3);
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

bool split_query(std::string_view query, target_parts& into) {
    while (!query.empty()) {
        std::string_view value = take(query, '&');
        if (value.empty())
            continue;
        const std::string_view name = take(value, '=');
        auto decoded_name = decode(name, true);
        auto decoded_value = decode(value, true);
        if (!decoded_name || !decoded_value || into.query.size() == max_query_parameters)
            return false;
        into.query.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
    }
    return true;
}

} // namespace

std::optional<target_parts> split_target(std::string_view target) {
    std::string_view query = without_origin(target);
    std::string_view path = take(query, '?');
    if (!path.starts_with('/'))
        return std::nullopt;
    target_parts parts;
    do {
        path.remove_prefix(1);
        const std::size_t end = path.find('/');
        auto segment = decode(path.substr(0, end), false);
        if (!segment || parts.path.size() == max_path_segments)
            return std::nullopt;
        parts.path.push_back(std::move(*segment));
        path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    } while (!path.empty());
    return split_query(query, parts) ? std::optional{std::move(parts)} : std::nullopt;
}

} // namespace tokenledger::admin
