// What became of a command. The names are those of the public contract and of the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tokenledger::ledger {

enum class result : std::uint8_t {
    applied,   // a fact or a balance changed
    duplicate, // committed before, or brings nothing new
    ignored,   // moves no tokens here
    parked,    // ours, but cannot be applied: an operator decides
    waiting,   // a refund or dispute whose payment is not credited yet
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

// The transaction row that a command caused: for logs and replies, not for decisions.
struct posting {
    std::string user_id;
    std::int64_t sequence = 0;
    std::int64_t token_amount = 0;
    std::int64_t balance_after = 0;

    bool operator==(const posting&) const = default;
};

struct outcome {
    ledger::result result = result::ignored;
    ledger::reason reason = reason::none;
    std::optional<posting> posted{};

    bool operator==(const outcome&) const = default;
};

// Why a command has no outcome. Its effect is absent or unknown; sending it again is safe.
enum class unavailable : std::uint8_t {
    deadline, // the database did not commit it in time, or the outcome of COMMIT is unknown
    stopping, // the ledger is shutting down
};
[[nodiscard]] std::string_view to_string(unavailable value) noexcept;

using settlement = std::variant<outcome, unavailable>;

} // namespace tokenledger::ledger
