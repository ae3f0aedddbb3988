// Effects by their name, then their fields in the order of the struct; facts as lists within the fields.
// Stored bytes stay readable for ever and are encoded again unchanged: facts have two forms, and each value
// has exactly one of them.
#include "codec/effect.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

namespace {

void add(netstring_writer& to, const ignore_event& what) {
    to.add("ignore").add(to_string(what.reason));
}

void add(netstring_writer& to, const park_event& what) {
    to.add("park").add(to_string(what.reason));
}

void add(netstring_writer& to, const purchase& what) {
    to.add("purchase").add(what.user_id).add(what.catalog).add(what.pack).add(what.quantity);
    to.add(what.tokens).add(what.amount_cents).add(what.currency).add(what.amount_requested_cents);
    to.add(to_string(what.refused));
    if (what.lifetime != lifetime{})
        to.add(what.lifetime.days).add(what.lifetime.years);
}

// "update" has neither currencies of refunds nor amounts of balance transactions. It was the only form
// until those were kept, and is still used for facts without them. "settlement" has everything.
enum class form : bool { update, settlement };

form form_of(const payment_facts& facts) {
    const auto has_currency = [](const auto& each) { return !each.second.currency.empty(); };
    const auto is_sign = [](const auto& each) {
        return each.second.amount_cents == 0 && each.second.currency.empty();
    };
    const auto has_signs_only = [&](const auto& each) {
        const dispute_fact& fact = each.second;
        return fact.signs_only &&
               std::all_of(fact.balance_transactions.begin(), fact.balance_transactions.end(), is_sign);
    };
    const bool old = facts.refunded_currency.empty() &&
                     std::none_of(facts.refunds.begin(), facts.refunds.end(), has_currency) &&
                     std::all_of(facts.disputes.begin(), facts.disputes.end(), has_signs_only);
    return old ? form::update : form::settlement;
}

std::string encode_refunds(const payment_facts& facts, form how) {
    netstring_writer list;
    for (const auto& [id, fact] : facts.refunds) {
        list.add(id).add(fact.amount_cents);
        if (how == form::settlement)
            list.add(fact.currency);
        list.add(fact.status == refund_status::voided).add(fact.moved_money);
    }
    return std::move(list).finish();
}

std::string encode_disputes(const payment_facts& facts, form how) {
    netstring_writer list;
    for (const auto& [id, fact] : facts.disputes) {
        list.add(id).add(fact.amount_cents).add(fact.currency);
        netstring_writer moves;
        for (const auto& [transaction, moved] : fact.balance_transactions) {
            moves.add(transaction).add(moved.takes_money);
            if (how == form::settlement)
                moves.add(moved.amount_cents).add(moved.currency);
        }
        list.add(std::move(moves).finish()).add(fact.funds_withdrawn).add(fact.funds_reinstated);
        list.add(static_cast<std::int64_t>(fact.status));
        if (how == form::settlement)
            list.add(fact.signs_only);
    }
    return std::move(list).finish();
}

void add(netstring_writer& to, const payment_update& what) {
    const payment_facts& facts = what.facts;
    const form how = form_of(facts);
    to.add(how == form::update ? "update" : "settlement");
    to.add(what.moves_tokens).add(facts.amount_requested_cents).add(facts.refunded_cumulative_cents);
    if (how == form::settlement)
        to.add(facts.refunded_currency);
    to.add(facts.canceled)
        .add(facts.not_ours)
        .add(encode_refunds(facts, how))
        .add(encode_disputes(facts, how));
}

purchase read_purchase(netstring_reader& from) {
    purchase made;
    made.user_id = from.string();
    made.catalog = from.string();
    made.pack = from.string();
    made.quantity = from.number();
    made.tokens = from.number();
    made.amount_cents = from.number();
    made.currency = from.string();
    made.amount_requested_cents = from.number();
    made.refused = read_reason(from);
    if (from.more())
        read(from, made.lifetime);
    return made;
}

// The next element of a list by id. The ids must ascend, so that each value has one encoding only.
template <class Facts>
typename Facts::mapped_type& next_of(netstring_reader& list, Facts& into) {
    std::string id = list.string();
    if (!into.empty() && into.rbegin()->first >= id)
        list.fail();
    return into[std::move(id)];
}

void read_refunds(netstring_reader& outer, payment_facts& into, form how) {
    netstring_reader list(outer.text());
    while (list.more()) {
        refund_fact& fact = next_of(list, into.refunds);
        fact.amount_cents = list.number();
        if (how == form::settlement)
            fact.currency = list.string();
        fact.status = list.truth() ? refund_status::voided : refund_status::counting;
        fact.moved_money = list.truth();
    }
    if (!list.finished())
        outer.fail();
}

void read_movements(netstring_reader& outer, dispute_fact& into, form how) {
    netstring_reader list(outer.text());
    while (list.more()) {
        dispute_movement& moved = next_of(list, into.balance_transactions);
        moved.takes_money = list.truth();
        if (how == form::settlement) {
            moved.amount_cents = list.number();
            moved.currency = list.string();
        }
    }
    if (!list.finished())
        outer.fail();
}

dispute_fact read_dispute(netstring_reader& from, form how) {
    dispute_fact fact;
    fact.amount_cents = from.number();
    fact.currency = from.string();
    read_movements(from, fact, how);
    fact.funds_withdrawn = from.truth();
    fact.funds_reinstated = from.truth();
    const std::int64_t status = from.number();
    if (status < 0 || status > static_cast<std::int64_t>(dispute_status::won))
        from.fail();
    fact.status = static_cast<dispute_status>(status);
    fact.signs_only = how == form::update || from.truth();
    return fact;
}

payment_update read_update(netstring_reader& from, form how) {
    payment_update made;
    made.moves_tokens = from.truth();
    made.facts.amount_requested_cents = from.number();
    made.facts.refunded_cumulative_cents = from.number();
    if (how == form::settlement)
        made.facts.refunded_currency = from.string();
    made.facts.canceled = from.truth();
    made.facts.not_ours = from.truth();
    read_refunds(from, made.facts, how);
    netstring_reader disputes(from.text());
    while (disputes.more()) {
        dispute_fact& fact = next_of(disputes, made.facts.disputes);
        fact = read_dispute(disputes, how);
    }
    if (!disputes.finished() || form_of(made.facts) != how)
        from.fail();
    return made;
}

} // namespace

reason read_reason(netstring_reader& from) {
    const std::string_view name = from.text();
    for (std::uint8_t each = 0; to_string(reason{each}) != "unknown"; ++each) {
        if (to_string(reason{each}) == name)
            return reason{each};
    }
    from.fail();
    return reason::none;
}

void read(netstring_reader& from, lifetime& into) {
    into.days = from.number();
    into.years = from.number();
    if (into == lifetime{})
        from.fail(); // encode() never writes that tokens never expire
}

std::string encode(const stripe_effect& what) {
    netstring_writer bytes;
    std::visit([&](const auto& each) { add(bytes, each); }, what);
    return std::move(bytes).finish();
}

std::optional<stripe_effect> decode_effect(std::string_view bytes) {
    static_assert(std::variant_size_v<stripe_effect> == 4,
                  "read the new effect below, by the name it is written with");
    netstring_reader from(bytes);
    const std::string_view name = from.text();
    stripe_effect made;
    if (name == "ignore")
        made = ignore_event{read_reason(from)};
    else if (name == "park")
        made = park_event{read_reason(from)};
    else if (name == "purchase")
        made = read_purchase(from);
    else if (name == "update")
        made = read_update(from, form::update);
    else if (name == "settlement")
        made = read_update(from, form::settlement);
    else
        return std::nullopt;
    return from.finished() ? std::optional(std::move(made)) : std::nullopt;
}

} // namespace tokenledger::ledger
