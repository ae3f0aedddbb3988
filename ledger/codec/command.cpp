// Operations by their name, then their fields in the order of the struct.
#include "codec/command.hpp"

#include "base/sha256.hpp"
#include "codec/effect.hpp"

namespace tokenledger::ledger {

namespace {

// What the client asked for, or everything that the ledger acted on.
enum class extent : std::uint8_t { asked, everything };

void add(netstring_writer& to, const grant& what, extent) {
    to.add("grant").add(what.user_id).add(what.tokens);
    to.add(static_cast<std::int64_t>(what.source)).add(what.reason).add(what.reference).add(what.metadata);
    if (what.existing) // a later field: its absence keeps the older encoding
        to.add(true);
}

void add(netstring_writer& to, const deduction& what, extent) {
    to.add("deduction").add(what.user_id).add(what.tokens).add(what.reason).add(what.allow_negative);
}

void add(netstring_writer& to, const transfer& what, extent) {
    to.add("transfer").add(what.from).add(what.to).add(what.tokens).add(what.reason);
}

void add(netstring_writer& to, const usage& what, extent) {
    to.add("usage").add(what.request_id).add(what.user_id).add(what.action_type).add(what.model_used);
    to.add(what.tokens_used).add(what.input_tokens).add(what.output_tokens);
    to.add(what.cost_estimate).add(what.charge);
}

void add(netstring_writer& to, const retry_event& what, extent how) {
    to.add("retry_event").add(what.event_id);
    if (how == extent::everything)
        to.add(what.payment_intent_id).add(encode(what.effect));
}

void add(netstring_writer& to, const dismiss_event& what, extent how) {
    to.add("dismiss_event").add(what.event_id).add(what.reason);
    if (how == extent::everything)
        to.add(what.payment_intent_id);
}

void add(netstring_writer& to, const assign_event& what, extent how) {
    const bool by_pack = !what.pack.empty(); // later fields: their absence keeps the older encoding
    to.add("assign_event").add(what.event_id).add(what.user_id);
    if (how == extent::asked && by_pack) {
        to.add(what.reason).add(what.pack).add(what.quantity);
        return;
    }
    to.add(what.tokens).add(what.reason);
    if (how == extent::everything)
        to.add(what.payment_intent_id)
            .add(what.amount_cents)
            .add(what.currency)
            .add(what.amount_requested_cents);
    if (by_pack)
        to.add(what.catalog).add(what.pack).add(what.quantity);
}

std::string encode(const operation& what, extent how) {
    netstring_writer bytes;
    std::visit([&](const auto& each) { add(bytes, each, how); }, what);
    return std::move(bytes).finish();
}

std::string encode(const admin_command& what, extent how) {
    netstring_writer bytes;
    for (const operation& each : what.operations)
        bytes.add(encode(each, how));
    return std::move(bytes).finish();
}

grant_source read_source(netstring_reader& from) {
    const std::int64_t number = from.number();
    if (number >= 0 && number < static_cast<std::int64_t>(grant_source::count))
        return static_cast<grant_source>(number);
    from.fail();
    return grant_source::admin;
}

grant read_grant(netstring_reader& from) {
    grant made;
    made.user_id = from.string();
    made.tokens = from.number();
    made.source = read_source(from);
    made.reason = from.string();
    made.reference = from.string();
    made.metadata = from.string();
    if (from.more()) {
        made.existing = from.truth();
        if (!made.existing)
            from.fail(); // encode() never writes false
    }
    return made;
}

deduction read_deduction(netstring_reader& from) {
    deduction made;
    made.user_id = from.string();
    made.tokens = from.number();
    made.reason = from.string();
    made.allow_negative = from.truth();
    return made;
}

transfer read_transfer(netstring_reader& from) {
    transfer made;
    made.from = from.string();
    made.to = from.string();
    made.tokens = from.number();
    made.reason = from.string();
    return made;
}

usage read_usage(netstring_reader& from) {
    usage made;
    made.request_id = from.string();
    made.user_id = from.string();
    made.action_type = from.string();
    made.model_used = from.string();
    made.tokens_used = from.number();
    made.input_tokens = from.optional_number();
    made.output_tokens = from.optional_number();
    made.cost_estimate = from.string();
    made.charge = from.number();
    return made;
}

retry_event read_retry(netstring_reader& from) {
    retry_event made;
    made.event_id = from.string();
    made.payment_intent_id = from.string();
    auto effect = decode_effect(from.text());
    if (effect)
        made.effect = std::move(*effect);
    else
        from.fail();
    return made;
}

dismiss_event read_dismissal(netstring_reader& from) {
    dismiss_event made;
    made.event_id = from.string();
    made.reason = from.string();
    made.payment_intent_id = from.string();
    return made;
}

assign_event read_assignment(netstring_reader& from) {
    assign_event made;
    made.event_id = from.string();
    made.user_id = from.string();
    made.tokens = from.number();
    made.reason = from.string();
    made.payment_intent_id = from.string();
    made.amount_cents = from.number();
    made.currency = from.string();
    made.amount_requested_cents = from.number();
    if (from.more()) {
        made.catalog = from.string();
        made.pack = from.string();
        made.quantity = from.number();
        if (made.pack.empty())
            from.fail(); // encode() never writes an empty pack
    }
    return made;
}

std::optional<operation> decode_operation(std::string_view bytes) {
    static_assert(std::variant_size_v<operation> == 7,
                  "read the new operation below, by the name it is written with");
    netstring_reader from(bytes);
    const std::string_view name = from.text();
    operation made;
    if (name == "grant")
        made = read_grant(from);
    else if (name == "deduction")
        made = read_deduction(from);
    else if (name == "transfer")
        made = read_transfer(from);
    else if (name == "usage")
        made = read_usage(from);
    else if (name == "retry_event")
        made = read_retry(from);
    else if (name == "dismiss_event")
        made = read_dismissal(from);
    else if (name == "assign_event")
        made = read_assignment(from);
    else
        return std::nullopt;
    return from.finished() ? std::optional(std::move(made)) : std::nullopt;
}

} // namespace

std::string encode(const operation& what) {
    return encode(what, extent::everything);
}

std::string encode(const admin_command& what) {
    return encode(what, extent::everything);
}

std::optional<std::vector<operation>> decode_operations(std::string_view bytes) {
    netstring_reader from(bytes);
    std::vector<operation> made;
    while (from.more()) {
        auto each = decode_operation(from.text());
        if (!each)
            return std::nullopt;
        made.push_back(std::move(*each));
    }
    return from.finished() && !made.empty() ? std::optional(std::move(made)) : std::nullopt;
}

std::string hash_of(const operation& what) {
    return base::sha256_stream().add(encode(what, extent::asked)).finish();
}

std::string hash_of(const admin_command& what) {
    return base::sha256_stream().add(encode(what, extent::asked)).finish();
}

} // namespace tokenledger::ledger
