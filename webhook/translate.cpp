// The decision table from an event to a ledger command: the rows of the contract, in its order.
#include "webhook/translate.hpp"

#include "ledger/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace tokenledger::webhook {
namespace {

using effect = decltype(ledger::stripe_command::effect);

// No default: a new type must say what it does.
bool moves_tokens(event_type type) noexcept {
    switch (type) {
    case event_type::payment_intent_succeeded:
        return true;
    case event_type::payment_intent_created:
    case event_type::payment_intent_processing:
    case event_type::payment_intent_requires_action:
    case event_type::payment_intent_amount_capturable_updated:
    case event_type::payment_intent_partially_funded:
    case event_type::payment_intent_payment_failed: // may still succeed under the same id
    case event_type::payment_intent_canceled:
    case event_type::charge_refunded:
    case event_type::charge_refund_updated:
    case event_type::refund_created:
    case event_type::refund_updated:
    case event_type::refund_failed:
    case event_type::charge_dispute_created:
    case event_type::charge_dispute_updated:
    case event_type::charge_dispute_funds_withdrawn:
    case event_type::charge_dispute_funds_reinstated:
    case event_type::charge_dispute_closed:
    case event_type::other:
        return false;
    }
    return false;
}

bool is_of_payment_intent(event_type type) noexcept {
    return to_string(type).starts_with("payment_intent.");
}

// An object that is repeated could be read either way: so it is not read.
json_value only_member(const json_value& of, std::string_view name) noexcept {
    return of.count(name) == 1 ? of.member(name) : json_value{};
}

json_value data_object(const event& what) noexcept {
    return only_member(what.json.root().member("data"), "object");
}

// The id of the PaymentIntent in data.object; empty if it cannot be told.
std::string_view payment_intent_id(const json_value& object) noexcept {
    const bool other_object = object.member("object") && object.member("object").string() != "payment_intent";
    const std::string_view id = only_member(object, "id").string().value_or("");
    return !other_object && ledger::is_identifier(id) ? id : std::string_view{};
}

enum class ownership : std::uint8_t { ours, foreign, unknown };

// Whose payment is it? Only metadata that is clearly without the pack key makes it foreign.
ownership owner_of(const json_value& object, const catalog& prices) noexcept {
    if (object.kind() != json_kind::object || object.count("metadata") > 1) {
        return ownership::unknown;
    }
    const json_value metadata = object.member("metadata");
    if (metadata.is_absent_or_null()) {
        return ownership::foreign;
    }
    if (metadata.kind() != json_kind::object) {
        return ownership::unknown;
    }
    return metadata.member(prices.pack_key) ? ownership::ours : ownership::foreign;
}

bool is_currency(std::string_view text) noexcept {
    return text.size() == 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

struct receipt {
    std::int64_t amount = 0;
    std::string_view currency;
};
// What was paid; nullopt: bad_payload.
std::optional<receipt> read_receipt(const json_value& object) noexcept {
    if (payment_intent_id(object).empty() || object.count("object") > 1) {
        return std::nullopt;
    }
    const std::optional<std::int64_t> amount = only_member(object, "amount_received").integer();
    const std::string_view currency = only_member(object, "currency").string().value_or("");
    if (!amount || *amount < 0 || !is_currency(currency)) {
        return std::nullopt;
    }
    return receipt{.amount = *amount, .currency = currency};
}

// Canonical decimal 1..max_quantity: no sign, no leading zero, no blank. Absent is one pack.
std::optional<std::int64_t> read_quantity(const json_value& metadata, std::string_view key) noexcept {
    if (metadata.count(key) == 0) {
        return 1;
    }
    const std::string_view text = only_member(metadata, key).string().value_or("");
    if (text.empty() || text[0] < '1' || text[0] > '9') {
        return std::nullopt;
    }
    std::int64_t quantity = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, quantity);
    return error == std::errc{} && stopped == end && quantity <= max_quantity ? std::optional{quantity}
                                                                              : std::nullopt;
}

std::string_view read_identifier(const json_value& metadata, std::string_view key) noexcept {
    const std::string_view text = only_member(metadata, key).string().value_or("");
    return ledger::is_identifier(text) ? text : std::string_view{};
}

effect credit(const json_value& object, const catalog& prices) {
    const std::optional<receipt> paid = read_receipt(object);
    if (!paid) {
        return ledger::park_event{ledger::reason::bad_payload};
    }
    const json_value metadata = object.member("metadata");
    const std::string_view pack = read_identifier(metadata, prices.pack_key);
    const std::optional<std::int64_t> quantity = read_quantity(metadata, prices.quantity_key);
    ledger::purchase made;
    made.user_id = read_identifier(metadata, prices.user_id_key);
    made.catalog = prices.name;
    made.amount_cents = paid->amount;
    made.currency = paid->currency;
    if (made.user_id.empty() || pack.empty() || !quantity) {
        made.refused = ledger::reason::bad_metadata;
        return made;
    }
    made.pack = pack;
    made.quantity = *quantity;
    const appraisal worth = appraise(prices, pack, *quantity, paid->amount, paid->currency);
    made.tokens = worth.tokens;
    made.refused = worth.refused;
    return made;
}

bool is_for(const endpoint_policy& endpoint, const std::string& account) {
    return endpoint.accounts.empty() ? account.empty() : endpoint.accounts.contains(account);
}

effect decide(const event& what, const endpoint_policy& endpoint, const catalog& prices) {
    if (!moves_tokens(what.type)) {
        return ledger::ignore_event{};
    }
    if (what.livemode == false && endpoint.livemode) {
        return ledger::ignore_event{ledger::reason::livemode_mismatch};
    }
    if (!what.ambiguous_envelope && !is_for(endpoint, what.account)) {
        return ledger::ignore_event{ledger::reason::account_mismatch};
    }
    if (what.livemode == true && !endpoint.livemode) {
        return ledger::park_event{ledger::reason::livemode_mismatch};
    }
    const json_value object = data_object(what);
    const ownership owner = owner_of(object, prices);
    if (owner == ownership::foreign) {
        return ledger::ignore_event{};
    }
    if (owner == ownership::unknown || what.ambiguous_envelope || !what.livemode) {
        return ledger::park_event{ledger::reason::bad_payload};
    }
    return credit(object, prices);
}

ledger::stripe_event describe(const event& what, const endpoint_policy& endpoint) {
    ledger::stripe_event described;
    described.id = what.id;
    described.type = what.type_name;
    described.endpoint = endpoint.path;
    described.account = what.account;
    described.api_version = what.api_version;
    if (is_of_payment_intent(what.type)) {
        described.payment_intent_id = payment_intent_id(data_object(what));
    }
    described.livemode = what.livemode;
    described.created = what.created;
    return described;
}

} // namespace

translation translate(const event& what, const endpoint_policy& endpoint, const catalog& prices,
                      std::string_view signature_header, std::string_view body) {
    if (what.thin) {
        return thin_event{.handled = what.type != event_type::other};
    }
    ledger::stripe_command command{.event = describe(what, endpoint),
                                   .effect = decide(what, endpoint, prices)};
    if (!std::holds_alternative<ledger::ignore_event>(command.effect)) {
        command.event.signature_header = signature_header;
        command.event.body = body;
    }
    return command;
}

} // namespace tokenledger::webhook
