// The ledger's views as JSON. Absent values are left out; members are named as the tables' columns.
#pragma once

#include "admin/query.hpp"

#include "base/time.hpp"
#include "ledger/reader.hpp"
#include "json/writer.hpp"

#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tokenledger::admin {

// Of a row that is described (ledger/lists.hpp).
template <ledger::has_fields Row>
void write(json_writer& out, const Row& row);

void write(json_writer& out, const ledger::usage_report_row& row);
void write(json_writer& out, const ledger::transaction_report_row& row);
void write(json_writer& out, const ledger::account_view& account);
void write(json_writer& out, const ledger::balance_view& balance);
void write(json_writer& out, const ledger::payment_view& payment);
void write(json_writer& out, const ledger::queue_view& queue);
void write(json_writer& out, const ledger::event_view& event, const ledger::evidence_view& evidence);
void write(json_writer& out, const ledger::event_proof& proven);
void write(json_writer& out, const ledger::payment_proof& proven);
void write(json_writer& out, const audit_view::discrepancy& found);
void write(json_writer& out, const audit_view& found);

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
    else
        out.member(name, number);
}
inline void write_member(json_writer& out, std::string_view name, std::optional<std::int64_t> number,
                         ledger::shown how) {
    if (how == ledger::shown::time_if_any && number)
        out.member(name, base::time_text(*number));
    else if (how == ledger::shown::second && number)
        out.member(name, base::time_text(*number * 1'000'000));
    else
        out.member_if(name, number);
}
inline void write_member(json_writer& out, std::string_view name, bool truth, ledger::shown) {
    out.member(name, truth);
}
inline void write_member(json_writer& out, std::string_view name, std::optional<bool> truth, ledger::shown) {
    if (truth)
        out.member(name, *truth);
}
inline void write_member(json_writer& out, std::string_view name, ledger::transaction_type value,
                         ledger::shown) {
    out.member(name, ledger::to_string(value));
}
inline void write_member(json_writer& out, std::string_view name, ledger::source value, ledger::shown) {
    out.member(name, ledger::to_string(value));
}
template <ledger::has_fields Row>
void write_member(json_writer& out, std::string_view name, const std::optional<Row>& row, ledger::shown) {
    if (row)
        write(out.key(name), *row);
}
template <ledger::has_fields Row>
void write_member(json_writer& out, std::string_view name, const std::vector<Row>& rows, ledger::shown) {
    if (!rows.empty())
        write_array(out, name, rows);
}

template <ledger::has_fields Row>
void write_members(json_writer& out, const Row& row) {
    ledger::for_each_field<Row>([&](const auto& field) {
        const auto& value = row.*field.member;
        if constexpr (ledger::has_fields<std::remove_cvref_t<decltype(value)>>)
            write_members(out, value); // shown::members
        else
            write_member(out, field.name, value, field.how);
    });
}

template <ledger::has_fields Row>
void write(json_writer& out, const Row& row) {
    out.begin_object();
    write_members(out, row);
    out.end_object();
}

} // namespace tokenledger::admin
