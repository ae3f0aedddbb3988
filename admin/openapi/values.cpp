// The table of what members hold beyond their types, and how a value is written.
#include "openapi/values.hpp"

#include "admin/event_action.hpp"
#include "admin/fields.hpp"
#include "admin/query.hpp"

#include "base/text.hpp"
#include "ledger/lists.hpp"
#include "ledger/names.hpp"
#include "json/writer.hpp"

#include <utility>

namespace tokenledger::admin {

namespace {

value_schema matching(std::string_view pattern) {
    return {.pattern = pattern};
}

// Of columns that are added up.
value_schema sum() {
    return {.pattern = R"(^-?\d+(\.\d+)?$)", .note = "A decimal as text: a sum may leave int64."};
}

// The last word of the path of each decision on an event.
std::vector<std::string_view> event_actions() {
    std::vector<std::string_view> found;
    for (const route& each : routes()) {
        if (is_event_action(each.call))
            found.push_back(each.pattern.substr(each.pattern.rfind('/') + 1));
    }
    return found;
}

value_schema text_with_default(std::span<const std::string_view> names) {
    value_schema made = one_of(names);
    made.preset = "\"" + std::string(names.front()) + "\"";
    return made;
}

value_schema limit() {
    value_schema made = integer(1, static_cast<std::int64_t>(ledger::max_page_limit));
    made.preset = std::to_string(ledger::default_page_limit);
    made.note = "It has fewer where they would be more than " +
                std::to_string(ledger::max_page_bytes >> 20U) + " MiB: then more is true, and next goes on.";
    return made;
}

value_schema time_zone() {
    value_schema made = identifier();
    made.preset = "\"UTC\"";
    made.example = "Europe/Berlin";
    return made;
}

constexpr std::string_view orders[] = {"newest_first", "oldest_first"};
constexpr std::string_view spans[] = {"whole", "day"};

std::vector<value_row> rows() {
    const value_schema some_text{.min_length = 1};
    return {
        {"Assignment.quantity", integer(1, max_quantity)},

        {"?actor", integer(0, max_actor)},
        {"?at", some_text},
        {"?from", some_text},
        {"?to", some_text},
        {"?cursor", some_text},
        {"?limit", limit()},
        {"?order", text_with_default(orders)},
        {"?span", text_with_default(spans)},
        {"?time_zone", time_zone()},
        {"?group_by", text_with_default(ledger::names_of<ledger::usage_group>())},
        {"?time", text_with_default(ledger::names_of<ledger::usage_time>())},

        {"*.uncovered", integer(1)},
        {"*.actor", integer(0, max_actor)},
        {"*.sequence", integer(1)},
        {"*.quantity", integer(1)},
        {"*.count", integer(1)},
        {"*.day", matching(R"(^\d{4}-\d\d-\d\d$)")},
        {"Transaction.currency", matching("^[a-z]{3}$")},
        {"UsageRow.tokens_used", integer(0)},
        {"UsageRow.input_tokens", integer(0)},
        {"UsageRow.output_tokens", integer(0)},
        {"UsageRow.charged_tokens", integer(0)},
        {"UsageRow.cached_input_tokens", integer(0)},
        {"UsageRow.reasoning_tokens", integer(0)},
        {"UsageRow.uncovered_tokens", integer(1)},
        {"UsageRow.reversed_tokens", integer(1)},
        {"UsageRow.refund_sequence", integer(1)},
        {"UsageRow.cost_estimate", matching(R"(^\d+(\.\d+)?$)")},
        {"UsageRow.deduction_sequence", integer(1)},
        {"Event.position", integer(0)},
        {"Event.result", one_of(ledger::event_result_names())},
        {"EventAction.action", one_of(event_actions())},

        {"Account.last_sequence", integer(0)},
        {"Account.totals[].tokens", sum()},
        {"AccountThen.sequence", integer(0)},
        {"UsageReportRow.tokens_used", sum()},
        {"UsageReportRow.input_tokens", sum()},
        {"UsageReportRow.output_tokens", sum()},
        {"UsageReportRow.cost_estimate", sum()},
        {"UsageReportRow.charged_tokens", sum()},
        {"UsageReportRow.cached_input_tokens", sum()},
        {"UsageReportRow.reasoning_tokens", sum()},
        {"UsageReportRow.uncovered_tokens", sum()},
        {"UsageReportRow.reversed_tokens", sum()},
        {"TransactionReportRow.tokens", sum()},
        {"TransactionReportRow.amount_paid_cents", sum()},

        {"Payment.facts.amount_requested_cents", integer(0)},
        {"Payment.facts.refunded_cumulative_cents", integer(0)},
        {"Payment.facts.refunds[].amount_cents", integer(0)},
        {"Payment.facts.disputes[].amount_cents", integer(0)},
        {"Queue.parked", integer(0)},
        {"Queue.waiting", integer(0)},
        {"Verification.accounts", integer(0)},
        {"Verification.transactions", integer(0)},
        {"Verification.payments", integer(0)},
        {"Verification.events", integer(0)},
        {"Verification.discrepancies", integer(0)},
        {"Verification.shown",
         {.type = "array", .max_items = static_cast<std::int64_t>(max_discrepancies_shown)}},
    };
}

} // namespace

value_schema integer(std::int64_t least, std::int64_t most) {
    return {.type = "integer", .format = "int64", .minimum = least, .maximum = most};
}

value_schema boolean() {
    return {.type = "boolean"};
}

value_schema text(std::size_t least, std::size_t most) {
    return {.min_length = least == 0 ? std::nullopt : std::optional(static_cast<std::int64_t>(least)),
            .max_length = static_cast<std::int64_t>(most)};
}

value_schema identifier() {
    return text(1, base::max_identifier_bytes);
}

value_schema one_of(std::span<const std::string_view> names) {
    return {.names = {names.begin(), names.end()}};
}

value_schema time() {
    return {.format = "date-time",
            .pattern = R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$)",
            .note = "RFC 3339, UTC, with microseconds."};
}

std::string bytes_of_identifier() {
    return "1 to " + std::to_string(base::max_identifier_bytes) + " bytes";
}

std::string description_of(const value_schema& what, std::string_view words) {
    return std::string(words) + (words.empty() || what.note.empty() ? "" : " ") + what.note;
}

std::string json_of(const value_schema& what, std::string_view words) {
    json_writer out;
    out.begin_object().member("type", what.type).member_if("format", what.format);
    if (!what.names.empty()) {
        out.key("enum").begin_array();
        for (const std::string_view each : what.names)
            out.string(each);
        out.end_array();
    }
    out.member_if("minimum", what.minimum).member_if("maximum", what.maximum);
    out.member_if("minLength", what.min_length).member_if("maxLength", what.max_length);
    out.member_if("pattern", what.pattern);
    if (!what.preset.empty())
        out.key("default").raw(what.preset);
    if (!what.example.empty())
        out.key("examples").begin_array().string(what.example).end_array();
    out.member_if("description", description_of(what, words));
    return out.end_object().text();
}

std::span<const value_row> all_values_known() {
    static const std::vector<value_row> all = rows();
    return all;
}

} // namespace tokenledger::admin
