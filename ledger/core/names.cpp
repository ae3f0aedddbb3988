// The stable names of results and reasons: of each enumeration once, and the lists made from them. Those of
// types and sources come from their rows.
#include "ledger/names.hpp"

#include "ledger/command.hpp"
#include "ledger/facts.hpp"
#include "ledger/lists.hpp"
#include "ledger/outcome.hpp"
#include "ledger/reader.hpp"
#include "ledger/sources.hpp"
#include "ledger/store_error.hpp"

#include <vector>

namespace tokenledger::ledger {

namespace {

// An event's result that is none of an outcome: it waited longer than [ledger] allows (ledger/reader.hpp).
constexpr std::string_view expired = "expired";

std::vector<std::string_view> names_of_event_results() {
    const auto results = names_of<result>();
    std::vector<std::string_view> found(results.begin(), results.end());
    std::erase(found, to_string(result::refused)); // requests are refused, events are not
    found.push_back(expired);
    return found;
}

std::vector<transaction_kind> all_kinds() {
    std::vector<transaction_kind> found;
    for (const transaction_type_row& of : transaction_types) {
        for (const source_row& from : sources) {
            if (from.types.contains(of.type))
                found.push_back({of.type, from.source});
        }
    }
    return found;
}

} // namespace

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
    return nameless;
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
    return nameless;
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
    case refusal::time_out_of_range:
        return "time_out_of_range";
    case refusal::unknown_usage:
        return "unknown_usage";
    case refusal::exceeds_charge:
        return "exceeds_charge";
    case refusal::member_limit:
        return "member_limit";
    case refusal::expiry_in_past:
        return "expiry_in_past";
    case refusal::unknown_hold:
        return "unknown_hold";
    case refusal::hold_captured:
        return "hold_captured";
    case refusal::hold_released:
        return "hold_released";
    case refusal::hold_expired:
        return "hold_expired";
    case refusal::too_many_holds:
        return "too_many_holds";
    case refusal::nothing_due:
        return "nothing_due";
    }
    return nameless;
}

std::string_view to_string(overrun value) noexcept {
    switch (value) {
    case overrun::refuse:
        return "refuse";
    case overrun::to_zero:
        return "to_zero";
    case overrun::allow_negative:
        return "allow_negative";
    }
    return nameless;
}

std::string_view to_string(hold_state value) noexcept {
    switch (value) {
    case hold_state::open:
        return "open";
    case hold_state::captured:
        return "captured";
    case hold_state::released:
        return "released";
    case hold_state::expired:
        return "expired";
    }
    return nameless;
}

std::string_view to_string(limit_window value) noexcept {
    switch (value) {
    case limit_window::day:
        return "day";
    case limit_window::month:
        return "month";
    case limit_window::rolling:
        return "24h";
    }
    return nameless;
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
    return nameless;
}

std::string_view to_string(transaction_type value) noexcept {
    const auto* const row = find_row(transaction_types, &transaction_type_row::type, value);
    return row != nullptr ? row->name : nameless;
}

std::string_view to_string(source value) noexcept {
    const auto* const row = find_row(sources, &source_row::source, value);
    return row != nullptr ? row->name : nameless;
}

std::string_view to_string(grant_source value) noexcept {
    return to_string(source_of(value));
}

std::string_view to_string(refund_status value) noexcept {
    switch (value) {
    case refund_status::counting:
        return "counting";
    case refund_status::voided:
        return "void";
    }
    return nameless;
}

std::string_view to_string(dispute_status value) noexcept {
    switch (value) {
    case dispute_status::undecided:
        return "undecided";
    case dispute_status::closed:
        return "closed";
    case dispute_status::lost:
        return "lost";
    case dispute_status::won:
        return "won";
    }
    return nameless;
}

std::string_view to_string(key_scope value) noexcept {
    switch (value) {
    case key_scope::request:
        return "request";
    case key_scope::usage:
        return "usage";
    case key_scope::reversal:
        return "reversal";
    case key_scope::hold:
        return "hold";
    case key_scope::release:
        return "release";
    case key_scope::expiry:
        return "expiry";
    case key_scope::subscription:
    case key_scope::trial:
    case key_scope::count:
        break;
    }
    const auto* const row = find_row(sources, &source_row::reference_scope, value);
    return row != nullptr ? row->name : nameless;
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
    return nameless;
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
    return nameless;
}

std::string_view to_string(usage_group value) noexcept {
    switch (value) {
    case usage_group::action:
        return "action";
    case usage_group::member:
        return "member";
    }
    return nameless;
}

std::string_view to_string(usage_time value) noexcept {
    switch (value) {
    case usage_time::reported:
        return "reported";
    case usage_time::occurred:
        return "occurred";
    }
    return nameless;
}

std::span<const transaction_kind> transaction_kinds() {
    static const std::vector<transaction_kind> kinds = all_kinds();
    return kinds;
}

std::span<const std::string_view> transaction_type_names() {
    return names_of<transaction_type>();
}

std::span<const std::string_view> source_names() {
    return names_of<source>();
}

std::span<const std::string_view> grant_source_names() {
    return names_of<grant_source>();
}

std::span<const std::string_view> event_result_names() {
    static const std::vector<std::string_view> names = names_of_event_results();
    return names;
}

std::span<const std::string_view> list_names() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> found;
        for_each_list([&]<class Query>(const Query&) { found.push_back(description<Query>::name); });
        return found;
    }();
    return names;
}

std::span<const std::string_view> reason_names() {
    return names_of<reason>().subspan(1); // reason::none has no name
}

} // namespace tokenledger::ledger
