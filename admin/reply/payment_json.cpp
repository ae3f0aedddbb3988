// A payment as JSON: the facts from Stripe, the entitlement, and the rows that were posted.
#include "reply/json.hpp"

#include "base/time.hpp"

namespace tokenledger::admin {

namespace {

void write_credit(json_writer& out, const ledger::credit_view& credit) {
    out.key("credit").begin_object().member("user_id", credit.user_id).member("tokens", credit.tokens);
    out.member("amount_cents", credit.amount_cents).member("currency", credit.currency);
    out.member_if("catalog", credit.catalog).member_if("pack", credit.pack);
    out.member("quantity", credit.quantity).member("credited_at", base::time_text(credit.credited_at_us));
    out.end_object();
}

void write_dispute(json_writer& out, const std::string& id, const ledger::dispute_fact& dispute) {
    out.begin_object().member("id", id).member("amount_cents", dispute.amount_cents);
    out.member_if("currency", dispute.currency).member("status", to_string(dispute.status));
    out.member("funds_withdrawn", dispute.funds_withdrawn);
    out.member("funds_reinstated", dispute.funds_reinstated).key("balance_transactions").begin_array();
    for (const auto& [transaction, moved] : dispute.balance_transactions) {
        out.begin_object().member("id", transaction).member("takes_money", moved.takes_money);
        if (moved.amount_cents != 0) // else an earlier version kept the sign alone
            out.member("amount_cents", moved.amount_cents);
        out.member_if("currency", moved.currency).end_object();
    }
    out.end_array();
    if (dispute.signs_only)
        out.member("signs_only", true);
    out.end_object();
}

void write_facts(json_writer& out, const ledger::payment_facts& facts) {
    out.key("facts").begin_object().member("amount_requested_cents", facts.amount_requested_cents);
    out.member("refunded_cumulative_cents", facts.refunded_cumulative_cents);
    out.member_if("refunded_currency", facts.refunded_currency);
    out.member("canceled", facts.canceled).member("foreign", facts.not_ours).key("refunds").begin_array();
    for (const auto& [id, refund] : facts.refunds) {
        out.begin_object().member("id", id).member("amount_cents", refund.amount_cents);
        out.member_if("currency", refund.currency);
        out.member("status", refund.status == ledger::refund_status::counting ? "counting" : "void");
        out.member("moved_money", refund.moved_money).end_object();
    }
    out.end_array().key("disputes").begin_array();
    for (const auto& [id, dispute] : facts.disputes)
        write_dispute(out, id, dispute);
    out.end_array().end_object();
}

void write_entitlement(json_writer& out, const ledger::entitlement_view& worth) {
    out.key("entitlement").begin_object().member("refunded_cents", worth.refunded_cents);
    out.member("disputed_cents", worth.disputed_cents).member("lost_cents", worth.lost_cents);
    out.member("taken_tokens", worth.taken_tokens);
    out.member("missing_refund_objects", worth.missing_refund_objects);
    out.member("unproven_refund", worth.unproven_refund);
    out.member("other_currency_refund", worth.other_currency_refund);
    out.member("in_dispute", worth.in_dispute).end_object();
}

} // namespace

void write(json_writer& out, const ledger::payment_view& payment) {
    out.begin_object().member("stripe_payment_intent_id", payment.payment_intent_id);
    if (payment.credit)
        write_credit(out, *payment.credit);
    write_facts(out, payment.facts);
    out.member("taken_tokens", payment.taken_tokens).member("lost_cents", payment.lost_cents);
    if (payment.entitlement)
        write_entitlement(out, *payment.entitlement);
    write_array(out, "transactions", payment.transactions);
    write_array(out, "events", payment.events);
    out.end_object();
}

} // namespace tokenledger::admin
