// How the fields of operations, rows and filters are described: once, beside their struct (command.hpp,
// lists.hpp). Whoever stores, reads or shows one follows the description.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

namespace tokenledger::ledger {

// What the value of a field may be, as JSON.
enum class field_kind : std::uint8_t {
    identifier, // string, an identifier (base/text.hpp)
    text,       // string, of a bounded length; may be empty
    words,      // text that is not empty
    source,     // name of a grant_source
    tokens,     // integer > 0: tokens that the operation moves
    charge,     // integer >= 0: likewise
    overrun,    // name of an overrun
    window,     // name of a limit_window
    time,       // RFC 3339, or a day
    priority,   // integer from 0 to max_lot_priority
    timeout,    // integer of seconds, from 1 to max_hold_timeout
    count,      // integer >= 0
    cost,       // decimal, as a string or a number (base::is_cost)
    boolean,
    object, // any JSON object, of a bounded size
    items,  // array of operations
};

enum class presence : std::uint8_t {
    required,
    in_path, // required: the parameter of the call's path, not a member of the body
    optional,
    added, // optional, and unknown to earlier versions: without a value, it is not part of the stored bytes
};

template <class Operation, class Value>
struct described_field {
    std::string_view name; // of the member, and in JSON
    Value Operation::*member;
    field_kind kind;
    ledger::presence presence;
};

template <class Operation, class Value>
constexpr auto required(std::string_view name, Value Operation::*member, field_kind kind) {
    return described_field<Operation, Value>{name, member, kind, presence::required};
}
template <class Operation, class Value>
constexpr auto in_path(std::string_view name, Value Operation::*member, field_kind kind) {
    return described_field<Operation, Value>{name, member, kind, presence::in_path};
}
template <class Operation, class Value>
constexpr auto optional(std::string_view name, Value Operation::*member, field_kind kind) {
    return described_field<Operation, Value>{name, member, kind, presence::optional};
}
template <class Operation, class Value>
constexpr auto added(std::string_view name, Value Operation::*member, field_kind kind) {
    return described_field<Operation, Value>{name, member, kind, presence::added};
}

// Specialised for every operation, with `name`: in the stored bytes, and in an item of a batch. One that
// clients send as it is also has `fields`, in the order of the stored bytes.
template <class Operation>
struct description;

template <class Operation>
concept has_fields = requires {
    description<Operation>::fields;
};

template <has_fields Operation, class Visit>
constexpr void for_each_field(Visit visit) {
    std::apply([&](const auto&... each) { (visit(each), ...); }, description<Operation>::fields);
}

// ---- Rows of the lists, and their filters (lists.hpp). ----

// How a member is shown in JSON. A row within a row is an object; several are an array, with `id` in a map.
enum class shown : std::uint8_t {
    always,
    if_any,  // left out where it is empty; 0 and false are empty where they are no optional
    time,    // microseconds since the epoch, as RFC 3339; left out where there are none
    second,  // seconds since the epoch, likewise
    json,    // JSON text, as it is; left out where it is empty
    members, // a row whose members stand in place of it
};

template <class Row, class Value>
struct shown_field {
    std::string_view name;
    Value Row::*member;
    ledger::shown how;
};
template <class Row, class Value>
constexpr auto shown_as(std::string_view name, Value Row::*member, shown how = shown::always) {
    return shown_field<Row, Value>{name, member, how};
}

// What a filter of a text may be; null: any identifier.
using known_names = std::span<const std::string_view> (*)();

template <class Filter, class Value>
struct filter_field {
    std::string_view name;
    Value Filter::*member;
    known_names names;
    ledger::presence presence; // added: cursors that were issued before it stay valid
};
template <class Filter, class Value>
constexpr auto filtered_by(std::string_view name, Value Filter::*member, known_names names = nullptr) {
    return filter_field<Filter, Value>{name, member, names, presence::optional};
}
template <class Filter, class Value>
constexpr auto filtered_later_by(std::string_view name, Value Filter::*member) {
    return filter_field<Filter, Value>{name, member, nullptr, presence::added};
}

} // namespace tokenledger::ledger
