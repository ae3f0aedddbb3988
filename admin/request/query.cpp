// From the parameters to a query.
#include "admin/query.hpp"

#include "request/parameters.hpp"

#include "ledger/names.hpp"

#include <stdexcept>

namespace tokenledger::admin {

namespace {

ledger::transaction_filter transaction_filter(parameters& in, call what) {
    ledger::transaction_filter made;
    made.user_id = in.identifier("user_id");
    if (what != call::purchases)
        made.type = in.type();
    made.source = in.source();
    made.period = in.period();
    if (what == call::transactions)
        made.actor = in.actor();
    return made;
}

ledger::usage_filter usage_filter(parameters& in) {
    return {.user_id = in.identifier("user_id"),
            .action_type = in.identifier("action_type"),
            .model_used = in.identifier("model_used"),
            .period = in.period()};
}

ledger::event_filter event_filter(parameters& in) {
    return {.result = in.one_of("result", ledger::event_result_names()),
            .reason = in.one_of("reason", ledger::reason_names()),
            .type = in.identifier("type"),
            .payment_intent_id = in.identifier("stripe_payment_intent_id"),
            .period = in.period()};
}

query account_at(parameters& in, std::string user_id) {
    const auto [us, sequence] = in.time_or_sequence();
    return account_query{.user_id = std::move(user_id), .at_us = us, .at_sequence = sequence};
}

// No default: a new call must say which query it is. nullopt: it is none.
std::optional<query> make(parameters& in, const resolved_call& what, permit_set permits) {
    const call asked = what.route->call;
    switch (asked) {
    case call::account:
        return account_at(in, what.parameter);
    case call::payment:
        return payment_query{what.parameter};
    case call::event:
        return event_query{.event_id = what.parameter, .with_body = permits.contains(permit::operate)};
    case call::transactions:
        return transactions_query{.filter = transaction_filter(in, asked), .page = in.page()};
    case call::purchases:
        return purchases_query{.filter = transaction_filter(in, asked), .page = in.page()};
    case call::usage:
        return usage_query{.filter = usage_filter(in), .page = in.page()};
    case call::activity:
        return activity_query{.filter = {.user_id = in.identifier("user_id"), .period = in.period()},
                              .page = in.page()};
    case call::events:
        return events_query{.filter = event_filter(in), .page = in.page()};
    case call::usage_report:
        return usage_report_query{.filter = usage_filter(in), .span = in.span(), .time_zone = in.time_zone()};
    case call::transaction_report:
        return transaction_report_query{
            .filter = transaction_filter(in, asked), .span = in.span(), .time_zone = in.time_zone()};
    case call::queue:
        return queue_query{};
    case call::grant: // writes, and what is answered without a query
    case call::deduct:
    case call::transfer:
    case call::use:
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
