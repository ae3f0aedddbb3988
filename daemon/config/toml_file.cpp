// The one file that includes toml++ (slow to compile), which becomes the plain tree of toml_file.hpp.
#include "config/toml_file.hpp"

#include "config/error_text.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace tokenledger::daemon {
namespace {

position begin_of(const toml::source_region& region) {
    return {region.begin.line, region.begin.column};
}

toml_value convert(const toml::node& node);

toml_table convert_table(const toml::table& from) {
    toml_table made;
    made.reserve(from.size());
    for (const auto& [key, node] : from)
        made.push_back({std::string(key.str()), begin_of(key.source()), convert(node)});
    // toml++ sorts by name; people read from top to bottom.
    std::ranges::stable_sort(made, {}, &toml_entry::at);
    return made;
}

toml_array convert_array(const toml::array& from) {
    toml_array made;
    made.reserve(from.size());
    for (const toml::node& node : from)
        made.push_back(convert(node));
    return made;
}

toml_value convert(const toml::node& node) {
    toml_value made{begin_of(node.source()), toml_other{"a date or time"}};
    if (const toml::table* table = node.as_table()) {
        made.is = convert_table(*table);
    } else if (const toml::array* array = node.as_array()) {
        made.is = convert_array(*array);
    } else if (const auto* text = node.as_string()) {
        made.is = text->get();
    } else if (const auto* number = node.as_integer()) {
        made.is = number->get();
    } else if (const auto* flag = node.as_boolean()) {
        made.is = flag->get();
    } else if (node.is_floating_point()) {
        made.is = toml_other{"a float"};
    }
    return made;
}

} // namespace

std::variant<toml_table, finding> parse_toml(std::string_view text) {
    try {
        return convert_table(toml::parse(text));
    } catch (const toml::parse_error& error) {
        return finding{begin_of(error.source()), "TOML syntax: " + redacted(error.description())};
    }
}

std::string_view type_name(const toml_value& value) noexcept {
    struct {
        std::string_view operator()(const toml_other& other) const noexcept { return other.type; }
        std::string_view operator()(bool) const noexcept { return "a boolean"; }
        std::string_view operator()(std::int64_t) const noexcept { return "an integer"; }
        std::string_view operator()(const std::string&) const noexcept { return "a string"; }
        std::string_view operator()(const toml_array&) const noexcept { return "an array"; }
        std::string_view operator()(const toml_table&) const noexcept { return "a table"; }
    } name;
    return std::visit(name, value.is);
}

} // namespace tokenledger::daemon
