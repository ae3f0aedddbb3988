// Reads the envelope of an event out of its JSON.
#include "webhook/event.hpp"

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

#include <utility>

namespace tokenledger::webhook {
namespace {

constexpr std::string_view thin_object = "v2.core.event";
constexpr std::string_view thin_prefix = "v1."; // of the thin twin of a snapshot type
constexpr std::string_view account_prefix = "acct_";

// The same delivery repeated has the same bytes, hence the same id: so it is deduplicated like any other.
std::string surrogate_id_of(std::string_view body) {
    return "sha256:" + base::to_hex(base::sha256_stream().add(body).finish());
}

// A member of the envelope: absent, null or of its kind, and there once. Anything else makes it ambiguous.
json_value envelope_member(const json_value& root, std::string_view name, json_kind expected, event& into) {
    const json_value found = root.member(name);
    if (root.count(name) > 1 || (!found.is_absent_or_null() && found.kind() != expected)) {
        into.ambiguous_envelope = true;
        return {};
    }
    return found;
}

bool is_account(std::string_view text) {
    return text.size() > account_prefix.size() && text.starts_with(account_prefix) &&
           text.find('/') == std::string_view::npos && base::is_identifier(text);
}

// The account of a context: of the two forms that Stripe documents the last segment. Empty: neither of them.
std::string_view account_of_context(std::string_view context) {
    const std::size_t slash = context.find('/');
    if (slash == std::string_view::npos)
        return is_account(context) ? context : std::string_view{};
    const std::string_view last = context.substr(slash + 1);
    return is_account(context.substr(0, slash)) && is_account(last) ? last : std::string_view{};
}

void read_account(const json_value& root, event& into) {
    const json_value account = envelope_member(root, "account", json_kind::string, into);
    if (const std::string_view text = account.string().value_or(""); base::is_identifier(text)) {
        into.account = text;
    } else if (account.string()) {
        into.ambiguous_envelope = true; // some account, but which?
    }
    const json_value context = envelope_member(root, "context", json_kind::string, into);
    if (!context.string() || into.thin) { // nothing is done about a thin event, whoever's it is
        return;
    }
    const std::string_view named = account_of_context(*context.string());
    if (named.empty()) {
        into.ambiguous_envelope = true; // likewise
    } else if (root.member("account").is_absent_or_null() && root.count("account") <= 1) {
        into.account = named;
    } else {
        into.two_accounts = !into.account.empty() && into.account != named;
    }
}

void read_envelope(const json_value& root, event& into) {
    into.livemode = envelope_member(root, "livemode", json_kind::boolean, into).boolean();
    into.thin = envelope_member(root, "object", json_kind::string, into).string() == thin_object;
    read_account(root, into);
    const json_value version = envelope_member(root, "api_version", json_kind::string, into);
    if (const std::string_view text = version.string().value_or(""); base::is_identifier(text))
        into.api_version = text;
    const std::optional<std::int64_t> created = root.member("created").integer();
    if (created && root.count("created") == 1 && *created >= 0 && *created <= max_created)
        into.created = created;
}

void read_type(std::string_view written, event& into) {
    if (!base::is_identifier(written)) {
        into.type_name = "unnamed";
        return;
    }
    into.type_name = written;
    if (into.thin && written.starts_with(thin_prefix))
        written.remove_prefix(thin_prefix.size());
    into.type = event_type_of(written);
}

parsed_event refuse(std::string_view why) {
    return {.event = std::nullopt, .why = why};
}

} // namespace

parsed_event parse_event(std::string_view body) {
    event made;
    made.json = json_tree{body};
    if (made.json.error() == json_error::too_deep)
        return refuse("nested too deep");
    const json_value root = made.json.root();
    if (root.kind() != json_kind::object)
        return refuse(root ? "no JSON object" : "no JSON");
    for (const std::string_view name : {"id", "type", "data"}) {
        if (root.count(name) > 1)
            return refuse("id, type or data is there twice");
    }
    const std::optional<std::string_view> id = root.member("id").string();
    const std::optional<std::string_view> type = root.member("type").string();
    if (!id || !type)
        return refuse("no id and type that are strings");
    made.surrogate_id = !base::is_identifier(*id);
    made.id = made.surrogate_id ? surrogate_id_of(body) : std::string{*id};
    read_envelope(root, made);
    read_type(*type, made);
    return {.event = std::move(made), .why = {}};
}

} // namespace tokenledger::webhook
