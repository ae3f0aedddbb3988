// The closed lists that filters of the admin API know, by name: what is in none of them is refused.
#pragma once

#include <span>
#include <string_view>

namespace tokenledger::ledger {

// Each in the order of its enumeration (ledger/outcome.hpp).
[[nodiscard]] std::span<const std::string_view> transaction_type_names() noexcept;
[[nodiscard]] std::span<const std::string_view> source_names() noexcept;
// What can have become of an event that is stored: no `refused`, but `expired` (ledger/reader.hpp).
[[nodiscard]] std::span<const std::string_view> event_result_names() noexcept;
[[nodiscard]] std::span<const std::string_view> reason_names() noexcept; // without reason::none

} // namespace tokenledger::ledger
