// The decision table from an event to a ledger command: the rows of the contract, in its order.
#include "webhook/translate.hpp"

#include "object_reader.hpp"
#include "webhook/payment_facts.hpp"

#include "base/text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tokenledger::webhook {
namespace {

using effect = ledger::stripe_effect;

json_value data_object(const event& what) noexcept {
    return only_member(what.json.root().member("data"), "object");
}

// The id of the PaymentIntent in data.object; empty if it cannot be told.
std::string_view payment_intent_id(const json_value& object) noexcept {
    const bool other_object = object.member("object") && object.member("object").string() != "payment_intent";
    const std::string_view id = only_member(object, "id").string().value_or("");
    return !other_object && base::is_identifier(id) ? id : std::string_view{};
}

enum class ownership : std::uint8_t { ours, not_ours, unknown };

// Whose payment is it? Only metadata that is clearly without the pack key makes it foreign.
ownership owner_of(const json_value& object, const catalog& prices) noexcept {
    if (object.kind() != json_kind::object || object.count("metadata") > 1)
        return ownership::unknown;
    const json_value metadata = object.member("metadata");
    if (metadata.is_absent_or_null())
        return ownership::not_ours;
    if (metadata.kind() != json_kind::object)
        return ownership::unknown;
    return metadata.member(prices.pack_key) ? ownership::ours : ownership::not_ours;
}

struct receipt {
    std::int64_t amount = 0;
    std::int64_t requested = 0; // what was asked for, if more was asked for than received
    std::string currency;
};
// What was paid; nullopt: bad_payload.
std::optional<receipt> read_receipt(const json_value& object) {
    if (payment_intent_id(object).empty() || object.count("object") > 1)
        return std::nullopt;
    object_reader in;
    receipt paid{
        .amount = in.amount(object, "amount_received"), .requested = 0, .currency = in.currency(object)};
    if (!in.usable() || paid.currency.empty())
        return std::nullopt;
    const std::int64_t asked = only_member(object, "amount").integer().value_or(0);
    paid.requested = asked > paid.amount ? asked : 0;
    return paid;
}

// Canonical decimal 1..max_quantity: no sign, no leading zero, no blank. Absent is one pack.
std::optional<std::int64_t> read_quantity(const json_value& metadata, std::string_view key) noexcept {
    if (metadata.count(key) == 0)
        return 1;
    const std::string_view text = only_member(metadata, key).string().value_or("");
    if (text.empty() || text[0] < '1' || text[0] > '9')
        return std::nullopt;
    std::int64_t quantity = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, quantity);
    return error == std::errc{} && stopped == end && quantity <= max_quantity ? std::optional{quantity}
                                                                              : std::nullopt;
}

std::string_view read_identifier(const json_value& metadata, std::string_view key) noexcept {
    const std::string_view text = only_member(metadata, key).string().value_or("");
    return base::is_identifier(text) ? text : std::string_view{};
}

effect credit(const json_value& object, const catalog& prices) {
    const std::optional<receipt> paid = read_receipt(object);
    if (!paid)
        return ledger::park_event{ledger::reason::bad_payload};
    const json_value metadata = object.member("metadata");
    const std::string_view pack = read_identifier(metadata, prices.pack_key);
    const std::optional<std::int64_t> quantity = read_quantity(metadata, prices.quantity_key);
    ledger::purchase made;
    made.user_id = read_identifier(metadata, prices.user_id_key);
    made.catalog = prices.name;
    made.amount_cents = paid->amount;
    made.amount_requested_cents = paid->requested;
    made.currency = paid->currency;
    if (made.user_id.empty() || pack.empty() || !quantity) {
        made.refused = ledger::reason::bad_metadata;
        return made;
    }
    made.pack = pack;
    made.quantity = *quantity;
    const appraisal worth = appraise(prices, pack, *quantity, paid->amount, paid->currency);
    made.tokens = worth.tokens;
    made.lifetime = worth.lifetime;
    made.refused = worth.refused;
    return made;
}

bool is_for(const endpoint_policy& endpoint, const std::string& account) {
    return endpoint.accounts.empty() ? account.empty() : endpoint.accounts.contains(account);
}

// A payment that will never be ours to credit: nothing need wait for it.
effect never_ours(const event& what, bool canceled) {
    if (payment_intent_id(data_object(what)).empty())
        return ledger::ignore_event{};
    ledger::payment_update end{.facts = {}, .moves_tokens = false};
    (canceled ? end.facts.canceled : end.facts.not_ours) = true;
    return end;
}

effect pay(const event& what, const catalog& prices) {
    const json_value object = data_object(what);
    const ownership owner = owner_of(object, prices);
    const bool sure_envelope = !what.ambiguous_envelope && what.livemode;
    if (owner == ownership::not_ours) { // a fact only if it is surely this endpoint's to tell
        return sure_envelope ? never_ours(what, false) : ledger::ignore_event{};
    }
    if (owner == ownership::unknown || !sure_envelope)
        return ledger::park_event{ledger::reason::bad_payload};
    return credit(object, prices);
}

effect refund_or_dispute(const event& what, settlement_news news) {
    if (news.usable && news.payment_intent_id.empty()) {
        return ledger::ignore_event{}; // of no payment intent: never ours
    }
    if (!news.usable || what.ambiguous_envelope || !what.livemode)
        return ledger::park_event{ledger::reason::bad_payload};
    return ledger::payment_update{.facts = std::move(news.facts), .moves_tokens = true};
}

// An event that names two accounts is nobody's to apply. Parked, unless its payment is clearly not ours.
effect of_two_accounts(const event& what, const catalog& prices, const std::optional<settlement_news>& news) {
    const bool not_ours = news ? news->usable && (news->payment_intent_id.empty() || news->ours == false)
                               : owner_of(data_object(what), prices) == ownership::not_ours;
    if (not_ours)
        return ledger::ignore_event{ledger::reason::account_mismatch};
    return ledger::park_event{ledger::reason::account_mismatch};
}

effect decide(const event& what, const endpoint_policy& endpoint, const catalog& prices,
              const std::optional<settlement_news>& news) {
    const event_meaning meaning = meaning_of(what.type);
    if (meaning == event_meaning::nothing)
        return ledger::ignore_event{};
    if (meaning == event_meaning::payment_ends) {
        const bool from_here = what.livemode == endpoint.livemode && !what.ambiguous_envelope &&
                               !what.two_accounts && is_for(endpoint, what.account);
        return from_here ? never_ours(what, true) : ledger::ignore_event{};
    }
    if (what.livemode == false && endpoint.livemode)
        return ledger::ignore_event{ledger::reason::livemode_mismatch};
    if (!what.ambiguous_envelope && what.two_accounts)
        return of_two_accounts(what, prices, news);
    if (!what.ambiguous_envelope && !is_for(endpoint, what.account))
        return ledger::ignore_event{ledger::reason::account_mismatch};
    if (what.livemode == true && !endpoint.livemode)
        return ledger::park_event{ledger::reason::livemode_mismatch};
    return news ? refund_or_dispute(what, *news) : pay(what, prices);
}

ledger::stripe_event describe(const event& what, const endpoint_policy& endpoint,
                              const std::optional<settlement_news>& news) {
    ledger::stripe_event described;
    described.id = what.id;
    described.type = what.type_name;
    described.endpoint = endpoint.path;
    described.account = what.account;
    described.api_version = what.api_version;
    const event_type_row* const row = find_row(what.type);
    if (row != nullptr && row->object == stripe_object::payment_intent) {
        described.payment_intent_id = payment_intent_id(data_object(what));
    } else if (news) {
        described.payment_intent_id = news->payment_intent_id;
    }
    described.livemode = what.livemode;
    described.created = what.created;
    return described;
}

// Only what an operator or a proof may need is kept: not the bytes of what changes nothing.
bool keeps_evidence(const effect& of) {
    struct {
        bool operator()(const ledger::ignore_event&) const { return false; }
        bool operator()(const ledger::park_event&) const { return true; }
        bool operator()(const ledger::purchase&) const { return true; }
        bool operator()(const ledger::payment_update& update) const { return update.moves_tokens; }
    } const keeps;
    return std::visit(keeps, of);
}

} // namespace

translation translate(const event& what, const endpoint_policy& endpoint, const catalog& prices,
                      std::string_view signature_header, std::string_view body) {
    if (what.thin)
        return thin_event{.handled = what.type != event_type::other};
    std::optional<settlement_news> news;
    if (meaning_of(what.type) == event_meaning::refund_or_dispute)
        news = read_settlement(what, prices);
    ledger::stripe_command command{.event = describe(what, endpoint, news),
                                   .effect = decide(what, endpoint, prices, news)};
    if (keeps_evidence(command.effect)) {
        command.event.signature_header = signature_header;
        command.event.body = body;
    }
    return command;
}

} // namespace tokenledger::webhook
