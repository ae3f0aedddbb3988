// An operation as a request: path, body and key from its description.
#pragma once

#include "client/client.hpp"
#include "client/random_key.hpp"
#include "command_line/command_line.hpp"

#include "admin/route.hpp"
#include "base/time.hpp"
#include "ledger/command.hpp"
#include "ledger/names.hpp"
#include "json/writer.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace tokenledger::ctl {

inline std::string key_of(const std::string& given) {
    return given.empty() ? random_key() : given;
}

inline void add_reason(CLI::App& to, std::string& reason) {
    to.add_option("--reason", reason, "The reason, as free text");
}

inline void write_value(json_writer& out, const std::string& value, ledger::field_kind kind) {
    if (kind == ledger::field_kind::object)
        out.raw(value);
    else
        out.string(value);
}
inline void write_value(json_writer& out, std::int64_t value, ledger::field_kind) {
    out.integer(value);
}
inline void write_value(json_writer& out, const std::optional<std::int64_t>& value, ledger::field_kind kind) {
    if (kind == ledger::field_kind::time)
        out.string(base::time_text(value.value_or(0)));
    else
        out.integer(value.value_or(0));
}
inline void write_value(json_writer& out, bool value, ledger::field_kind) {
    out.boolean(value);
}
template <class Enum>
requires std::is_enum_v<Enum>
void write_value(json_writer& out, Enum value, ledger::field_kind) {
    out.string(to_string(value));
}

// The body of the operation's request; optional fields with their default are left out.
template <ledger::has_fields Operation>
std::string body_of(const Operation& what) {
    json_writer out;
    out.begin_object();
    ledger::for_each_field<Operation>([&](const auto& field) {
        const auto& value = what.*field.member;
        if (field.presence == ledger::presence::in_path)
            return;
        if (field.presence == ledger::presence::required || value != Operation{}.*field.member)
            write_value(out.key(field.name), value, field.kind);
    });
    return out.end_object().text();
}

// What stands in the path of the operation's call; empty: nothing.
template <ledger::has_fields Operation>
std::string_view path_parameter_of(const Operation& what) {
    std::string_view parameter;
    ledger::for_each_field<Operation>([&](const auto& field) {
        if constexpr (std::is_convertible_v<decltype(what.*field.member), std::string_view>) {
            if (field.presence == ledger::presence::in_path)
                parameter = what.*field.member;
        }
    });
    return parameter;
}

// `key`: a random one if it is empty; of an operation that has its key among its fields, the one to print, if
// any.
template <ledger::has_fields Operation>
answer send(const context& in, const Operation& what, const std::string& key) {
    const admin::route* const to = admin::route_of(ledger::description<Operation>::name);
    if (to == nullptr)
        throw std::logic_error("the operation has no route");
    const bool has_own_key = to->key == admin::key_place::body;
    return post(in, {.method = to->method,
                     .path = request_path(*to, path_parameter_of(what)).text(),
                     .body = body_of(what),
                     .key = has_own_key ? key : key_of(key),
                     .key_is_in_body = has_own_key});
}

} // namespace tokenledger::ctl
