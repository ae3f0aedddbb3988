// The ledger's views as JSON. Absent values are left out; members are named as the tables' columns.
#pragma once

#include "reply/views.hpp"

#include "base/time.hpp"
#include "ledger/reader.hpp"
#include "json/writer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tokenledger::admin {

// Of what is described (ledger/lists.hpp, reply/views.hpp).
template <ledger::has_fields Row>
void write(json_writer& out, const Row& row);

void write(json_writer& out, const ledger::event_view& event, const ledger::evidence_view& evidence);

template <class Row>
void write_array(json_writer& out, std::string_view name, const std::vector<Row>& rows) {
    out.key(name).begin_array();
    for (const Row& each : rows)
        write(out, each);
    out.end_array();
}

// One member of a row, shown as its description says.
inline void write_member(json_writer& out, std::string_view name, const std::string& text,
                         ledger::shown how) {
    if (how == ledger::shown::always)
        out.member(name, text);
    else if (how != ledger::shown::json)
        out.member_if(name, text);
    else if (!text.empty())
        out.key(name).raw(text);
}
inline void write_member(json_writer& out, std::string_view name, std::int64_t number, ledger::shown how) {
    if (how == ledger::shown::time)
        out.member(name, base::time_text(number));
    else if (how != ledger::shown::if_any || number != 0)
        out.member(name, number);
}
inline void write_member(json_writer& out, std::string_view name, std::optional<std::int64_t> number,
                         ledger::shown how) {
    if (!number)
        return;
    if (how == ledger::shown::second)
        out.member(name, base::time_text(*number * 1'000'000));
    else
        write_member(out, name, *number, how == ledger::shown::time ? how : ledger::shown::always);
}
inline void write_member(json_writer& out, std::string_view name, bool truth, ledger::shown how) {
    if (how != ledger::shown::if_any || truth)
        out.member(name, truth);
}
inline void write_member(json_writer& out, std::string_view name, std::optional<bool> truth, ledger::shown) {
    if (truth)
        out.member(name, *truth);
}
template <class Enum>
requires std::is_enum_v<Enum>
void write_member(json_writer& out, std::string_view name, Enum value, ledger::shown how) {
    const std::string_view text = to_string(value);
    if (how != ledger::shown::if_any || !text.empty())
        out.member(name, text);
}
template <ledger::has_fields Row>
void write_member(json_writer& out, std::string_view name, const Row& row, ledger::shown) {
    write(out.key(name), row);
}
template <ledger::has_fields Row>
void write_member(json_writer& out, std::string_view name, const std::optional<Row>& row, ledger::shown) {
    if (row)
        write(out.key(name), *row);
}
template <ledger::has_fields Row>
void write_member(json_writer& out, std::string_view name, const std::vector<Row>& rows, ledger::shown how) {
    if (how != ledger::shown::if_any || !rows.empty())
        write_array(out, name, rows);
}
inline void write_member(json_writer& out, std::string_view name, const std::vector<std::string>& texts,
                         ledger::shown) {
    out.key(name).begin_array();
    for (const std::string& each : texts)
        out.string(each);
    out.end_array();
}
template <ledger::has_fields Row>
void write_member(json_writer& out, std::string_view name, const std::map<std::string, Row>& rows,
                  ledger::shown);

template <ledger::has_fields Row>
void write_members(json_writer& out, const Row& row) {
    ledger::for_each_field<Row>([&](const auto& field) {
        const auto& value = row.*field.member;
        if constexpr (ledger::has_fields<std::remove_cvref_t<decltype(value)>>) {
            if (field.how == ledger::shown::members)
                return write_members(out, value);
        }
        write_member(out, field.name, value, field.how);
    });
}

template <ledger::has_fields Row>
void write(json_writer& out, const Row& row) {
    out.begin_object();
    write_members(out, row);
    out.end_object();
}

// Each row with its key as `id`.
template <ledger::has_fields Row>
void write_member(json_writer& out, std::string_view name, const std::map<std::string, Row>& rows,
                  ledger::shown) {
    out.key(name).begin_array();
    for (const auto& [id, row] : rows) {
        out.begin_object().member("id", id);
        write_members(out, row);
        out.end_object();
    }
    out.end_array();
}

} // namespace tokenledger::admin
