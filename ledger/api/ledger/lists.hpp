// The lists of the ledger: their rows, filters and pages. Each is described once, beside its struct, and the
// description is what the SELECT lists, cursors, parameters, JSON and CSV are made from.
// Times are microseconds since the epoch, of the database's clock. An empty string stands for an absent
// value.
#pragma once

#include "ledger/fields.hpp"
#include "ledger/list_rows.hpp"
#include "ledger/names.hpp"
#include "ledger/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace tokenledger::ledger {

inline constexpr std::size_t default_page_limit = 100;
inline constexpr std::size_t max_page_limit = 1000;
// Bytes of JSON: a page ends before the row that would exceed them, but has at least one row.
inline constexpr std::size_t max_page_bytes = std::size_t{4} << 20U;

// ---- Pages. ----

enum class page_order : std::uint8_t {
    newest_first, // a walk back. Whatever was committed before the first page was read comes exactly once
    oldest_first, // a walk forward that can be followed for ever: no row is lost however late it commits
};

// docs/queries.md says what each list guarantees.
struct page_request {
    std::size_t limit = default_page_limit; // 1..max_page_limit; max_page_bytes may end the page before
    std::string cursor{};                   // page::next of the page before; empty: the first page
    page_order order = page_order::newest_first;
};

template <class Row>
struct page {
    std::vector<Row> rows{};
    // Cursor of the page after this one. Newest first: empty at the end. Oldest first: never empty once there
    // was a row; asking again with it later returns what was added.
    std::string next{};
    bool more = false; // there is a further row now
};

// A filter that is not set matches every row. A period is from <= time < to.
struct period {
    std::optional<std::int64_t> from_us{};
    std::optional<std::int64_t> to_us{};
};

struct transaction_filter {
    std::string user_id{};
    std::optional<transaction_type> type{};
    std::optional<ledger::source> source{};
    ledger::period period{};
    std::optional<std::int64_t> actor{}; // uid; of lists only
};
template <>
struct description<transaction_filter> {
    static constexpr std::tuple fields{filtered_by("user_id", &transaction_filter::user_id),
                                       filtered_by("type", &transaction_filter::type),
                                       filtered_by("source", &transaction_filter::source),
                                       filtered_later_by("actor", &transaction_filter::actor)};
};

struct usage_filter {
    std::string user_id{};
    std::string action_type{};
    std::string model_used{};
    ledger::period period{};
    std::string member{};
};
template <>
struct description<usage_filter> {
    static constexpr std::tuple fields{filtered_by("user_id", &usage_filter::user_id),
                                       filtered_by("action_type", &usage_filter::action_type),
                                       filtered_by("model_used", &usage_filter::model_used),
                                       filtered_later_by("member", &usage_filter::member)};
};

struct activity_filter {
    std::string user_id{};
    ledger::period period{};
};
template <>
struct description<activity_filter> {
    static constexpr std::tuple fields{filtered_by("user_id", &activity_filter::user_id)};
};

struct hold_filter {
    std::string user_id{};
    std::string state{}; // name of a hold_state
    ledger::period period{};
};
template <>
struct description<hold_filter> {
    static constexpr std::tuple fields{filtered_by("user_id", &hold_filter::user_id),
                                       filtered_by("state", &hold_filter::state, names_of<hold_state>)};
};

struct event_filter {
    std::string result{}; // parked and waiting are the operator's queue
    std::string reason{};
    std::string type{};
    std::string payment_intent_id{};
    ledger::period period{}; // of received_at
};
template <>
struct description<event_filter> {
    static constexpr std::tuple fields{
        filtered_by("result", &event_filter::result, event_result_names),
        filtered_by("reason", &event_filter::reason, reason_names), filtered_by("type", &event_filter::type),
        filtered_by("stripe_payment_intent_id", &event_filter::payment_intent_id)};
};

// ---- The lists. ----

struct transactions_query {
    transaction_filter filter{};
    page_request page{};
};
template <>
struct description<transactions_query> {
    static constexpr std::string_view name = "transactions";
    using row = transaction_view;
};

// filter.type and filter.actor are ignored.
struct purchases_query {
    transaction_filter filter{};
    page_request page{};
};
template <>
struct description<purchases_query> {
    static constexpr std::string_view name = "purchases";
    using row = purchase_view;
    static constexpr bool takes(std::string_view filter) { return filter != "type" && filter != "actor"; }
};

struct usage_query {
    usage_filter filter{};
    page_request page{};
};
template <>
struct description<usage_query> {
    static constexpr std::string_view name = "usage";
    using row = usage_view;
};

struct activity_query {
    activity_filter filter{};
    page_request page{};
};
template <>
struct description<activity_query> {
    static constexpr std::string_view name = "activity";
    using row = activity_view;
};

struct events_query {
    event_filter filter{};
    page_request page{};
};
template <>
struct description<events_query> {
    static constexpr std::string_view name = "events";
    using row = event_view;
};

struct holds_query {
    hold_filter filter{};
    page_request page{};
};
template <>
struct description<holds_query> {
    static constexpr std::string_view name = "holds";
    using row = hold_list_row;
};

using list_query =
    std::variant<transactions_query, purchases_query, usage_query, activity_query, events_query, holds_query>;

template <class Query>
using page_of_list = page<typename description<Query>::row>;

template <class... Queries>
auto pages_of(const std::variant<Queries...>&) -> std::variant<page_of_list<Queries>...>;
// The page of the query at the same index of list_query.
using list_page = decltype(pages_of(list_query()));

// True if the list has the filter of this name.
template <class Query>
constexpr bool takes_filter(std::string_view name) {
    if constexpr (requires { description<Query>::takes(name); })
        return description<Query>::takes(name);
    else
        return true;
}

// Of every list, in the order of list_query.
[[nodiscard]] std::span<const std::string_view> list_names();

// Calls `visit` with a default query of each list, in the order of list_query.
template <std::size_t List = 0, class Visit>
void for_each_list(Visit visit) {
    if constexpr (List < std::variant_size_v<list_query>) {
        visit(std::variant_alternative_t<List, list_query>{});
        for_each_list<List + 1>(visit);
    }
}

} // namespace tokenledger::ledger
