// Reads Charge, Refund and Dispute objects into facts about their payment.
#include "webhook/payment_facts.hpp"

#include "object_reader.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace tokenledger::webhook {
namespace {

ledger::dispute_status dispute_status_of(std::string_view status) noexcept {
    if (status == "lost")
        return ledger::dispute_status::lost;
    if (status == "won")
        return ledger::dispute_status::won;
    if (status == "warning_closed" || status == "prevented" || status == "charge_refunded")
        return ledger::dispute_status::closed;
    return ledger::dispute_status::undecided; // also a status that is not known yet: it takes nothing
}

void read_refund(object_reader& in, const json_value& refund, ledger::payment_facts& into) {
    ledger::refund_fact fact;
    fact.amount_cents = in.amount(refund, "amount");
    fact.currency = in.currency(refund);
    const std::string_view status = in.text(refund, "status");
    if (status == "failed" || status == "canceled")
        fact.status = ledger::refund_status::voided;
    fact.moved_money = !in.reference(refund, "balance_transaction").empty();
    const std::string id = in.identifier(in.only(refund, "id"));
    if (into.refunds.try_emplace(id, fact).second)
        return;
    ledger::payment_facts one;
    one.refunds.emplace(id, fact);
    into = merge(std::move(into), one); // a list may name one twice
}

// The sublist of a Charge: before 2022-11-15 there by itself, later only where it is expanded.
void read_embedded_refunds(object_reader& in, const json_value& charge, ledger::payment_facts& into) {
    const json_value list = in.only(charge, "refunds");
    if (list.is_absent_or_null())
        return;
    if (list.kind() != json_kind::object && list.kind() != json_kind::array)
        return in.refuse();
    // Before 2014 it was the array itself.
    const json_value data =
        list.kind() == json_kind::array ? list : in.optional(list, "data", json_kind::array);
    for (json_value each = data.first(); each; each = each.next()) {
        if (each.kind() != json_kind::object)
            return in.refuse();
        if (each.count("id") > 0) { // the oldest had none: then the cumulative amount alone tells of it
            read_refund(in, each, into);
        }
    }
}

// Says something where it is expanded: an id alone does not tell how much moved, and which way.
void read_balance_transaction(object_reader& in, const json_value& moved, const std::string& dispute_id,
                              ledger::payment_facts& into) {
    if (moved.is_absent_or_null() || moved.kind() == json_kind::string)
        return;
    const std::string id = in.identifier(in.only(moved, "id"));
    const std::int64_t amount = in.integer(moved, "amount"); // the fee is beside it: it was not disputed
    std::string currency = in.currency(moved);
    if (amount == 0) { // nothing moved
        return;
    }
    ledger::payment_facts one;
    one.disputes[dispute_id].balance_transactions.emplace(id,
                                                          ledger::movement_of(amount, std::move(currency)));
    into = merge(std::move(into), one); // it may be named twice
}

void read_dispute(object_reader& in, event_type type, const json_value& dispute,
                  ledger::payment_facts& into) {
    const std::string id = in.identifier(in.only(dispute, "id"));
    ledger::dispute_fact& fact = into.disputes[id];
    fact.amount_cents = in.amount(dispute, "amount");
    fact.currency = in.currency(dispute);
    fact.status = dispute_status_of(in.text(dispute, "status"));
    fact.funds_withdrawn = type == event_type::charge_dispute_funds_withdrawn;
    fact.funds_reinstated = type == event_type::charge_dispute_funds_reinstated;
    read_balance_transaction(in, in.only(dispute, "balance_transaction"), id, into); // the older shape
    const json_value moved = in.optional(dispute, "balance_transactions", json_kind::array);
    for (json_value each = moved.first(); each; each = each.next())
        read_balance_transaction(in, each, id, into);
}

// The payment that the object is about; empty if it names none.
std::string read_payment(object_reader& in, stripe_object kind, const json_value& object) {
    std::string id = in.reference(object, "payment_intent");
    if (id.empty() && in.usable() && kind != stripe_object::charge) {
        const json_value charge = in.only(object, "charge"); // an id, or expanded
        if (charge.kind() == json_kind::object)
            id = in.reference(charge, "payment_intent");
    }
    return id;
}

// Only a Charge carries the metadata of its payment.
std::optional<bool> read_owner(object_reader& in, stripe_object kind, const json_value& object,
                               const catalog& prices) {
    if (kind != stripe_object::charge)
        return std::nullopt;
    const json_value metadata = in.optional(object, "metadata", json_kind::object);
    return metadata.is_absent_or_null() ? std::nullopt : std::optional{metadata.count(prices.pack_key) > 0};
}

ledger::payment_facts read_facts(object_reader& in, const event_type_row& row, const json_value& object) {
    ledger::payment_facts facts;
    switch (row.object) {
    case stripe_object::charge:
        facts.refunded_cumulative_cents = in.amount(object, "amount_refunded");
        facts.refunded_currency = in.currency(object);
        read_embedded_refunds(in, object, facts);
        break;
    case stripe_object::refund:
        read_refund(in, object, facts);
        break;
    case stripe_object::dispute:
        read_dispute(in, row.type, object, facts);
        break;
    case stripe_object::payment_intent: // read_settlement() does not ask
        break;
    }
    return facts;
}

} // namespace

settlement_news read_settlement(const event& what, const catalog& prices) {
    object_reader in;
    settlement_news news;
    const event_type_row* const row = find_row(what.type);
    if (row == nullptr || row->meaning != event_meaning::refund_or_dispute) {
        news.usable = false;
        return news;
    }
    const json_value object = in.only(what.json.root().member("data"), "object");
    const std::string_view named = in.text(object, "object");
    if (object.kind() != json_kind::object || !in.usable() ||
        (!named.empty() && named != to_string(row->object))) {
        news.usable = false;
        return news;
    }
    news.payment_intent_id = read_payment(in, row->object, object);
    if (news.payment_intent_id.empty()) {
        news.usable = in.usable();
        return news;
    }
    news.ours = read_owner(in, row->object, object, prices);
    news.currency = in.currency(object);
    ledger::payment_facts facts = read_facts(in, *row, object);
    facts.not_ours = news.ours == false;
    news.usable = in.usable();
    if (news.usable)
        news.facts = std::move(facts);
    return news;
}

} // namespace tokenledger::webhook
