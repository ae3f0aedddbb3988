// What became of a command. The names are those of the public contract and of the database.
#pragma once

#include "ledger/sources.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::ledger {

enum class result : std::uint8_t {
    applied,   // a fact or a balance changed
    duplicate, // committed before, or brings nothing new
    ignored,   // moves no tokens here
    parked,    // ours, but cannot be applied: an operator decides
    waiting,   // a refund or dispute whose payment is not credited yet
    dismissed, // an operator took it off the queue
    refused,   // a request of the admin socket that cannot be done; it consumed no key
};

enum class reason : std::uint8_t {
    none,
    unknown_pack,
    amount_mismatch,
    zero_amount,
    currency_mismatch,
    bad_metadata,
    bad_payload,
    owner_mismatch,
    partial_capture_refund,
    livemode_mismatch,
    account_mismatch,
    store_refused,
};

// Stable slugs, as in replies, metrics and the stripe_events table; reason::none is the empty string.
[[nodiscard]] std::string_view to_string(result value) noexcept;
[[nodiscard]] std::string_view to_string(reason value) noexcept;

// A transaction row that a command caused: for logs, replies and metrics, not for decisions.
struct posting {
    std::string user_id;
    std::int64_t sequence = 0;
    transaction_type type = transaction_type::purchase;
    ledger::source source = source::token_pack;
    std::int64_t token_amount = 0;
    std::int64_t balance_after = 0;

    bool operator==(const posting&) const = default;
};

// Why a request was refused. The names are the problem types of the admin API.
enum class refusal : std::uint8_t {
    none,
    insufficient_balance,
    unknown_account,
    same_account,
    key_reused,       // the key, or the usage's request_id, belongs to another command
    reference_used,   // the reference has been granted under another key
    balance_overflow, // the balance would leave int64
    unknown_event,
    event_settled,     // neither parked nor waiting: there is nothing to do about it
    event_waiting,     // it waits for its purchase: there is nothing to try again
    still_parked,      // the event would be parked again, for outcome::reason, and nothing changes
    not_assignable,    // it is of the other mode, or says no amount: no operator can complete it
    payment_has_owner, // the payment is credited already
    unknown_pack,      // the catalogue has no pack of the name that an operator gave
    time_out_of_range, // a usage says that it occurred in the future, or too long ago
    unknown_usage,     // the account has no usage of this request_id, or it was archived
    exceeds_charge,    // more tokens to give back than the usage was charged
    member_limit,      // a charge above what outcome::limit leaves the member
    expiry_in_past,    // a grant that would expire at once
    unknown_hold,      // the account has no hold of this id
    hold_captured,     // the hold has ended: its capture is in the ledger
    hold_released,     // likewise: its tokens are available again
    hold_expired,      // the hold has timed out: there is nothing to extend
    too_many_holds,    // the account has max_open_holds open
    nothing_due,       // nothing of the account expires now
};
[[nodiscard]] std::string_view to_string(refusal value) noexcept;

// The time over which a limit sums up what was charged. Stored with the number: a new one comes behind the
// others.
enum class limit_window : std::uint8_t {
    day,     // of UTC
    month,   // of UTC
    rolling, // the last 24 hours
};
[[nodiscard]] std::string_view to_string(limit_window value) noexcept;

// The limit that refused a charge.
struct limit_reached {
    std::string member{};
    limit_window per{};
    std::int64_t tokens = 0; // of the limit
    std::int64_t left = 0;   // of them, >= 0

    bool operator==(const limit_reached&) const = default;
};

enum class hold_state : std::uint8_t {
    open,     // its tokens are held
    captured, // it ended with a charge, in time
    released,
    expired, // it has timed out: its tokens are available again; a late capture leaves it so
};
[[nodiscard]] std::string_view to_string(hold_state value) noexcept;

// A hold and its account as the command left them.
struct hold_view {
    std::string hold_id{};
    hold_state state{};
    std::int64_t held = 0;      // tokens; 0 unless it is open
    std::int64_t balance = 0;   // of the account
    std::int64_t available = 0; // likewise
    std::int64_t expires_at_us = 0;

    bool operator==(const hold_view&) const = default;
};

struct outcome {
    ledger::result result = result::ignored; // of an action on an event: what became of the event
    ledger::reason reason = reason::none;
    std::vector<posting> posted{}; // in the order of the rows
    ledger::refusal refusal = refusal::none;
    std::size_t item = 0;                 // which operation of the command was refused
    bool replayed = false;                // the first outcome of the same command with the same key, again
    std::int64_t uncovered = 0;           // tokens of its charges that no balance covered
    std::optional<limit_reached> limit{}; // of refusal::member_limit
    std::optional<hold_view> hold{};      // of the last operation on a hold

    bool operator==(const outcome&) const = default;
};

// Why a command has no outcome. Its effect is absent or unknown; sending it again is safe.
enum class unavailable : std::uint8_t {
    deadline, // the database did not commit it in time, or the outcome of COMMIT is unknown
    stopping, // the ledger is shutting down
    broken,   // the database refuses what the command would write: a defect; its key is not consumed
    outdated, // a newer program has taken over, beside which this one may not write
};
[[nodiscard]] std::string_view to_string(unavailable value) noexcept;

using completion = std::variant<outcome, unavailable>;

} // namespace tokenledger::ledger
