// Lists of names. tests/ledger/core/names_test.cpp holds them to the enumerations.
#include "ledger/names.hpp"

#include <array>

namespace tokenledger::ledger {

namespace {

using namespace std::string_view_literals;

constexpr std::array types{"grant"sv, "purchase"sv, "deduction"sv, "refund"sv, "transfer"sv};
constexpr std::array sources{"admin"sv, "subscription"sv, "trial"sv, "token_pack"sv, "stripe"sv, "usage"sv};
constexpr std::array results{"applied"sv, "duplicate"sv, "ignored"sv, "parked"sv,
                             "waiting"sv, "dismissed"sv, "expired"sv};
constexpr std::array reasons{"unknown_pack"sv,      "amount_mismatch"sv,        "zero_amount"sv,
                             "currency_mismatch"sv, "bad_metadata"sv,           "bad_payload"sv,
                             "owner_mismatch"sv,    "partial_capture_refund"sv, "livemode_mismatch"sv,
                             "account_mismatch"sv,  "store_refused"sv};

} // namespace

std::span<const std::string_view> transaction_type_names() noexcept {
    return types;
}

std::span<const std::string_view> source_names() noexcept {
    return sources;
}

std::span<const std::string_view> event_result_names() noexcept {
    return results;
}

std::span<const std::string_view> reason_names() noexcept {
    return reasons;
}

} // namespace tokenledger::ledger
