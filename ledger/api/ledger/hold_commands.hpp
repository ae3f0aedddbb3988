// Operations on holds, and the ledger's own on lots (core/lots.hpp): a part of command.hpp.
#pragma once

#include "ledger/fields.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace tokenledger::ledger {

// How long a hold may be open, and how long it is where it does not say.
inline constexpr std::chrono::hours max_hold_timeout{24};
inline constexpr std::chrono::seconds default_hold_timeout{std::chrono::minutes(15)};
// Of one account.
inline constexpr std::size_t max_open_holds = 1000;

// Sets tokens aside for a call whose cost is known afterwards. Moves nothing.
struct hold {
    std::string hold_id; // idempotency key of its own
    std::string user_id;
    std::int64_t tokens = 0;                     // > 0, and available
    std::optional<std::int64_t> timeout_seconds; // 1..max_hold_timeout; nullopt: default_hold_timeout
    std::string action_type;                     // of the call; empty: not given
    std::string model_used;                      // likewise
    std::string member;                          // likewise; a limit of theirs must leave as much

    bool operator==(const hold&) const = default;
};
template <>
struct description<hold> {
    static constexpr std::string_view name = "hold";
    static constexpr std::tuple fields{
        required("hold_id", &hold::hold_id, field_kind::identifier),
        required("user_id", &hold::user_id, field_kind::identifier),
        required("tokens", &hold::tokens, field_kind::tokens),
        optional("timeout_seconds", &hold::timeout_seconds, field_kind::timeout),
        optional("action_type", &hold::action_type, field_kind::identifier),
        optional("model_used", &hold::model_used, field_kind::identifier),
        optional("member", &hold::member, field_kind::identifier)};
};

// Ends a hold with what the call did cost, and records the call as a usage whose request_id is the hold_id.
// Never refused for lack of tokens: what neither the hold nor the balance covers is uncovered.
struct capture {
    std::string hold_id; // idempotency key of its own, in the scope of usages
    std::string user_id;
    std::int64_t tokens = 0;     // tokens of the balance to charge, >= 0
    std::string action_type;     // empty: the hold's
    std::string model_used;      // likewise
    bool allow_negative = false; // all of it is charged
    // As of a usage.
    std::optional<std::int64_t> tokens_used; // nullopt: `tokens`
    std::optional<std::int64_t> input_tokens;
    std::optional<std::int64_t> output_tokens;
    std::string cost_estimate;
    std::optional<std::int64_t> cached_input_tokens;
    std::optional<std::int64_t> reasoning_tokens;
    std::string member; // empty: the hold's
    std::optional<std::int64_t> occurred_at_us;
    std::string metadata;

    bool operator==(const capture&) const = default;
};
template <>
struct description<capture> {
    static constexpr std::string_view name = "capture";
    static constexpr std::tuple fields{
        in_path("hold_id", &capture::hold_id, field_kind::identifier),
        required("user_id", &capture::user_id, field_kind::identifier),
        required("tokens", &capture::tokens, field_kind::charge),
        optional("action_type", &capture::action_type, field_kind::identifier),
        optional("model_used", &capture::model_used, field_kind::identifier),
        optional("allow_negative", &capture::allow_negative, field_kind::boolean),
        optional("tokens_used", &capture::tokens_used, field_kind::count),
        optional("input_tokens", &capture::input_tokens, field_kind::count),
        optional("output_tokens", &capture::output_tokens, field_kind::count),
        optional("cost_estimate", &capture::cost_estimate, field_kind::cost),
        optional("cached_input_tokens", &capture::cached_input_tokens, field_kind::count),
        optional("reasoning_tokens", &capture::reasoning_tokens, field_kind::count),
        optional("member", &capture::member, field_kind::identifier),
        optional("occurred_at", &capture::occurred_at_us, field_kind::time),
        optional("metadata", &capture::metadata, field_kind::object)};
};
// The action_type of a capture that has none, and whose hold has none.
inline constexpr std::string_view default_action_type = "hold";

// Ends a hold without a charge.
struct release {
    std::string hold_id; // idempotency key of its own
    std::string user_id;

    bool operator==(const release&) const = default;
};
template <>
struct description<release> {
    static constexpr std::string_view name = "release";
    static constexpr std::tuple fields{in_path("hold_id", &release::hold_id, field_kind::identifier),
                                       required("user_id", &release::user_id, field_kind::identifier)};
};

// Keeps an open hold for longer, and changes how much it holds.
struct extension {
    std::string hold_id;
    std::string user_id;
    std::int64_t timeout_seconds = 0;     // from now, 1..max_hold_timeout
    std::optional<std::int64_t> tokens{}; // in all; > 0; nullopt: as many as before

    bool operator==(const extension&) const = default;
};
template <>
struct description<extension> {
    static constexpr std::string_view name = "extend";
    static constexpr std::tuple fields{
        in_path("hold_id", &extension::hold_id, field_kind::identifier),
        required("user_id", &extension::user_id, field_kind::identifier),
        required("timeout_seconds", &extension::timeout_seconds, field_kind::timeout),
        optional("tokens", &extension::tokens, field_kind::tokens)};
};

template <class Operation>
concept on_hold = requires(const Operation& what) {
    what.hold_id;
};

// Posts what of the account's lots has expired. The ledger's own: no client sends it.
struct expire {
    std::string user_id;
    std::int64_t last_sequence = 0; // of the account; with the user, the key

    bool operator==(const expire&) const = default;
};
template <>
struct description<expire> {
    static constexpr std::string_view name = "expire";
};

} // namespace tokenledger::ledger
