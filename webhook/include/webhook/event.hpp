// A verified body as an event: the envelope, and what the translator will look at.
#pragma once

#include "webhook/event_types.hpp"
#include "json/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::webhook {

// The last second of the year 9999: later is no time that the database must hold.
inline constexpr std::int64_t max_created = 253402300799;

struct event {
    std::string id;        // an identifier; see `surrogate_id`
    std::string type_name; // an identifier; "unnamed" if Stripe's cannot be stored
    event_type type = event_type::other;
    // `object` is v2.core.event, said once; `type` is then the snapshot twin's (without "v1.").
    bool thin = false;
    // Stripe's id cannot be stored (empty, too long, a NUL, no UTF-8): `id` is "sha256:" and the body's hash.
    bool surrogate_id = false;
    // `object`, `livemode`, `account`, `context` or `api_version` is twice there or of a wrong type (null is
    // none), `account` is no identifier, or `context` no path of accounts. What is ambiguous is left empty
    // below.
    bool ambiguous_envelope = false;
    bool two_accounts = false; // `context` names another account than `account`
    std::optional<bool> livemode;
    // Empty: the endpoint's own. Endpoints of an organisation are told of it by `context` alone, "acct_1" or
    // "acct_1/acct_2", whose last account it is: https://docs.stripe.com/context
    std::string account;
    std::string api_version;             // empty: none, null, or one that cannot be stored
    std::optional<std::int64_t> created; // seconds since the epoch, 0..max_created
    json_tree json;                      // the whole body; data.object is what the translator reads
};

// nullopt: not a JSON object with string `id` and `type`, nested deeper than max_json_depth, or with `id`,
// `type` or `data` twice (reason bad_event). `why` then says so in words, for the log.
struct parsed_event {
    std::optional<webhook::event> event;
    std::string_view why;
};
[[nodiscard]] parsed_event parse_event(std::string_view body);

} // namespace tokenledger::webhook
