// What a row takes in an answer, so that a page can end before it is too large.
#pragma once

#include "ledger/reader.hpp"

#include <cstddef>

namespace tokenledger::ledger {

// The bytes of JSON that a row takes at most, whatever its texts are made of.
[[nodiscard]] std::size_t shown_bytes(const transaction_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const purchase_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const usage_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const activity_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const event_view& row) noexcept;

} // namespace tokenledger::ledger
