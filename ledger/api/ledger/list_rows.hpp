// The rows of the lists (lists.hpp), each described beside its struct.
// Times are microseconds since the epoch, of the database's clock. An empty string stands for an absent
// value.
#pragma once

#include "ledger/fields.hpp"
#include "ledger/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace tokenledger::ledger {

struct transaction_view {
    std::string user_id{};
    std::int64_t sequence = 0;
    transaction_type type = transaction_type::grant;
    ledger::source source = ledger::source::admin;
    std::int64_t token_amount = 0;
    std::int64_t balance_before = 0;
    std::int64_t balance_after = 0;
    std::optional<std::int64_t> amount_paid_cents{}; // minor units of currency
    std::string currency{};
    std::string payment_intent_id{};
    std::string event_id{};
    std::string pack{};
    std::optional<std::int64_t> quantity{};
    std::string reason{};
    std::string reference{};
    std::string idempotency_key{};
    std::optional<std::int64_t> actor{}; // uid
    std::string counterparty_user_id{};
    std::string usage_request_id{}; // the operation that was charged, or whose charge was given back
    std::string metadata{};         // JSON text
    std::int64_t created_at_us = 0;
    std::optional<std::int64_t> effective_at_us{}; // of an expiry: when the tokens could no longer be used
    std::string lots{}; // JSON text: by number of the lot, the tokens that the row added; negative: took

    bool operator==(const transaction_view&) const = default;
};
template <>
struct description<transaction_view> {
    static constexpr std::tuple fields{
        shown_as("user_id", &transaction_view::user_id),
        shown_as("sequence", &transaction_view::sequence),
        shown_as("type", &transaction_view::type),
        shown_as("source", &transaction_view::source),
        shown_as("token_amount", &transaction_view::token_amount),
        shown_as("balance_before", &transaction_view::balance_before),
        shown_as("balance_after", &transaction_view::balance_after),
        shown_as("amount_paid_cents", &transaction_view::amount_paid_cents, shown::if_any),
        shown_as("currency", &transaction_view::currency, shown::if_any),
        shown_as("stripe_payment_intent_id", &transaction_view::payment_intent_id, shown::if_any),
        shown_as("stripe_event_id", &transaction_view::event_id, shown::if_any),
        shown_as("pack", &transaction_view::pack, shown::if_any),
        shown_as("quantity", &transaction_view::quantity, shown::if_any),
        shown_as("reason", &transaction_view::reason, shown::if_any),
        shown_as("reference", &transaction_view::reference, shown::if_any),
        shown_as("idempotency_key", &transaction_view::idempotency_key, shown::if_any),
        shown_as("actor", &transaction_view::actor, shown::if_any),
        shown_as("counterparty_user_id", &transaction_view::counterparty_user_id, shown::if_any),
        shown_as("usage_request_id", &transaction_view::usage_request_id, shown::if_any),
        shown_as("metadata", &transaction_view::metadata, shown::json),
        shown_as("created_at", &transaction_view::created_at_us, shown::time),
        shown_as("effective_at", &transaction_view::effective_at_us, shown::time),
        shown_as("lots", &transaction_view::lots, shown::json)};
};

struct purchase_view {
    transaction_view transaction{};
    std::int64_t refunded_tokens = 0; // taken back by now, refunds and disputes together
    std::int64_t refunded_cents = 0;  // the money behind them, in the purchase's currency

    bool operator==(const purchase_view&) const = default;
};
template <>
struct description<purchase_view> {
    static constexpr std::tuple fields{shown_as("transaction", &purchase_view::transaction, shown::members),
                                       shown_as("refunded_tokens", &purchase_view::refunded_tokens),
                                       shown_as("refunded_cents", &purchase_view::refunded_cents)};
};

struct usage_view {
    std::string user_id{};
    std::string request_id{};
    std::string action_type{};
    std::string model_used{};
    std::int64_t tokens_used = 0;
    std::optional<std::int64_t> input_tokens{};
    std::optional<std::int64_t> output_tokens{};
    std::string cost_estimate{}; // cents, decimal, as it was sent
    std::int64_t charged_tokens = 0;
    std::optional<std::int64_t> deduction_sequence{}; // of the linked deduction, where it was charged
    std::optional<std::int64_t> actor{};
    std::int64_t created_at_us = 0;
    std::optional<std::int64_t> cached_input_tokens{};
    std::optional<std::int64_t> reasoning_tokens{};
    std::string member{};                           // who of a shared account
    std::optional<std::int64_t> occurred_at_us{};   // by the application's clock
    std::optional<std::int64_t> uncovered_tokens{}; // of the charge, what the balance did not cover
    std::string metadata{};                         // JSON text
    std::optional<std::int64_t> reversed_tokens{};  // of charged_tokens, what was given back
    std::optional<std::int64_t> refund_sequence{};  // of the row that gave it back

    bool operator==(const usage_view&) const = default;
};
template <>
struct description<usage_view> {
    static constexpr std::tuple fields{
        shown_as("user_id", &usage_view::user_id),
        shown_as("request_id", &usage_view::request_id),
        shown_as("action_type", &usage_view::action_type),
        shown_as("model_used", &usage_view::model_used, shown::if_any),
        shown_as("tokens_used", &usage_view::tokens_used),
        shown_as("input_tokens", &usage_view::input_tokens, shown::if_any),
        shown_as("output_tokens", &usage_view::output_tokens, shown::if_any),
        shown_as("cost_estimate", &usage_view::cost_estimate, shown::if_any),
        shown_as("charged_tokens", &usage_view::charged_tokens),
        shown_as("deduction_sequence", &usage_view::deduction_sequence, shown::if_any),
        shown_as("actor", &usage_view::actor, shown::if_any),
        shown_as("created_at", &usage_view::created_at_us, shown::time),
        shown_as("cached_input_tokens", &usage_view::cached_input_tokens, shown::if_any),
        shown_as("reasoning_tokens", &usage_view::reasoning_tokens, shown::if_any),
        shown_as("member", &usage_view::member, shown::if_any),
        shown_as("occurred_at", &usage_view::occurred_at_us, shown::time),
        shown_as("uncovered_tokens", &usage_view::uncovered_tokens, shown::if_any),
        shown_as("metadata", &usage_view::metadata, shown::json),
        shown_as("reversed_tokens", &usage_view::reversed_tokens, shown::if_any),
        shown_as("refund_sequence", &usage_view::refund_sequence, shown::if_any)};
};

struct hold_list_row {
    std::string hold_id{};
    std::string user_id{};
    hold_state state = hold_state::open; // now
    std::int64_t tokens = 0;             // that it holds, or held
    std::int64_t created_at_us = 0;
    std::int64_t expires_at_us = 0;
    std::optional<std::int64_t> ended_at_us{}; // of a capture or a release
    std::string action_type{};
    std::string model_used{};
    std::string member{};
    std::optional<std::int64_t> actor{};

    bool operator==(const hold_list_row&) const = default;
};
template <>
struct description<hold_list_row> {
    static constexpr std::tuple fields{shown_as("hold_id", &hold_list_row::hold_id),
                                       shown_as("user_id", &hold_list_row::user_id),
                                       shown_as("state", &hold_list_row::state),
                                       shown_as("tokens", &hold_list_row::tokens),
                                       shown_as("created_at", &hold_list_row::created_at_us, shown::time),
                                       shown_as("expires_at", &hold_list_row::expires_at_us, shown::time),
                                       shown_as("ended_at", &hold_list_row::ended_at_us, shown::time),
                                       shown_as("action_type", &hold_list_row::action_type, shown::if_any),
                                       shown_as("model_used", &hold_list_row::model_used, shown::if_any),
                                       shown_as("member", &hold_list_row::member, shown::if_any),
                                       shown_as("actor", &hold_list_row::actor, shown::if_any)};
};

// A change of a balance, an operation, or both: a charged operation and its deduction are one entry. The
// deduction stands alone once its usage is archived.
struct activity_view {
    std::optional<transaction_view> transaction{};
    std::optional<usage_view> usage{};

    bool operator==(const activity_view&) const = default;
};
template <>
struct description<activity_view> {
    static constexpr std::tuple fields{shown_as("transaction", &activity_view::transaction, shown::if_any),
                                       shown_as("usage", &activity_view::usage, shown::if_any)};
};

// What an operator did about an event.
struct event_action_view {
    std::string action{}; // retry, dismiss or assign
    std::int64_t actor = 0;
    std::string reason{};
    std::string was{}; // result and reason of the event before, and after
    std::string was_because{};
    std::string became{};
    std::string became_because{};
    std::string idempotency_key{};
    std::int64_t created_at_us = 0;

    bool operator==(const event_action_view&) const = default;
};
template <>
struct description<event_action_view> {
    static constexpr std::tuple fields{
        shown_as("action", &event_action_view::action),
        shown_as("actor", &event_action_view::actor),
        shown_as("reason", &event_action_view::reason, shown::if_any),
        shown_as("was", &event_action_view::was),
        shown_as("was_because", &event_action_view::was_because, shown::if_any),
        shown_as("became", &event_action_view::became),
        shown_as("became_because", &event_action_view::became_because, shown::if_any),
        shown_as("idempotency_key", &event_action_view::idempotency_key),
        shown_as("created_at", &event_action_view::created_at_us, shown::time)};
};

struct event_view {
    std::string event_id{};
    std::int64_t position = 0; // place in the commit order of whatever shares a payment or an account
    std::string type{};
    std::string result{}; // applied, duplicate, ignored, parked, waiting, dismissed or expired
    std::string reason{};
    std::string payment_intent_id{};
    std::string endpoint{};
    std::string account{};
    std::string api_version{};
    std::optional<bool> livemode{};
    std::optional<std::int64_t> stripe_created_at{}; // seconds since the epoch, Stripe's clock
    std::int64_t received_at_us = 0;
    bool has_evidence = false;
    std::vector<event_action_view> actions{}; // oldest first; not in lists

    bool operator==(const event_view&) const = default;
};
template <>
struct description<event_view> {
    static constexpr std::tuple fields{
        shown_as("event_id", &event_view::event_id),
        shown_as("position", &event_view::position),
        shown_as("type", &event_view::type),
        shown_as("result", &event_view::result),
        shown_as("reason", &event_view::reason, shown::if_any),
        shown_as("stripe_payment_intent_id", &event_view::payment_intent_id, shown::if_any),
        shown_as("endpoint", &event_view::endpoint),
        shown_as("account", &event_view::account, shown::if_any),
        shown_as("api_version", &event_view::api_version, shown::if_any),
        shown_as("livemode", &event_view::livemode, shown::if_any),
        shown_as("stripe_created_at", &event_view::stripe_created_at, shown::second),
        shown_as("received_at", &event_view::received_at_us, shown::time),
        shown_as("has_evidence", &event_view::has_evidence),
        shown_as("actions", &event_view::actions, shown::if_any)};
};

} // namespace tokenledger::ledger
