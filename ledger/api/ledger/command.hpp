// What webhook/ and admin/ ask of the ledger: plain values, already decoded and checked.
#pragma once

#include "ledger/facts.hpp"
#include "ledger/fields.hpp"
#include "ledger/hold_commands.hpp"
#include "ledger/outcome.hpp"
#include "ledger/sources.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace tokenledger::ledger {

// An event as it was delivered. Every string except the evidence is an identifier (base/text.hpp) or empty.
struct stripe_event {
    std::string id;
    std::string type;
    std::string endpoint;          // path of the configured endpoint it came in by
    std::string account;           // connected account; empty: the endpoint's own
    std::string api_version;       // empty where Stripe sent none
    std::string payment_intent_id; // empty where the event names none
    std::optional<bool> livemode;
    std::optional<std::int64_t> created; // seconds since the epoch, Stripe's clock
    std::string signature_header;        // evidence: the header field, byte for byte
    std::string body;                    // evidence: the request body, byte for byte
};

// Moves no tokens here; stored as a row without evidence.
struct ignore_event {
    ledger::reason reason = reason::none;

    bool operator==(const ignore_event&) const = default;
};

// Cannot be applied, whatever the ledger knows about its payment.
struct park_event {
    ledger::reason reason = reason::none;

    bool operator==(const park_event&) const = default;
};

// How long the tokens of a pack can be used; no days and no years: they never expire.
struct lifetime {
    std::int64_t days = 0;  // 0..max_lifetime_days
    std::int64_t years = 0; // 0..max_lifetime_years, of the calendar, UTC; 29 February becomes the 28th

    bool operator==(const lifetime&) const = default;
};
inline constexpr std::int64_t max_lifetime_days = 36'500;
inline constexpr std::int64_t max_lifetime_years = 100;

// A payment that is ours has succeeded (stripe_event::payment_intent_id names it). The first one that is
// credited fixes user, tokens, amount and currency of its payment for ever.
struct purchase {
    std::string user_id; // empty if the metadata names none that can be used
    std::string catalog; // which catalogue decided; empty: the default one
    std::string pack;    // empty with reason::bad_metadata
    std::int64_t quantity = 1;
    std::int64_t tokens = 0;       // quantity times the pack's tokens; > 0 unless refused
    std::int64_t amount_cents = 0; // amount received in minor units of currency, >= 0
    std::string currency;          // ISO 4217, lower case, as Stripe writes it
    // The amount asked for; above amount_cents, the payment was captured in part. 0: the same amount.
    std::int64_t amount_requested_cents = 0;
    // When the tokens expire, from the time of the credit on.
    ledger::lifetime lifetime{};
    // Why the catalogue cannot credit it. Such an event is parked, unless its payment is credited already
    // with the same user, amount and currency: then it brings nothing new.
    ledger::reason refused = reason::none;

    bool operator==(const purchase&) const = default;
};

// A refund, a dispute, or the end of a payment: facts to merge into what is known of it.
struct payment_update {
    payment_facts facts;
    // False: it says only that the payment will never be ours to credit (canceled, foreign). The event itself
    // is then ignored; its fact keeps later refunds from waiting for a purchase that cannot come.
    bool moves_tokens = true;

    bool operator==(const payment_update&) const = default;
};

using stripe_effect = std::variant<ignore_event, park_event, purchase, payment_update>;

struct stripe_command {
    stripe_event event;
    stripe_effect effect;
    // In a rebuild: the time of the first run, microseconds since the epoch. 0: the time now.
    std::int64_t replayed_at_us = 0;
};

// ---- Requests of operators and of the local application. ----

// Of lots (core/lots.hpp), as Stripe's credit grants have it:
// https://docs.stripe.com/api/billing/credit-grant/object
inline constexpr std::int64_t max_lot_priority = 100;
inline constexpr std::int64_t default_lot_priority = 50;

// Creates the account if there is none, unless `existing` is set.
struct grant {
    std::string user_id;
    std::int64_t tokens = 0; // > 0
    grant_source source = grant_source::admin;
    std::string reason;
    std::string reference; // invoice or subscription; required and unique as sources.hpp says
    std::string metadata;  // JSON text for the application's own use; empty: none
    bool existing = false; // refused where there is no account yet
    // Microseconds since the epoch, after the database's clock. nullopt: the tokens never expire.
    std::optional<std::int64_t> expires_at_us{};
    // 0..max_lot_priority: tokens of a lower one are used first. nullopt: default_lot_priority.
    std::optional<std::int64_t> priority{};

    bool operator==(const grant&) const = default;
};
template <>
struct description<grant> {
    static constexpr std::string_view name = "grant";
    static constexpr std::tuple fields{required("user_id", &grant::user_id, field_kind::identifier),
                                       required("tokens", &grant::tokens, field_kind::tokens),
                                       optional("source", &grant::source, field_kind::source),
                                       optional("reason", &grant::reason, field_kind::text),
                                       optional("reference", &grant::reference, field_kind::identifier),
                                       optional("metadata", &grant::metadata, field_kind::object),
                                       added("existing", &grant::existing, field_kind::boolean),
                                       added("expires_at", &grant::expires_at_us, field_kind::time),
                                       added("priority", &grant::priority, field_kind::priority)};
};

struct deduction {
    std::string user_id;
    std::int64_t tokens = 0; // > 0
    std::string reason;
    bool allow_negative = false;

    bool operator==(const deduction&) const = default;
};
template <>
struct description<deduction> {
    static constexpr std::string_view name = "deduction";
    static constexpr std::tuple fields{
        required("user_id", &deduction::user_id, field_kind::identifier),
        required("tokens", &deduction::tokens, field_kind::tokens),
        optional("reason", &deduction::reason, field_kind::text),
        optional("allow_negative", &deduction::allow_negative, field_kind::boolean)};
};

// Two rows, one transaction. The receiver exists; the sender never goes below zero.
struct transfer {
    std::string from;
    std::string to;
    std::int64_t tokens = 0; // > 0
    std::string reason;

    bool operator==(const transfer&) const = default;
};
template <>
struct description<transfer> {
    static constexpr std::string_view name = "transfer";
    static constexpr std::tuple fields{required("from", &transfer::from, field_kind::identifier),
                                       required("to", &transfer::to, field_kind::identifier),
                                       required("tokens", &transfer::tokens, field_kind::tokens),
                                       optional("reason", &transfer::reason, field_kind::text)};
};

// What becomes of a charge that is higher than the balance.
enum class overrun : std::uint8_t {
    refuse,         // the usage is refused
    to_zero,        // what is there is charged; the rest is uncovered
    allow_negative, // all of it is charged
};
[[nodiscard]] std::string_view to_string(overrun value) noexcept;

// How far from the database's clock a usage may have occurred. The lead is for clocks that differ.
inline constexpr std::chrono::minutes max_usage_lead{1};
inline constexpr std::chrono::days max_usage_age{30};

// What one AI call consumed; with `charge`, also a deduction.
struct usage {
    std::string request_id; // idempotency key of its own
    std::string user_id;
    std::string action_type;
    std::string model_used;                            // empty: not given
    std::int64_t tokens_used = 0;                      // >= 0
    std::optional<std::int64_t> input_tokens;          // >= 0
    std::optional<std::int64_t> output_tokens;         // >= 0
    std::string cost_estimate;                         // cents, as written (base::is_cost); empty: not given
    std::int64_t charge = 0;                           // tokens to deduct, >= 0
    std::optional<std::int64_t> cached_input_tokens{}; // of input_tokens, >= 0
    std::optional<std::int64_t> reasoning_tokens{};    // of output_tokens, >= 0
    std::string member{};                              // who of a shared account; empty: not given
    // Microseconds since the epoch, by the application's clock. nullopt: when it was reported.
    std::optional<std::int64_t> occurred_at_us{};
    std::string metadata{}; // as a grant's
    ledger::overrun overrun = overrun::refuse;

    bool operator==(const usage&) const = default;
};
template <>
struct description<usage> {
    static constexpr std::string_view name = "usage";
    static constexpr std::tuple fields{
        required("request_id", &usage::request_id, field_kind::identifier),
        required("user_id", &usage::user_id, field_kind::identifier),
        required("action_type", &usage::action_type, field_kind::identifier),
        optional("model_used", &usage::model_used, field_kind::identifier),
        required("tokens_used", &usage::tokens_used, field_kind::count),
        optional("input_tokens", &usage::input_tokens, field_kind::count),
        optional("output_tokens", &usage::output_tokens, field_kind::count),
        optional("cost_estimate", &usage::cost_estimate, field_kind::cost),
        optional("charge", &usage::charge, field_kind::charge),
        added("cached_input_tokens", &usage::cached_input_tokens, field_kind::count),
        added("reasoning_tokens", &usage::reasoning_tokens, field_kind::count),
        added("member", &usage::member, field_kind::identifier),
        added("occurred_at", &usage::occurred_at_us, field_kind::time),
        added("metadata", &usage::metadata, field_kind::object),
        added("overrun", &usage::overrun, field_kind::overrun)};
};

// Gives back what a usage was charged, in whole or in part: once for each usage.
struct reversal {
    std::string request_id;             // of the usage; idempotency key of its own
    std::string user_id;                // whom the usage was charged to
    std::optional<std::int64_t> tokens; // 1..what was charged; nullopt: all of it
    std::string reason;

    bool operator==(const reversal&) const = default;
};
template <>
struct description<reversal> {
    static constexpr std::string_view name = "reversal";
    static constexpr std::tuple fields{in_path("request_id", &reversal::request_id, field_kind::identifier),
                                       required("user_id", &reversal::user_id, field_kind::identifier),
                                       optional("tokens", &reversal::tokens, field_kind::tokens),
                                       optional("reason", &reversal::reason, field_kind::text)};
};

// The member of a limit that is for each member who has none of their own for the same window.
inline constexpr std::string_view every_member = "*";

// How many tokens a member of a shared account may be charged. Replaces the limit before it.
struct member_limit {
    std::string user_id; // the account exists
    std::string member;  // or every_member
    limit_window per = limit_window::day;
    std::optional<std::int64_t> tokens; // >= 0; nullopt: no limit any longer

    bool operator==(const member_limit&) const = default;
};
template <>
struct description<member_limit> {
    static constexpr std::string_view name = "limit";
    static constexpr std::tuple fields{in_path("user_id", &member_limit::user_id, field_kind::identifier),
                                       required("member", &member_limit::member, field_kind::identifier),
                                       required("per", &member_limit::per, field_kind::window),
                                       optional("tokens", &member_limit::tokens, field_kind::count)};
};

// ---- An operator's decision about an event that is parked or waiting: the only operation of its command.
// ----

// Applies the event as it is translated today, after the configuration or the catalogue was corrected.
struct retry_event {
    std::string event_id;
    std::string payment_intent_id; // as translated today; empty: none
    stripe_effect effect;          // likewise; not part of the key's hash

    bool operator==(const retry_event&) const = default;
};
template <>
struct description<retry_event> {
    static constexpr std::string_view name = "retry_event";
};

// Takes the event off the queue. Its facts stay, and count if a purchase of the payment still arrives.
struct dismiss_event {
    std::string event_id;
    std::string payment_intent_id; // of the stored event; empty: none
    std::string reason;

    bool operator==(const dismiss_event&) const = default;
};
template <>
struct description<dismiss_event> {
    static constexpr std::string_view name = "dismiss_event";
};

// Completes what a parked payment_intent.succeeded lacks; settlement then posts the purchase, source stripe.
struct assign_event {
    std::string event_id;
    std::string user_id;
    std::int64_t tokens = 0; // for the whole payment; > 0 unless the pack is unknown
    std::string reason;
    // What was paid, from the event's bytes; not part of the key's hash.
    std::string payment_intent_id;
    std::int64_t amount_cents = 0; // minor units of currency, >= 0
    std::string currency;          // ISO 4217, lower case
    std::int64_t amount_requested_cents = 0;
    // Set if the operator named a pack instead of tokens: `tokens` is then the catalogue's value and not
    // part of the key's hash. It is 0 if the catalogue has no such pack.
    std::string catalog{};
    std::string pack{};
    std::int64_t quantity = 1;
    ledger::lifetime lifetime{}; // of the pack, as purchase has it

    bool operator==(const assign_event&) const = default;
};
template <>
struct description<assign_event> {
    static constexpr std::string_view name = "assign_event";
};

template <class Operation>
concept event_action = requires(const Operation& what) {
    what.event_id;
    what.payment_intent_id;
};

using operation = std::variant<grant, deduction, transfer, usage, reversal, member_limit, hold, capture,
                               release, extension, expire, retry_event, dismiss_event, assign_event>;

// One or several operations, all or nothing.
struct admin_command {
    std::string idempotency_key; // empty: the one operation has a key of its own
    std::int64_t actor = 0;      // uid of the peer, 0..2^32-1
    std::vector<operation> operations;
    std::int64_t replayed_at_us = 0; // as stripe_command's
};

using command = std::variant<stripe_command, admin_command>;

} // namespace tokenledger::ledger
