// Rows of the lists, in the order of their columns.
#include "reader/rows.hpp"

#include "postgres/names.hpp"

namespace tokenledger::ledger {

// Members are initialised in the order of their declaration, which is that of the columns.

transaction_view read_transaction(row_reader& from) {
    return {.user_id = from.text(),
            .sequence = from.number(),
            .type = type_of(from.text()),
            .source = source_of(from.text()),
            .token_amount = from.number(),
            .balance_before = from.number(),
            .balance_after = from.number(),
            .amount_paid_cents = from.number_if_any(),
            .currency = from.text(),
            .payment_intent_id = from.text(),
            .event_id = from.text(),
            .pack = from.text(),
            .quantity = from.number_if_any(),
            .reason = from.text(),
            .reference = from.text(),
            .idempotency_key = from.text(),
            .actor = from.number_if_any(),
            .counterparty_user_id = from.text(),
            .usage_request_id = from.text(),
            .metadata = from.text(),
            .created_at_us = from.number()};
}

usage_view read_usage(row_reader& from) {
    return {.user_id = from.text(),
            .request_id = from.text(),
            .action_type = from.text(),
            .model_used = from.text(),
            .tokens_used = from.number(),
            .input_tokens = from.number_if_any(),
            .output_tokens = from.number_if_any(),
            .cost_estimate = from.text(),
            .charged_tokens = from.number(),
            .deduction_sequence = from.number_if_any(),
            .actor = from.number_if_any(),
            .created_at_us = from.number()};
}

std::string expiry_limit(std::chrono::days waiting_expires) {
    return "now() - interval '" + std::to_string(waiting_expires.count()) + " days'";
}

std::string is_expired(std::chrono::days waiting_expires) {
    return "(e.result = 'waiting' AND e.received_at < " + expiry_limit(waiting_expires) + ")";
}

std::string event_columns(std::chrono::days waiting_expires) {
    return "e.event_id, e.position, e.event_type, CASE WHEN " + is_expired(waiting_expires) +
           " THEN 'expired' ELSE e.result END, e.reason, e.payment_intent_id, e.endpoint, e.account,"
           " e.api_version, e.livemode, floor(extract(epoch FROM e.stripe_created_at))::bigint,"
           " (extract(epoch FROM e.received_at) * 1000000)::bigint, e.evidence IS NOT NULL";
}

event_view read_event(row_reader& from) {
    return {.event_id = from.text(),
            .position = from.number(),
            .type = from.text(),
            .result = from.text(),
            .reason = from.text(),
            .payment_intent_id = from.text(),
            .endpoint = from.text(),
            .account = from.text(),
            .api_version = from.text(),
            .livemode = from.truth_if_any(),
            .stripe_created_at = from.number_if_any(),
            .received_at_us = from.number(),
            .has_evidence = from.truth_if_any().value_or(false)};
}

} // namespace tokenledger::ledger
