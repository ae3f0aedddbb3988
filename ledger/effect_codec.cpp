// Effects by their name, then their fields in the order of the struct; facts as lists within the fields.
#include "effect_codec.hpp"

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
}

std::string encode_refunds(const payment_facts& facts) {
    netstring_writer list;
    for (const auto& [id, fact] : facts.refunds)
        list.add(id).add(fact.amount_cents).add(fact.status == refund_status::void_).add(fact.moved_money);
    return std::move(list).finish();
}

std::string encode_disputes(const payment_facts& facts) {
    netstring_writer list;
    for (const auto& [id, fact] : facts.disputes) {
        list.add(id).add(fact.amount_cents).add(fact.currency);
        netstring_writer moves;
        for (const auto& [transaction, takes_money] : fact.balance_transactions)
            moves.add(transaction).add(takes_money);
        list.add(std::move(moves).finish()).add(fact.funds_withdrawn).add(fact.funds_reinstated);
        list.add(static_cast<std::int64_t>(fact.status));
    }
    return std::move(list).finish();
}

void add(netstring_writer& to, const payment_update& what) {
    const payment_facts& facts = what.facts;
    to.add("update").add(what.moves_tokens).add(facts.amount_requested_cents);
    to.add(facts.refunded_cumulative_cents).add(facts.canceled).add(facts.foreign);
    to.add(encode_refunds(facts)).add(encode_disputes(facts));
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
    return made;
}

// The next one of a list by id, which is written in the order of the ids: so there is one way to write it.
template <class Facts>
typename Facts::mapped_type& next_of(netstring_reader& list, Facts& into) {
    std::string id = list.string();
    if (!into.empty() && into.rbegin()->first >= id)
        list.fail();
    return into[std::move(id)];
}

void read_refunds(netstring_reader& outer, payment_facts& into) {
    netstring_reader list(outer.text());
    while (list.more()) {
        refund_fact& fact = next_of(list, into.refunds);
        fact.amount_cents = list.number();
        fact.status = list.truth() ? refund_status::void_ : refund_status::counting;
        fact.moved_money = list.truth();
    }
    if (!list.finished())
        outer.fail();
}

dispute_fact read_dispute(netstring_reader& from) {
    dispute_fact fact;
    fact.amount_cents = from.number();
    fact.currency = from.string();
    netstring_reader moves(from.text());
    while (moves.more()) {
        bool& takes_money = next_of(moves, fact.balance_transactions);
        takes_money = moves.truth();
    }
    fact.funds_withdrawn = from.truth();
    fact.funds_reinstated = from.truth();
    const std::int64_t status = from.number();
    if (!moves.finished() || status < 0 || status > static_cast<std::int64_t>(dispute_status::won))
        from.fail();
    fact.status = static_cast<dispute_status>(status);
    return fact;
}

payment_update read_update(netstring_reader& from) {
    payment_update made;
    made.moves_tokens = from.truth();
    made.facts.amount_requested_cents = from.number();
    made.facts.refunded_cumulative_cents = from.number();
    made.facts.canceled = from.truth();
    made.facts.foreign = from.truth();
    read_refunds(from, made.facts);
    netstring_reader disputes(from.text());
    while (disputes.more()) {
        dispute_fact& fact = next_of(disputes, made.facts.disputes);
        fact = read_dispute(disputes);
    }
    if (!disputes.finished())
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
        made = read_update(from);
    else
        return std::nullopt;
    return from.finished() ? std::optional(std::move(made)) : std::nullopt;
}

} // namespace tokenledger::ledger
