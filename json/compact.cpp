// Written straight from the nodes: metadata may have thousands of values, and each batch a hundred such.
#include "nodes.hpp"

namespace tokenledger {
namespace {

using node = json_nodes::node;

// The letter of an escape of two characters; 0: none.
char short_escape(char c) noexcept {
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

bool is_escaped(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// With its quotes.
std::size_t quoted_size(std::string_view text) noexcept {
    std::size_t size = 2 + text.size();
    for (const char c : text) {
        if (is_escaped(c))
            size += short_escape(c) != '\0' ? 1 : 5;
    }
    return size;
}

void append_quoted(std::string& to, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    to += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && !is_escaped(text[plain]))
            ++plain;
        to += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty())
            break;
        const char c = text.front();
        text.remove_prefix(1);
        to += '\\';
        if (const char letter = short_escape(c); letter != '\0') {
            to += letter;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            (to += "u00") += digits[byte >> 4U];
            to += digits[byte & 15U];
        }
    }
    to += '"';
}

std::string_view literal(const node& of) noexcept {
    if (of.kind == json_kind::boolean)
        return of.truth ? "true" : "false";
    return "null";
}

// As deep as a tree may be, max_json_depth.
std::size_t size_of(const json_nodes& all, const node& of) noexcept {
    switch (of.kind) {
    case json_kind::absent:
    case json_kind::null:
    case json_kind::boolean:
        return literal(of).size();
    case json_kind::number:
        return of.text.size;
    case json_kind::string:
        return quoted_size(all.text_of(of.text));
    case json_kind::array:
    case json_kind::object:
        break;
    }
    const bool named = of.kind == json_kind::object;
    std::size_t size = of.first_child == 0 ? 2 : 1; // brackets, and a comma fewer than there are values
    for (std::uint32_t at = of.first_child; at != 0; at = all.nodes[at].next) {
        const node& each = all.nodes[at];
        size += 1 + size_of(all, each) + (named ? 1 + quoted_size(all.text_of(each.name)) : 0);
    }
    return size;
}

void append(std::string& to, const json_nodes& all, const node& of) {
    switch (of.kind) {
    case json_kind::absent:
    case json_kind::null:
    case json_kind::boolean:
        to += literal(of);
        return;
    case json_kind::number:
        to += all.text_of(of.text);
        return;
    case json_kind::string:
        append_quoted(to, all.text_of(of.text));
        return;
    case json_kind::array:
    case json_kind::object:
        break;
    }
    const bool named = of.kind == json_kind::object;
    to += named ? '{' : '[';
    for (std::uint32_t at = of.first_child; at != 0; at = all.nodes[at].next) {
        const node& each = all.nodes[at];
        if (at != of.first_child)
            to += ',';
        if (named) {
            append_quoted(to, all.text_of(each.name));
            to += ':';
        }
        append(to, all, each);
    }
    to += named ? '}' : ']';
}

} // namespace

std::size_t json_value::compact_size() const noexcept {
    return nodes_ == nullptr ? literal({}).size() : size_of(*nodes_, nodes_->nodes[node_]);
}

std::string json_value::compact() const {
    if (nodes_ == nullptr)
        return std::string(literal({}));
    std::string made;
    made.reserve(compact_size());
    append(made, *nodes_, nodes_->nodes[node_]);
    return made;
}

} // namespace tokenledger
