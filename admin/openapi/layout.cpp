// One value at a time: on one line if it fits, else each of its members on a line of its own.
#include "openapi/layout.hpp"

#include "json/writer.hpp"

#include <cstddef>
#include <string_view>

namespace tokenledger::admin {

namespace {

constexpr std::size_t columns = 120;

bool holds_values(const json_value& what) {
    return (what.kind() == json_kind::object || what.kind() == json_kind::array) && what.first();
}

// The name of an object's member, as text before its value; nothing before an element of an array.
std::string before(const json_value& value, json_kind parent) {
    if (parent != json_kind::object)
        return {};
    json_writer name;
    name.string(value.name());
    return name.text() + ": ";
}

std::string on_one_line(const json_value& what) {
    if (!holds_values(what))
        return what.compact();
    const bool object = what.kind() == json_kind::object;
    std::string out = object ? "{" : "[";
    for (json_value each = what.first(); each; each = each.next()) {
        out += before(each, what.kind()) + on_one_line(each);
        if (each.next())
            out += ", ";
    }
    return out + (object ? "}" : "]");
}

// `used`: columns of the line that are taken, before it and behind it.
std::string lines_of(const json_value& what, std::size_t indent, std::size_t used) {
    std::string line = on_one_line(what);
    if (used + line.size() <= columns || !holds_values(what))
        return line;
    const bool object = what.kind() == json_kind::object;
    const std::size_t inner = indent + 2;
    std::string out = object ? "{\n" : "[\n";
    for (json_value each = what.first(); each; each = each.next()) {
        const std::string name = before(each, what.kind());
        const std::string_view comma = each.next() ? "," : "";
        out += std::string(inner, ' ') + name;
        out += lines_of(each, inner, inner + name.size() + comma.size());
        out += std::string(comma) + "\n";
    }
    return out + std::string(indent, ' ') + (object ? "}" : "]");
}

} // namespace

std::string laid_out(const json_value& what) {
    return lines_of(what, 0, 0) + "\n";
}

} // namespace tokenledger::admin
