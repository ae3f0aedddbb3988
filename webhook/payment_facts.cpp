// Reads Charge, Refund, Dispute and canceled PaymentIntent objects into facts about their payment.
#include "webhook/payment_facts.hpp"

#include "object_reader.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace tokenledger::webhook {
namespace {

enum class object_kind : std::uint8_t { none, charge, refund, dispute, payment_intent };

// No default: a new type must say what it carries.
object_kind kind_of(event_type type) noexcept {
    switch (type) {
    case event_type::charge_refunded:
        return object_kind::charge;
    case event_type::charge_refund_updated: // a Refund, for all its name
    case event_type::refund_created:
    case event_type::refund_updated:
    case event_type::refund_failed:
        return object_kind::refund;
    case event_type::charge_dispute_created:
    case event_type::charge_dispute_updated:
    case event_type::charge_dispute_funds_withdrawn:
    case event_type::charge_dispute_funds_reinstated:
    case event_type::charge_dispute_closed:
        return object_kind::dispute;
    case event_type::payment_intent_canceled:
        return object_kind::payment_intent;
    case event_type::payment_intent_created:
    case event_type::payment_intent_processing:
    case event_type::payment_intent_requires_action:
    case event_type::payment_intent_amount_capturable_updated:
    case event_type::payment_intent_partially_funded:
    case event_type::payment_intent_payment_failed:
    case event_type::payment_intent_succeeded:
    case event_type::other:
        return object_kind::none;
    }
    return object_kind::none;
}

std::string_view name_of(object_kind kind) noexcept {
    switch (kind) {
    case object_kind::charge:
        return "charge";
    case object_kind::refund:
        return "refund";
    case object_kind::dispute:
        return "dispute";
    case object_kind::payment_intent:
        return "payment_intent";
    case object_kind::none:
        break;
    }
    return "";
}

ledger::dispute_status dispute_status_of(std::string_view status) noexcept {
    if (status == "lost") {
        return ledger::dispute_status::lost;
    }
    if (status == "won") {
        return ledger::dispute_status::won;
    }
    if (status == "warning_closed" || status == "prevented" || status == "charge_refunded") {
        return ledger::dispute_status::closed;
    }
    return ledger::dispute_status::undecided; // also a status that is not known yet: it takes nothing
}

void read_refund(object_reader& in, const json_value& refund, ledger::payment_facts& into) {
    ledger::refund_fact fact;
    fact.amount_cents = in.amount(refund, "amount");
    fact.currency = in.currency(refund);
    const std::string_view status = in.text(refund, "status");
    if (status == "failed" || status == "canceled") {
        fact.status = ledger::refund_status::voided;
    }
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
    if (list.is_absent_or_null()) {
        return;
    }
    if (list.kind() != json_kind::object && list.kind() != json_kind::array) {
        return in.refuse();
    }
    // Before 2014 it was the array itself.
    const json_value data =
        list.kind() == json_kind::array ? list : in.optional(list, "data", json_kind::array);
    for (json_value each = data.first(); each; each = each.next()) {
        if (each.kind() != json_kind::object) {
            return in.refuse();
        }
        if (each.count("id") > 0) { // the oldest had none: then the cumulative amount alone tells of it
            read_refund(in, each, into);
        }
    }
}

// Says something where it is expanded: an id alone does not tell how much moved, and which way.
void read_balance_transaction(object_reader& in, const json_value& moved, const std::string& dispute_id,
                              ledger::payment_facts& into) {
    if (moved.is_absent_or_null() || moved.kind() == json_kind::string) {
        return;
    }
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
    for (json_value each = moved.first(); each; each = each.next()) {
        read_balance_transaction(in, each, id, into);
    }
}

// The payment that the object is about; empty if it names none.
std::string read_payment(object_reader& in, object_kind kind, const json_value& object) {
    if (kind == object_kind::payment_intent) {
        return in.identifier(in.only(object, "id"));
    }
    std::string id = in.reference(object, "payment_intent");
    if (id.empty() && in.usable() && kind != object_kind::charge) {
        const json_value charge = in.only(object, "charge"); // an id, or expanded
        if (charge.kind() == json_kind::object) {
            id = in.reference(charge, "payment_intent");
        }
    }
    return id;
}

std::optional<bool> read_owner(object_reader& in, object_kind kind, const json_value& object,
                               const catalog& prices) {
    if (kind != object_kind::charge && kind != object_kind::payment_intent) {
        return std::nullopt;
    }
    const json_value metadata = in.optional(object, "metadata", json_kind::object);
    return metadata.is_absent_or_null() ? std::nullopt : std::optional{metadata.count(prices.pack_key) > 0};
}

ledger::payment_facts read_facts(object_reader& in, object_kind kind, event_type type,
                                 const json_value& object) {
    ledger::payment_facts facts;
    switch (kind) {
    case object_kind::charge:
        facts.refunded_cumulative_cents = in.amount(object, "amount_refunded");
        facts.refunded_currency = in.currency(object);
        read_embedded_refunds(in, object, facts);
        break;
    case object_kind::refund:
        read_refund(in, object, facts);
        break;
    case object_kind::dispute:
        read_dispute(in, type, object, facts);
        break;
    case object_kind::payment_intent:
        facts.canceled = true;
        break;
    case object_kind::none:
        break;
    }
    return facts;
}

} // namespace

bool is_settlement(event_type type) noexcept {
    return kind_of(type) != object_kind::none;
}

settlement_news read_settlement(const event& what, const catalog& prices) {
    object_reader in;
    settlement_news news;
    const object_kind kind = kind_of(what.type);
    const json_value object = in.only(what.json.root().member("data"), "object");
    const std::string_view named = in.text(object, "object");
    if (kind == object_kind::none || object.kind() != json_kind::object || !in.usable() ||
        (!named.empty() && named != name_of(kind))) {
        news.usable = false;
        return news;
    }
    news.payment_intent_id = read_payment(in, kind, object);
    if (news.payment_intent_id.empty()) {
        news.usable = in.usable();
        return news;
    }
    news.ours = read_owner(in, kind, object, prices);
    news.currency = in.currency(object);
    ledger::payment_facts facts = read_facts(in, kind, what.type, object);
    facts.not_ours = news.ours == false;
    news.usable = in.usable();
    if (news.usable) {
        news.facts = std::move(facts);
    }
    return news;
}

} // namespace tokenledger::webhook
