// The stable names of results, reasons and row kinds.
#include "ledger/outcome.hpp"

#include "core/plan.hpp"
#include "ledger/reader.hpp"
#include "ledger/store_error.hpp"

namespace tokenledger::ledger {

std::string_view to_string(result value) noexcept {
    switch (value) {
    case result::applied:
        return "applied";
    case result::duplicate:
        return "duplicate";
    case result::ignored:
        return "ignored";
    case result::parked:
        return "parked";
    case result::waiting:
        return "waiting";
    case result::dismissed:
        return "dismissed";
    case result::refused:
        return "refused";
    }
    return "unknown";
}

std::string_view to_string(reason value) noexcept {
    switch (value) {
    case reason::none:
        return "";
    case reason::unknown_pack:
        return "unknown_pack";
    case reason::amount_mismatch:
        return "amount_mismatch";
    case reason::zero_amount:
        return "zero_amount";
    case reason::currency_mismatch:
        return "currency_mismatch";
    case reason::bad_metadata:
        return "bad_metadata";
    case reason::bad_payload:
        return "bad_payload";
    case reason::owner_mismatch:
        return "owner_mismatch";
    case reason::partial_capture_refund:
        return "partial_capture_refund";
    case reason::livemode_mismatch:
        return "livemode_mismatch";
    case reason::account_mismatch:
        return "account_mismatch";
    case reason::store_refused:
        return "store_refused";
    }
    return "unknown";
}

std::string_view to_string(refusal value) noexcept {
    switch (value) {
    case refusal::none:
        return "";
    case refusal::insufficient_balance:
        return "insufficient_balance";
    case refusal::unknown_account:
        return "unknown_account";
    case refusal::same_account:
        return "same_account";
    case refusal::key_reused:
        return "key_reused";
    case refusal::reference_used:
        return "reference_used";
    case refusal::balance_overflow:
        return "balance_overflow";
    case refusal::unknown_event:
        return "unknown_event";
    case refusal::event_settled:
        return "event_settled";
    case refusal::event_waiting:
        return "event_waiting";
    case refusal::still_parked:
        return "still_parked";
    case refusal::not_assignable:
        return "not_assignable";
    case refusal::payment_has_owner:
        return "payment_has_owner";
    case refusal::unknown_pack:
        return "unknown_pack";
    }
    return "unknown";
}

std::string_view to_string(unavailable value) noexcept {
    switch (value) {
    case unavailable::deadline:
        return "deadline";
    case unavailable::stopping:
        return "stopping";
    case unavailable::broken:
        return "broken";
    case unavailable::outdated:
        return "outdated";
    }
    return "unknown";
}

std::string_view to_string(transaction_type value) noexcept {
    switch (value) {
    case transaction_type::grant:
        return "grant";
    case transaction_type::purchase:
        return "purchase";
    case transaction_type::deduction:
        return "deduction";
    case transaction_type::refund:
        return "refund";
    case transaction_type::transfer:
        return "transfer";
    }
    return "unknown";
}

std::string_view to_string(source value) noexcept {
    switch (value) {
    case source::admin:
        return "admin";
    case source::subscription:
        return "subscription";
    case source::trial:
        return "trial";
    case source::token_pack:
        return "token_pack";
    case source::stripe:
        return "stripe";
    case source::usage:
        return "usage";
    }
    return "unknown";
}

std::string_view to_string(store_failure value) noexcept {
    switch (value) {
    case store_failure::refused:
        return "refused";
    case store_failure::conflict:
        return "conflict";
    case store_failure::unavailable:
        return "unavailable";
    case store_failure::in_doubt:
        return "in_doubt";
    case store_failure::outdated:
        return "outdated";
    }
    return "unknown";
}

std::string_view to_string(query_fault value) noexcept {
    switch (value) {
    case query_fault::bad_limit:
        return "bad_limit";
    case query_fault::bad_cursor:
        return "bad_cursor";
    case query_fault::bad_text:
        return "bad_text";
    case query_fault::too_large:
        return "too_large";
    case query_fault::bad_time_zone:
        return "bad_time_zone";
    }
    return "unknown";
}

} // namespace tokenledger::ledger
