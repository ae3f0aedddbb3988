// Rows, reports and accounts.
#include "reply/json.hpp"

#include "base/time.hpp"

namespace tokenledger::admin {

namespace {

void write_members(json_writer& out, const ledger::transaction_view& row) {
    out.member("user_id", row.user_id).member("sequence", row.sequence);
    out.member("type", ledger::to_string(row.type)).member("source", ledger::to_string(row.source));
    out.member("token_amount", row.token_amount);
    out.member("balance_before", row.balance_before).member("balance_after", row.balance_after);
    out.member_if("amount_paid_cents", row.amount_paid_cents).member_if("currency", row.currency);
    out.member_if("stripe_payment_intent_id", row.payment_intent_id);
    out.member_if("stripe_event_id", row.event_id);
    out.member_if("pack", row.pack).member_if("quantity", row.quantity);
    out.member_if("reason", row.reason).member_if("reference", row.reference);
    out.member_if("idempotency_key", row.idempotency_key).member_if("actor", row.actor);
    out.member_if("counterparty_user_id", row.counterparty_user_id);
    out.member_if("usage_request_id", row.usage_request_id);
    if (!row.metadata.empty())
        out.key("metadata").raw(row.metadata);
    out.member("created_at", base::time_text(row.created_at_us));
}

void write_members(json_writer& out, const ledger::event_view& row) {
    out.member("event_id", row.event_id).member("position", row.position).member("type", row.type);
    out.member("result", row.result).member_if("reason", row.reason);
    out.member_if("stripe_payment_intent_id", row.payment_intent_id);
    out.member("endpoint", row.endpoint).member_if("account", row.account);
    out.member_if("api_version", row.api_version);
    if (row.livemode)
        out.member("livemode", *row.livemode);
    if (row.stripe_created_at)
        out.member("stripe_created_at", base::time_text(*row.stripe_created_at * 1'000'000));
    out.member("received_at", base::time_text(row.received_at_us)).member("has_evidence", row.has_evidence);
    if (!row.actions.empty())
        write_array(out, "actions", row.actions);
}

// A field value is bytes: each becomes the character of its number (ISO 8859-1), so that none is lost.
std::string field_value_text(std::string_view bytes) {
    std::string text;
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        if (byte < 0x80) {
            text += each;
        } else {
            text += static_cast<char>(0xC0U | (byte >> 6U));
            text += static_cast<char>(0x80U | (byte & 0x3FU));
        }
    }
    return text;
}

} // namespace

void write(json_writer& out, const ledger::transaction_view& row) {
    out.begin_object();
    write_members(out, row);
    out.end_object();
}

void write(json_writer& out, const ledger::purchase_view& row) {
    out.begin_object();
    write_members(out, row.transaction);
    out.member("refunded_tokens", row.refunded_tokens).member("refunded_cents", row.refunded_cents);
    out.end_object();
}

void write(json_writer& out, const ledger::usage_view& row) {
    out.begin_object().member("user_id", row.user_id).member("request_id", row.request_id);
    out.member("action_type", row.action_type).member_if("model_used", row.model_used);
    out.member("tokens_used", row.tokens_used).member_if("input_tokens", row.input_tokens);
    out.member_if("output_tokens", row.output_tokens).member_if("cost_estimate", row.cost_estimate);
    out.member("charged_tokens", row.charged_tokens);
    out.member_if("deduction_sequence", row.deduction_sequence).member_if("actor", row.actor);
    out.member("created_at", base::time_text(row.created_at_us)).end_object();
}

void write(json_writer& out, const ledger::activity_view& row) {
    out.begin_object();
    if (row.transaction) {
        out.key("transaction");
        write(out, *row.transaction);
    }
    if (row.usage) {
        out.key("usage");
        write(out, *row.usage);
    }
    out.end_object();
}

void write(json_writer& out, const ledger::event_view& row) {
    out.begin_object();
    write_members(out, row);
    out.end_object();
}

void write(json_writer& out, const ledger::event_view& event, const ledger::evidence_view& evidence) {
    out.begin_object();
    write_members(out, event);
    out.key("evidence").begin_object().member("readable", evidence.readable);
    if (evidence.readable) {
        out.member("signature_header", field_value_text(evidence.signature_header));
        out.member("body", evidence.body);
    }
    out.end_object().end_object();
}

void write(json_writer& out, const ledger::usage_report_row& row) {
    out.begin_object().member_if("day", row.day).member("action_type", row.action_type);
    out.member_if("model_used", row.model_used).member("count", row.count);
    out.member("tokens_used", row.tokens_used).member("input_tokens", row.input_tokens);
    out.member("output_tokens", row.output_tokens).member("cost_estimate", row.cost_estimate);
    out.member("charged_tokens", row.charged_tokens).end_object();
}

void write(json_writer& out, const ledger::transaction_report_row& row) {
    out.begin_object().member_if("day", row.day);
    out.member("type", ledger::to_string(row.type)).member("source", ledger::to_string(row.source));
    out.member_if("pack", row.pack).member_if("currency", row.currency).member("count", row.count);
    out.member("tokens", row.tokens).member_if("amount_paid_cents", row.amount_paid_cents).end_object();
}

void write(json_writer& out, const ledger::account_view& account) {
    out.begin_object().member("user_id", account.user_id).member("balance", account.balance);
    out.member("last_sequence", account.last_sequence);
    if (account.last_transaction_at_us)
        out.member("last_transaction_at", base::time_text(*account.last_transaction_at_us));
    out.member("created_at", base::time_text(account.created_at_us)).key("totals").begin_array();
    for (const ledger::type_total& each : account.totals) {
        out.begin_object().member("type", ledger::to_string(each.type)).member("count", each.count);
        out.member("tokens", each.tokens).end_object();
    }
    out.end_array().key("disputed_payments").begin_array();
    for (const std::string& each : account.disputed_payments)
        out.string(each);
    out.end_array().end_object();
}

void write(json_writer& out, const ledger::queue_view& queue) {
    out.begin_object().member("parked", queue.parked).member("waiting", queue.waiting).end_object();
}

void write(json_writer& out, const ledger::balance_view& balance) {
    out.begin_object().member("user_id", balance.user_id).member("balance", balance.balance);
    out.member("sequence", balance.sequence);
    if (balance.created_at_us)
        out.member("created_at", base::time_text(*balance.created_at_us));
    out.end_object();
}

} // namespace tokenledger::admin
