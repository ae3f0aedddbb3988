// The columns of a list are the members of its rows (ledger/lists.hpp).
#include "screen/csv.hpp"

#include "ledger/lists.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace tokenledger::ctl {

namespace {

using names = std::vector<std::string_view>;

constexpr std::string_view kind = "kind"; // of an entry of an activity: which row it is

template <class Row>
void add_columns(names& to);

// An entry may be one row or the other.
template <ledger::has_fields Row>
void add_column(names& to, std::string_view, const std::optional<Row>*) {
    add_columns<Row>(to);
}
template <ledger::has_fields Row>
void add_column(names& to, std::string_view, const Row*) {
    add_columns<Row>(to);
}
template <ledger::has_fields Row>
void add_column(names&, std::string_view, const std::vector<Row>*) { // of a single event alone
}
void add_column(names& to, std::string_view name, const void*) {
    if (std::ranges::find(to, name) == to.end())
        to.push_back(name);
}

// The members of a row, the first time that it always has in front; of rows within it, each name once.
template <class Row>
void add_columns(names& to) {
    const auto begins = static_cast<std::ptrdiff_t>(to.size());
    bool has_time = false;
    ledger::for_each_field<Row>([&](const auto& field) {
        using value = std::remove_cvref_t<decltype(std::declval<Row>().*field.member)>;
        if (has_time || field.how != ledger::shown::time || !std::is_same_v<value, std::int64_t>) {
            add_column(to, field.name, static_cast<const value*>(nullptr));
            return;
        }
        has_time = true;
        if (std::ranges::find(to, field.name) == to.end())
            to.insert(to.begin() + begins, field.name);
    });
}

names columns_of(std::string_view list) {
    names found;
    ledger::for_each_list([&]<class Query>(const Query&) {
        if (ledger::description<Query>::name != list)
            return;
        if (std::is_same_v<Query, ledger::activity_query>)
            found.push_back(kind);
        add_columns<typename ledger::description<Query>::row>(found);
    });
    return found;
}

std::string quoted(std::string_view text) {
    if (text.find_first_of("\",\r\n") == std::string_view::npos)
        return std::string(text);
    std::string out = "\"";
    for (const char each : text)
        out += each == '"' ? std::string("\"\"") : std::string(1, each);
    return out + "\"";
}

// Spreadsheets take text with these beginnings for a formula; some also the full-width forms, or after a line
// feed.
bool begins_formula(std::string_view text) {
    for (const std::string_view each : {"=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B",
                                        "\xEF\xBC\x8D", "\xEF\xBC\xA0"}) {
        if (text.starts_with(each))
            return true;
    }
    return false;
}

std::string field(json_value value, csv_style style) {
    if (const auto text = value.string())
        return quoted(style == csv_style::spreadsheet && begins_formula(*text) ? "'" + std::string(*text)
                                                                               : std::string(*text));
    if (value.is_absent_or_null())
        return {};
    json_writer out;
    out.copy(value);
    return quoted(out.text());
}

} // namespace

std::string csv_header(std::string_view list) {
    std::string out;
    for (const std::string_view name : columns_of(list))
        out += (out.empty() ? "" : ",") + std::string(name);
    return out + "\r\n";
}

std::string csv_line(std::string_view list, json_value row, csv_style style) {
    std::string row_kind;
    if (list == ledger::description<ledger::activity_query>::name) {
        row_kind = row.member("usage") ? "usage" : "transaction";
        row = row.member(row_kind);
    }
    std::string out;
    bool first = true;
    for (const std::string_view name : columns_of(list)) {
        out += (first ? "" : ",") + (name == kind ? row_kind : field(row.member(name), style));
        first = false;
    }
    return out + "\r\n";
}

} // namespace tokenledger::ctl
