// What replies show beside the rows of lists, described as those are (ledger/lists.hpp): JSON and
// docs/openapi.json are made from it. It stands here and not beside the structs because only replies name
// their members.
#pragma once

#include "admin/query.hpp"

#include "ledger/facts.hpp"
#include "ledger/names.hpp"
#include "ledger/outcome.hpp"
#include "ledger/proof.hpp"
#include "ledger/reader.hpp"

#include <string_view>
#include <tuple>

namespace tokenledger::ledger {

// ---- Writes. ----

template <>
struct description<posting> {
    static constexpr std::tuple fields{shown_as("user_id", &posting::user_id),
                                       shown_as("sequence", &posting::sequence),
                                       shown_as("type", &posting::type),
                                       shown_as("source", &posting::source),
                                       shown_as("token_amount", &posting::token_amount),
                                       shown_as("balance_after", &posting::balance_after)};
};
template <>
struct description<hold_view> {
    static constexpr std::tuple fields{shown_as("hold_id", &hold_view::hold_id),
                                       shown_as("state", &hold_view::state),
                                       shown_as("held", &hold_view::held),
                                       shown_as("balance", &hold_view::balance),
                                       shown_as("available", &hold_view::available),
                                       shown_as("expires_at", &hold_view::expires_at_us, shown::time)};
};
template <>
struct description<outcome> {
    static constexpr std::tuple fields{
        shown_as("result", &outcome::result), shown_as("reason", &outcome::reason, shown::if_any),
        shown_as("transactions", &outcome::posted), shown_as("uncovered", &outcome::uncovered, shown::if_any),
        shown_as("hold", &outcome::hold, shown::if_any)};
};

// ---- Accounts. ----

template <>
struct description<type_total> {
    static constexpr std::tuple fields{shown_as("type", &type_total::type),
                                       shown_as("count", &type_total::count),
                                       shown_as("tokens", &type_total::tokens)};
};
template <>
struct description<limit_view> {
    static constexpr std::tuple fields{
        shown_as("member", &limit_view::member), shown_as("per", &limit_view::per),
        shown_as("tokens", &limit_view::tokens), shown_as("set_at", &limit_view::set_at_us, shown::time)};
};
template <>
struct description<lot_view> {
    static constexpr std::tuple fields{
        shown_as("lot", &lot_view::lot),
        shown_as("tokens", &lot_view::tokens),
        shown_as("held", &lot_view::held, shown::if_any),
        shown_as("expires_at", &lot_view::expires_at_us, shown::time),
        shown_as("priority", &lot_view::priority),
        shown_as("paid", &lot_view::paid),
        shown_as("stripe_payment_intent_id", &lot_view::payment_intent_id, shown::if_any),
        shown_as("sequence", &lot_view::sequence)};
};
template <>
struct description<account_view> {
    static constexpr std::tuple fields{
        shown_as("user_id", &account_view::user_id),
        shown_as("balance", &account_view::balance),
        shown_as("available", &account_view::available),
        shown_as("held", &account_view::held, shown::if_any),
        shown_as("expired_not_posted", &account_view::expired_not_posted, shown::if_any),
        shown_as("last_sequence", &account_view::last_sequence),
        shown_as("last_transaction_at", &account_view::last_transaction_at_us, shown::time),
        shown_as("created_at", &account_view::created_at_us, shown::time),
        shown_as("totals", &account_view::totals),
        shown_as("disputed_payments", &account_view::disputed_payments),
        shown_as("limits", &account_view::limits, shown::if_any),
        shown_as("lots", &account_view::lots, shown::if_any)};
};
template <>
struct description<balance_view> {
    static constexpr std::tuple fields{shown_as("user_id", &balance_view::user_id),
                                       shown_as("balance", &balance_view::balance),
                                       shown_as("sequence", &balance_view::sequence),
                                       shown_as("created_at", &balance_view::created_at_us, shown::time)};
};

// ---- A payment. ----

template <>
struct description<credit_view> {
    static constexpr std::tuple fields{shown_as("user_id", &credit_view::user_id),
                                       shown_as("tokens", &credit_view::tokens),
                                       shown_as("amount_cents", &credit_view::amount_cents),
                                       shown_as("currency", &credit_view::currency),
                                       shown_as("catalog", &credit_view::catalog, shown::if_any),
                                       shown_as("pack", &credit_view::pack, shown::if_any),
                                       shown_as("quantity", &credit_view::quantity),
                                       shown_as("credited_at", &credit_view::credited_at_us, shown::time)};
};
template <>
struct description<refund_fact> {
    static constexpr std::tuple fields{shown_as("amount_cents", &refund_fact::amount_cents),
                                       shown_as("currency", &refund_fact::currency, shown::if_any),
                                       shown_as("status", &refund_fact::status),
                                       shown_as("moved_money", &refund_fact::moved_money)};
};
template <>
struct description<dispute_movement> {
    // An amount of 0: an earlier version kept the sign alone.
    static constexpr std::tuple fields{
        shown_as("takes_money", &dispute_movement::takes_money),
        shown_as("amount_cents", &dispute_movement::amount_cents, shown::if_any),
        shown_as("currency", &dispute_movement::currency, shown::if_any)};
};
template <>
struct description<dispute_fact> {
    static constexpr std::tuple fields{shown_as("amount_cents", &dispute_fact::amount_cents),
                                       shown_as("currency", &dispute_fact::currency, shown::if_any),
                                       shown_as("status", &dispute_fact::status),
                                       shown_as("funds_withdrawn", &dispute_fact::funds_withdrawn),
                                       shown_as("funds_reinstated", &dispute_fact::funds_reinstated),
                                       shown_as("balance_transactions", &dispute_fact::balance_transactions),
                                       shown_as("signs_only", &dispute_fact::signs_only, shown::if_any)};
};
template <>
struct description<payment_facts> {
    static constexpr std::tuple fields{
        shown_as("amount_requested_cents", &payment_facts::amount_requested_cents),
        shown_as("refunded_cumulative_cents", &payment_facts::refunded_cumulative_cents),
        shown_as("refunded_currency", &payment_facts::refunded_currency, shown::if_any),
        shown_as("canceled", &payment_facts::canceled),
        shown_as("foreign", &payment_facts::not_ours),
        shown_as("refunds", &payment_facts::refunds),
        shown_as("disputes", &payment_facts::disputes)};
};
template <>
struct description<entitlement_view> {
    static constexpr std::tuple fields{
        shown_as("refunded_cents", &entitlement_view::refunded_cents),
        shown_as("disputed_cents", &entitlement_view::disputed_cents),
        shown_as("lost_cents", &entitlement_view::lost_cents),
        shown_as("taken_tokens", &entitlement_view::taken_tokens),
        shown_as("missing_refund_objects", &entitlement_view::missing_refund_objects),
        shown_as("unproven_refund", &entitlement_view::unproven_refund),
        shown_as("other_currency_refund", &entitlement_view::other_currency_refund),
        shown_as("in_dispute", &entitlement_view::in_dispute)};
};
template <>
struct description<payment_view> {
    static constexpr std::tuple fields{shown_as("stripe_payment_intent_id", &payment_view::payment_intent_id),
                                       shown_as("credit", &payment_view::credit, shown::if_any),
                                       shown_as("facts", &payment_view::facts),
                                       shown_as("taken_tokens", &payment_view::taken_tokens),
                                       shown_as("lost_cents", &payment_view::lost_cents),
                                       shown_as("entitlement", &payment_view::entitlement, shown::if_any),
                                       shown_as("transactions", &payment_view::transactions),
                                       shown_as("events", &payment_view::events)};
};

// ---- Proofs. ----

template <>
struct description<event_proof> {
    static constexpr std::tuple fields{shown_as("event_id", &event_proof::event_id),
                                       shown_as("result", &event_proof::result),
                                       shown_as("detail", &event_proof::detail, shown::if_any)};
};
template <>
struct description<payment_proof> {
    static constexpr std::tuple fields{
        shown_as("stripe_payment_intent_id", &payment_proof::payment_intent_id),
        shown_as("result", &payment_proof::result), shown_as("events", &payment_proof::events),
        shown_as("faults", &payment_proof::faults)};
};
template <>
struct description<admin::audit_view::discrepancy> {
    using view = admin::audit_view::discrepancy;
    static constexpr std::tuple fields{
        shown_as("check", &view::check),
        shown_as("user_id", &view::user_id, shown::if_any),
        shown_as("sequence", &view::sequence, shown::if_any),
        shown_as("stripe_payment_intent_id", &view::payment_intent_id, shown::if_any),
        shown_as("event_id", &view::event_id, shown::if_any),
        shown_as("expected", &view::expected),
        shown_as("found", &view::found)};
};
template <>
struct description<admin::audit_view> {
    using view = admin::audit_view;
    static constexpr std::tuple fields{
        shown_as("accounts", &view::accounts),           shown_as("transactions", &view::transactions),
        shown_as("payments", &view::payments),           shown_as("events", &view::events),
        shown_as("discrepancies", &view::discrepancies), shown_as("shown", &view::shown)};
};

// ---- The queue, and reports. ----

template <>
struct description<queue_view> {
    static constexpr std::tuple fields{shown_as("parked", &queue_view::parked),
                                       shown_as("waiting", &queue_view::waiting)};
};
template <>
struct description<usage_report_row> {
    static constexpr std::tuple fields{
        shown_as("day", &usage_report_row::day, shown::if_any),
        shown_as("action_type", &usage_report_row::action_type, shown::if_any),
        shown_as("model_used", &usage_report_row::model_used, shown::if_any),
        shown_as("user_id", &usage_report_row::user_id, shown::if_any),
        shown_as("member", &usage_report_row::member, shown::if_any),
        shown_as("count", &usage_report_row::count),
        shown_as("tokens_used", &usage_report_row::tokens_used),
        shown_as("input_tokens", &usage_report_row::input_tokens),
        shown_as("output_tokens", &usage_report_row::output_tokens),
        shown_as("cost_estimate", &usage_report_row::cost_estimate),
        shown_as("charged_tokens", &usage_report_row::charged_tokens),
        shown_as("cached_input_tokens", &usage_report_row::cached_input_tokens),
        shown_as("reasoning_tokens", &usage_report_row::reasoning_tokens),
        shown_as("uncovered_tokens", &usage_report_row::uncovered_tokens),
        shown_as("reversed_tokens", &usage_report_row::reversed_tokens)};
};
template <>
struct description<transaction_report_row> {
    static constexpr std::tuple fields{
        shown_as("day", &transaction_report_row::day, shown::if_any),
        shown_as("type", &transaction_report_row::type),
        shown_as("source", &transaction_report_row::source),
        shown_as("pack", &transaction_report_row::pack, shown::if_any),
        shown_as("currency", &transaction_report_row::currency, shown::if_any),
        shown_as("count", &transaction_report_row::count),
        shown_as("tokens", &transaction_report_row::tokens),
        shown_as("amount_paid_cents", &transaction_report_row::amount_paid_cents, shown::if_any)};
};

} // namespace tokenledger::ledger
