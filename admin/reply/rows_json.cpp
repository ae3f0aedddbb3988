// Reports, accounts, and an event with its evidence.
#include "reply/json.hpp"

#include "base/time.hpp"

namespace tokenledger::admin {

namespace {

// A field value may hold any bytes: each becomes the character with its number (ISO 8859-1), so no byte is
// lost.
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
    out.begin_object().member_if("day", row.day).member_if("action_type", row.action_type);
    out.member_if("model_used", row.model_used).member_if("user_id", row.user_id);
    out.member_if("member", row.member).member("count", row.count);
    out.member("tokens_used", row.tokens_used).member("input_tokens", row.input_tokens);
    out.member("output_tokens", row.output_tokens).member("cost_estimate", row.cost_estimate);
    out.member("charged_tokens", row.charged_tokens);
    out.member("cached_input_tokens", row.cached_input_tokens);
    out.member("reasoning_tokens", row.reasoning_tokens);
    out.member("uncovered_tokens", row.uncovered_tokens).end_object();
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
