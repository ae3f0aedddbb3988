// The problem of a request that was refused (RFC 9457): a stable type, and a detail that says what to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tokenledger::admin {

enum class problem_type : std::uint8_t {
    // Errors of the request line and header.
    malformed_request,
    malformed_target,
    malformed_json,
    unknown_parameter,
    invalid_parameter,
    idempotency_key_missing,
    idempotency_key_invalid,
    idempotency_key_unexpected,
    permit_missing,
    not_found,
    method_not_allowed,
    request_timeout,
    body_too_large,
    content_encoding,
    header_too_large,
    // Errors of the body.
    unknown_field,
    duplicate_field,
    missing_field,
    invalid_field,
    too_many_items,
    token_limit,
    // Refusals of the ledger.
    insufficient_balance,
    unknown_account,
    unknown_payment,
    unknown_event,
    unknown_sequence,
    unknown_pack,
    report_too_large,
    same_account,
    key_reused,
    reference_used,
    balance_overflow,
    event_settled,
    event_waiting,
    event_unreadable,
    still_parked,
    not_assignable,
    payment_has_owner,
    time_out_of_range,
    unknown_usage,
    exceeds_charge,
    member_limit,
    expiry_in_past,
    unknown_hold,
    hold_captured,
    hold_released,
    hold_expired,
    too_many_holds,
    unavailable,
    internal_error,
};

// The constant parts of a type.
struct problem_kind {
    problem_type type;
    std::string_view slug; // the `type` member; never changes
    unsigned status;
    std::string_view title;
};

// All kinds, in the order of problem_type.
[[nodiscard]] std::span<const problem_kind> problem_kinds() noexcept;
[[nodiscard]] const problem_kind& kind_of(problem_type type) noexcept;

struct problem {
    problem_type type = problem_type::internal_error;
    std::string detail{};
    std::optional<std::size_t> item{};  // of a batch, from 0
    std::string field{};                // member of the body, or parameter of the query; empty: none
    std::string nearest{};              // the known name nearest to an unknown one
    std::string reason{};               // why an event is parked
    std::string member{};               // whose limit refuses a charge
    std::optional<std::int64_t> left{}; // tokens that the limit leaves them
    std::string allow{};                // the Allow field of a 405
};

[[nodiscard]] problem unknown_event();

} // namespace tokenledger::admin
