// Makes a query from the parameters of a request.
#include "admin/query.hpp"

#include "request/parameters.hpp"

#include "ledger/lists.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tokenledger::admin {

namespace {

template <class Field>
void read(parameters& in, const Field& filter, std::string& into) {
    into = filter.names != nullptr ? in.one_of(filter.name, filter.names()) : in.identifier(filter.name);
}
void read(parameters& in, const auto&, std::optional<ledger::transaction_type>& into) {
    into = in.type();
}
void read(parameters& in, const auto&, std::optional<ledger::source>& into) {
    into = in.source();
}
void read(parameters& in, const auto&, std::optional<std::int64_t>& into) {
    into = in.actor();
}

// Reads the filters that the call takes, and the period.
template <ledger::has_fields Filter>
Filter read_filter(parameters& in, std::span<const std::string_view> taken) {
    Filter made;
    ledger::for_each_field<Filter>([&](const auto& filter) {
        if (std::ranges::find(taken, filter.name) != taken.end())
            read(in, filter, made.*filter.member);
    });
    made.period = in.period();
    return made;
}

// The query of the list with this name.
query list_named(std::string_view name, parameters& in, std::span<const std::string_view> taken) {
    std::optional<query> made;
    ledger::for_each_list([&]<class Query>(Query what) {
        if (ledger::description<Query>::name != name)
            return;
        what.filter = read_filter<decltype(what.filter)>(in, taken);
        what.page = in.page();
        made = ledger::list_query(std::move(what));
    });
    if (!made)
        throw std::logic_error("the route of " + std::string(name) + " names no list");
    return std::move(*made);
}

query account_at(parameters& in, std::string user_id) {
    const auto [us, sequence] = in.time_or_sequence();
    return account_query{.user_id = std::move(user_id), .at_us = us, .at_sequence = sequence};
}

ledger::report_shape usage_shape(parameters& in) {
    ledger::report_shape made(in.span(), in.time_zone());
    made.by = in.named("group_by", ledger::usage_group::action);
    made.time = in.named("time", ledger::usage_time::reported);
    return made;
}

// No default, so that a new call does not compile until it says which query it is. nullopt: it is not a
// query.
std::optional<query> make(parameters& in, const resolved_call& what, permit_set permits) {
    const auto taken = parameters_of(*what.route);
    switch (what.route->call) {
    case call::account:
        return account_at(in, what.parameter);
    case call::payment:
        return payment_query{what.parameter};
    case call::event:
        return event_query{.event_id = what.parameter, .with_body = permits.contains(permit::operate)};
    case call::list:
        return list_named(what.route->name, in, taken);
    case call::usage_report:
        return usage_report_query{.filter = read_filter<ledger::usage_filter>(in, taken),
                                  .shape = usage_shape(in)};
    case call::transaction_report:
        return transaction_report_query{.filter = read_filter<ledger::transaction_filter>(in, taken),
                                        .shape = {in.span(), in.time_zone()}};
    case call::queue:
        return queue_query{};
    case call::operation: // writes, and what is answered without a query
    case call::batch:
    case call::prove:
    case call::retry:
    case call::dismiss:
    case call::assign:
    case call::verify:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

std::optional<problem> check_no_parameters(const resolved_call& what) {
    return parameters(what).wrong();
}

std::variant<query, problem> read_query(const resolved_call& what, permit_set permits) {
    parameters in(what);
    std::optional<query> made = make(in, what, permits);
    if (!made)
        throw std::logic_error("no query for " + std::string(what.route->pattern));
    if (auto wrong = in.wrong())
        return std::move(*wrong);
    return std::move(*made);
}

} // namespace tokenledger::admin
