// Operations by their name, then their fields in the order of their description.
#include "codec/command.hpp"

#include "base/sha256.hpp"
#include "codec/effect.hpp"
#include "ledger/names.hpp"

#include <limits>
#include <type_traits>
#include <utility>

namespace tokenledger::ledger {

namespace {

// What the client asked for, or everything that the ledger acted on.
enum class extent : std::uint8_t { asked, everything };

template <class Enum>
requires std::is_enum_v<Enum> std::int64_t written(Enum value) {
    return static_cast<std::int64_t>(value);
}
template <class Value>
requires(!std::is_enum_v<Value>) const Value& written(const Value& value) {
    return value;
}

// How many fields, from the first one, are part of the bytes: added ones end with the last that has a value.
template <has_fields Operation>
std::size_t fields_to_write(const Operation& what) {
    std::size_t place = 0;
    std::size_t count = 0;
    for_each_field<Operation>([&](const auto& field) {
        ++place;
        const auto& value = what.*field.member;
        if (field.presence != presence::added || value != std::remove_cvref_t<decltype(value)>{})
            count = place;
    });
    return count;
}

template <has_fields Operation>
void add(netstring_writer& to, const Operation& what, extent) {
    to.add(description<Operation>::name);
    std::size_t left = fields_to_write(what);
    for_each_field<Operation>([&](const auto& field) {
        if (left == 0)
            return;
        --left;
        to.add(written(what.*field.member));
    });
}

void add(netstring_writer& to, const retry_event& what, extent how) {
    to.add(description<retry_event>::name).add(what.event_id);
    if (how == extent::everything)
        to.add(what.payment_intent_id).add(encode(what.effect));
}

void add(netstring_writer& to, const expire& what, extent) {
    to.add(description<expire>::name).add(what.user_id).add(what.last_sequence);
}

void add(netstring_writer& to, const dismiss_event& what, extent how) {
    to.add(description<dismiss_event>::name).add(what.event_id).add(what.reason);
    if (how == extent::everything)
        to.add(what.payment_intent_id);
}

void add(netstring_writer& to, const assign_event& what, extent how) {
    const bool by_pack = !what.pack.empty(); // later fields: their absence keeps the older encoding
    to.add(description<assign_event>::name).add(what.event_id).add(what.user_id);
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
    if (!by_pack)
        return;
    to.add(what.catalog).add(what.pack).add(what.quantity);
    if (what.lifetime != lifetime{})
        to.add(what.lifetime.days).add(what.lifetime.years);
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

template <class Enum>
requires std::is_enum_v<Enum>
void read(netstring_reader& from, Enum& into) {
    const std::int64_t number = from.number();
    const bool is_value = number >= 0 && number <= std::numeric_limits<std::underlying_type_t<Enum>>::max() &&
                          to_string(static_cast<Enum>(number)) != nameless;
    if (is_value)
        into = static_cast<Enum>(number);
    else
        from.fail();
}
void read(netstring_reader& from, std::string& into) {
    into = from.string();
}
void read(netstring_reader& from, std::int64_t& into) {
    into = from.number();
}
void read(netstring_reader& from, std::optional<std::int64_t>& into) {
    into = from.optional_number();
}
void read(netstring_reader& from, bool& into) {
    into = from.truth();
}

template <has_fields Operation>
void read(netstring_reader& from, Operation& into) {
    bool ends_with_a_value = true;
    for_each_field<Operation>([&](const auto& field) {
        auto& value = into.*field.member;
        if (field.presence == presence::added && !from.more())
            return;
        read(from, value);
        ends_with_a_value =
            field.presence != presence::added || value != std::remove_cvref_t<decltype(value)>{};
    });
    if (!ends_with_a_value)
        from.fail(); // encode() never writes such bytes
}

void read(netstring_reader& from, retry_event& into) {
    into.event_id = from.string();
    into.payment_intent_id = from.string();
    auto effect = decode_effect(from.text());
    if (effect)
        into.effect = std::move(*effect);
    else
        from.fail();
}

void read(netstring_reader& from, expire& into) {
    into.user_id = from.string();
    into.last_sequence = from.number();
}

void read(netstring_reader& from, dismiss_event& into) {
    into.event_id = from.string();
    into.reason = from.string();
    into.payment_intent_id = from.string();
}

void read(netstring_reader& from, assign_event& into) {
    into.event_id = from.string();
    into.user_id = from.string();
    into.tokens = from.number();
    into.reason = from.string();
    into.payment_intent_id = from.string();
    into.amount_cents = from.number();
    into.currency = from.string();
    into.amount_requested_cents = from.number();
    if (from.more()) {
        into.catalog = from.string();
        into.pack = from.string();
        into.quantity = from.number();
        if (from.more())
            read(from, into.lifetime);
        if (into.pack.empty())
            from.fail(); // encode() never writes an empty pack
    }
}

// The alternative of `operation` with this name; none has it: from.fail().
template <std::size_t Alternative = 0>
operation read_named(std::string_view name, netstring_reader& from) {
    if constexpr (Alternative == std::variant_size_v<operation>) {
        from.fail();
        return {};
    } else {
        std::variant_alternative_t<Alternative, operation> what;
        if (description<decltype(what)>::name != name)
            return read_named<Alternative + 1>(name, from);
        read(from, what);
        return what;
    }
}

std::optional<operation> decode_operation(std::string_view bytes) {
    netstring_reader from(bytes);
    const std::string_view name = from.text();
    operation made = read_named(name, from);
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
