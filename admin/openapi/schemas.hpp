// Schemas of what is described: bodies by their fields, rows and replies by theirs. Those with a name are
// kept as parts of the document, and referred to.
#pragma once

#include "openapi/keyed.hpp"
#include "openapi/values.hpp"
#include "openapi/words.hpp"

#include "admin/fields.hpp"
#include "admin/query.hpp"
#include "admin/route.hpp"
#include "reply/views.hpp"

#include "ledger/lists.hpp"
#include "json/writer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tokenledger::admin {

// The name of the schema of a row. A row without one is described where it is shown.
template <class Row>
inline constexpr std::string_view schema_name{};
template <>
inline constexpr std::string_view schema_name<ledger::transaction_view> = "Transaction";
template <>
inline constexpr std::string_view schema_name<ledger::purchase_view> = "Purchase";
template <>
inline constexpr std::string_view schema_name<ledger::usage_view> = "UsageRow";
template <>
inline constexpr std::string_view schema_name<ledger::hold_list_row> = "HoldRow";
template <>
inline constexpr std::string_view schema_name<ledger::activity_view> = "Activity";
template <>
inline constexpr std::string_view schema_name<ledger::event_view> = "Event";
template <>
inline constexpr std::string_view schema_name<ledger::event_action_view> = "EventAction";
template <>
inline constexpr std::string_view schema_name<ledger::posting> = "Posting";
template <>
inline constexpr std::string_view schema_name<ledger::hold_view> = "HoldNow";
template <>
inline constexpr std::string_view schema_name<ledger::outcome> = "EventOutcome";
template <>
inline constexpr std::string_view schema_name<ledger::account_view> = "Account";
template <>
inline constexpr std::string_view schema_name<ledger::balance_view> = "AccountThen";
template <>
inline constexpr std::string_view schema_name<ledger::payment_view> = "Payment";
template <>
inline constexpr std::string_view schema_name<ledger::event_proof> = "EventProof";
template <>
inline constexpr std::string_view schema_name<ledger::payment_proof> = "PaymentProof";
template <>
inline constexpr std::string_view schema_name<audit_view::discrepancy> = "Discrepancy";
template <>
inline constexpr std::string_view schema_name<audit_view> = "Verification";
template <>
inline constexpr std::string_view schema_name<ledger::queue_view> = "Queue";
template <>
inline constexpr std::string_view schema_name<ledger::usage_report_row> = "UsageReportRow";
template <>
inline constexpr std::string_view schema_name<ledger::transaction_report_row> = "TransactionReportRow";

// The schema of an object that has no other members than those added.
class object_schema {
  public:
    explicit object_schema(std::string_view description) : description_(description) {
        properties_.begin_object();
    }
    void add(std::string_view name, std::string_view schema, bool required);
    // `one_of`: JSON of schemas of which one must hold too; empty: none.
    [[nodiscard]] std::string text(std::string_view one_of = {});

  private:
    std::string description_;
    json_writer properties_{};
    std::vector<std::string> required_{};
};

// All functions return JSON: of a schema, or of a reference to it.
class schemas {
  public:
    schemas();

    // Of a described row, on its own or where it is shown at this path.
    template <ledger::has_fields Row>
    std::string row(const std::string& path = {});
    // A page of such rows, and a report.
    template <ledger::has_fields Row>
    std::string page();
    template <ledger::has_fields Row>
    std::string report(std::string_view name);

    std::string body(std::string_view name, const route& of);
    std::string parameter(const route& of, std::string_view name);
    // Of the Idempotency-Key.
    std::string key_parameter();
    std::string applied();
    std::string event_with_body();
    std::string problem();

    // The parts that were referred to: members of an object.
    void write_parameters(json_writer& out) const { write(out, parameters_); }
    void write_schemas(json_writer& out) const { write(out, schemas_); }

    void add_unused(std::vector<std::string>& into) const;

  private:
    // By name, in the order in which they were first referred to.
    using parts = std::vector<std::pair<std::string, std::string>>;

    static void write(json_writer& out, const parts& all);
    // Keeps the part. Throws std::logic_error if another one has its name.
    static std::string keep(parts& among, std::string_view kind, std::string_view name, std::string text);
    std::string keep_schema(std::string_view name, std::string text) {
        return keep(schemas_, "schemas", name, std::move(text));
    }

    [[nodiscard]] std::string_view said(std::string_view path);
    [[nodiscard]] std::string member(const std::string& path, value_schema by_type);
    [[nodiscard]] std::string array(const std::string& path, std::string_view items);
    [[nodiscard]] std::string field_schema(const std::string& path, const field& of);
    [[nodiscard]] std::string fields_schema(std::string_view name, std::span<const field> fields,
                                            std::string_view operation, std::string_view one_of);
    [[nodiscard]] std::string items_schema();
    [[nodiscard]] std::string evidence();

    template <class Row>
    void add_members(object_schema& to, const std::string& path);

    // Of a value of this type.
    std::string value(const std::string*, const std::string& path, ledger::shown how);
    std::string value(const std::int64_t*, const std::string& path, ledger::shown how);
    std::string value(const bool*, const std::string& path, ledger::shown how);
    std::string value(const ledger::reason*, const std::string& path, ledger::shown how);
    std::string value(const ledger::result*, const std::string& path, ledger::shown how);
    template <class Enum>
    requires std::is_enum_v<Enum> std::string value(const Enum*, const std::string& path, ledger::shown);
    template <ledger::has_fields Row>
    std::string value(const Row*, const std::string& path, ledger::shown) {
        return row<Row>(path);
    }
    template <class Value>
    std::string value(const std::optional<Value>*, const std::string& path, ledger::shown how) {
        return value(static_cast<const Value*>(nullptr), path, how);
    }
    template <class Value>
    std::string value(const std::vector<Value>*, const std::string& path, ledger::shown) {
        return array(path, value(static_cast<const Value*>(nullptr), path + "[]", ledger::shown::always));
    }
    template <class Row>
    std::string value(const std::map<std::string, Row>*, const std::string& path, ledger::shown);

    parts parameters_{};
    parts schemas_{};
    keyed<word> words_;
    keyed<value_row> values_;
};

template <class>
inline constexpr bool is_optional = false;
template <class Value>
inline constexpr bool is_optional<std::optional<Value>> = true;

template <class Row>
void schemas::add_members(object_schema& to, const std::string& path) {
    ledger::for_each_field<Row>([&](const auto& field) {
        using type = std::remove_cvref_t<decltype(std::declval<Row>().*field.member)>;
        if constexpr (ledger::has_fields<type>) {
            if (field.how == ledger::shown::members) {
                add_members<type>(to, schema_name<type>.empty() ? path : std::string(schema_name<type>));
                return;
            }
        }
        const bool required =
            field.how == ledger::shown::always || (field.how == ledger::shown::time && !is_optional<type>);
        to.add(field.name,
               value(static_cast<const type*>(nullptr), path + "." + std::string(field.name), field.how),
               required);
    });
}

template <ledger::has_fields Row>
std::string schemas::row(const std::string& path) {
    const std::string key = schema_name<Row>.empty() ? path : std::string(schema_name<Row>);
    object_schema made(said(key));
    add_members<Row>(made, key);
    return schema_name<Row>.empty() ? made.text() : keep_schema(key, made.text());
}

template <ledger::has_fields Row>
std::string schemas::page() {
    static_assert(!schema_name<Row>.empty(), "the rows of a list have a schema_name");
    object_schema made({});
    made.add("rows", array("", row<Row>()), true);
    made.add("next", json_of({}, said("Page.next")), false);
    made.add("more", json_of(boolean(), said("Page.more")), true);
    return keep_schema(std::string(schema_name<Row>) + "Page", made.text());
}

template <ledger::has_fields Row>
std::string schemas::report(std::string_view name) {
    object_schema made({});
    made.add("rows", array("", row<Row>()), true);
    return keep_schema(name, made.text());
}

template <class Enum>
requires std::is_enum_v<Enum> std::string schemas::value(const Enum*, const std::string& path,
                                                         ledger::shown) {
    return member(path, one_of_all<Enum>());
}

template <class Row>
std::string schemas::value(const std::map<std::string, Row>*, const std::string& path, ledger::shown) {
    object_schema made(said(path + "[]"));
    made.add("id", member(path + "[].id", {}), true);
    add_members<Row>(made, path + "[]");
    return array(path, made.text());
}

} // namespace tokenledger::admin
