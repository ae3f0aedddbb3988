// The size of a row in a reply, so that a page can end before it is too large.
#pragma once

#include "ledger/reader.hpp"

#include <cstddef>

namespace tokenledger::ledger {

// The most bytes of JSON that a row takes, whatever its texts contain.
[[nodiscard]] std::size_t shown_bytes(const transaction_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const purchase_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const usage_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const activity_view& row) noexcept;
[[nodiscard]] std::size_t shown_bytes(const event_view& row) noexcept;

} // namespace tokenledger::ledger
