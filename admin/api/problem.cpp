// The table of problems. A slug that was released stays.
#include "admin/problem.hpp"

#include <array>

namespace tokenledger::admin {

namespace {

using enum problem_type;

constexpr std::array kinds{
    problem_kind{malformed_request, "malformed_request", 400, "The request is not HTTP"},
    problem_kind{malformed_target, "malformed_target", 400, "The path or query is not well-formed"},
    problem_kind{malformed_json, "malformed_json", 400, "The body is not a JSON object"},
    problem_kind{unknown_parameter, "unknown_parameter", 400, "The query has a parameter that is not known"},
    problem_kind{invalid_parameter, "invalid_parameter", 400, "A parameter of the query cannot be used"},
    problem_kind{idempotency_key_missing, "idempotency_key_missing", 400, "The Idempotency-Key is missing"},
    problem_kind{idempotency_key_invalid, "idempotency_key_invalid", 400,
                 "The Idempotency-Key cannot be used"},
    problem_kind{idempotency_key_unexpected, "idempotency_key_unexpected", 400,
                 "This call takes no Idempotency-Key"},
    problem_kind{permit_missing, "permit_missing", 403, "This socket does not permit the call"},
    problem_kind{not_found, "not_found", 404, "There is no such call"},
    problem_kind{method_not_allowed, "method_not_allowed", 405, "The call does not have this method"},
    problem_kind{request_timeout, "request_timeout", 408, "The request came too slowly"},
    problem_kind{body_too_large, "body_too_large", 413, "The body is too large"},
    problem_kind{content_encoding, "content_encoding", 415, "The body is encoded"},
    problem_kind{header_too_large, "header_too_large", 431, "The header is too large"},
    problem_kind{unknown_field, "unknown_field", 422, "The body has a field that is not known"},
    problem_kind{duplicate_field, "duplicate_field", 422, "The body has a field twice"},
    problem_kind{missing_field, "missing_field", 422, "The body lacks a field"},
    problem_kind{invalid_field, "invalid_field", 422, "A field of the body cannot be used"},
    problem_kind{too_many_items, "too_many_items", 422, "The batch is too long"},
    problem_kind{token_limit, "token_limit", 422, "The request moves more tokens than this socket permits"},
    problem_kind{insufficient_balance, "insufficient_balance", 409, "The balance does not suffice"},
    problem_kind{unknown_account, "unknown_account", 404, "There is no such account"},
    problem_kind{unknown_payment, "unknown_payment", 404, "There is no such payment"},
    problem_kind{unknown_event, "unknown_event", 404, "There is no such event"},
    problem_kind{unknown_sequence, "unknown_sequence", 404, "There is no such transaction"},
    problem_kind{unknown_pack, "unknown_pack", 404, "The catalogue has no such pack"},
    problem_kind{report_too_large, "report_too_large", 422, "The report is too large"},
    problem_kind{same_account, "same_account", 422, "Sender and receiver are the same account"},
    problem_kind{key_reused, "key_reused", 422, "The key belongs to another command"},
    problem_kind{reference_used, "reference_used", 409, "The reference has been granted already"},
    problem_kind{balance_overflow, "balance_overflow", 409, "The balance would leave the range of int64"},
    problem_kind{event_settled, "event_settled", 409, "The event is off the queue already"},
    problem_kind{event_waiting, "event_waiting", 409, "The event waits for its purchase"},
    problem_kind{event_unreadable, "event_unreadable", 409, "The event cannot be translated today"},
    problem_kind{still_parked, "still_parked", 409, "The event would be parked again"},
    problem_kind{not_assignable, "not_assignable", 409, "The event cannot be completed"},
    problem_kind{payment_has_owner, "payment_has_owner", 409, "The payment is credited already"},
    problem_kind{time_out_of_range, "time_out_of_range", 422, "The time is in the future, or too long ago"},
    problem_kind{unknown_usage, "unknown_usage", 404, "The account has no such usage"},
    problem_kind{exceeds_charge, "exceeds_charge", 409, "The usage was charged less"},
    problem_kind{member_limit, "member_limit", 409, "A limit of the member does not suffice"},
    problem_kind{expiry_in_past, "expiry_in_past", 422, "The tokens would expire at once"},
    problem_kind{unknown_hold, "unknown_hold", 404, "The account has no such hold"},
    problem_kind{hold_captured, "hold_captured", 409, "The hold is captured already"},
    problem_kind{hold_released, "hold_released", 409, "The hold is released already"},
    problem_kind{hold_expired, "hold_expired", 409, "The hold has timed out"},
    problem_kind{too_many_holds, "too_many_holds", 409, "The account has too many open holds"},
    problem_kind{unavailable, "unavailable", 503, "The ledger cannot answer now"},
    problem_kind{internal_error, "internal_error", 500, "The ledger has a defect"},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (static_cast<std::size_t>(kinds[i].type) != i)
            return false;
    }
    return kinds.back().type == internal_error;
}
static_assert(in_order());

} // namespace

std::span<const problem_kind> problem_kinds() noexcept {
    return kinds;
}

const problem_kind& kind_of(problem_type type) noexcept {
    return kinds[static_cast<std::size_t>(type)];
}

problem unknown_event() {
    return {.type = problem_type::unknown_event,
            .detail = "No event of this id is stored. Check its id (evt_...); GET /v1/events lists them."};
}

} // namespace tokenledger::admin
