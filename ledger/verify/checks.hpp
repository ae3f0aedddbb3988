// The checks that the database can run by itself, as data: the source of rows, and the rules for them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// SQL over the columns of the check's source. Numbers that a tampered row could push out of int64 are
// numeric. A name in braces, here and in the source, stands for a list from ledger/sources.hpp; checks.cpp
// has the lists.
struct verify_rule {
    std::string_view slug;
    std::string_view broken; // true: a discrepancy; false or NULL: no discrepancy
    std::string_view expected;
    std::string_view found;
};

struct verify_check {
    std::string_view step; // for progress
    // A SELECT with the columns user_id, sequence, payment, event and those that the rules need.
    std::string_view source;
    std::span<const verify_rule> rules;
};

[[nodiscard]] std::span<const verify_check> verify_checks() noexcept;

// The parts of verify_checks(), one per file.
[[nodiscard]] verify_check chain_check() noexcept;
[[nodiscard]] verify_check row_check() noexcept;
[[nodiscard]] verify_check account_check() noexcept;
[[nodiscard]] verify_check purchase_check() noexcept;
[[nodiscard]] verify_check refund_check() noexcept;
[[nodiscard]] verify_check purchase_event_check() noexcept;
[[nodiscard]] verify_check refund_event_check() noexcept;
[[nodiscard]] verify_check waiting_check() noexcept;
[[nodiscard]] verify_check mode_check() noexcept;
[[nodiscard]] verify_check detail_check() noexcept;
[[nodiscard]] verify_check usage_check() noexcept;
[[nodiscard]] verify_check reversal_check() noexcept;
[[nodiscard]] verify_check uncovered_check() noexcept;
[[nodiscard]] verify_check archive_check() noexcept;
[[nodiscard]] verify_check posted_check() noexcept;
[[nodiscard]] verify_check named_check() noexcept;
[[nodiscard]] verify_check hash_check() noexcept;
[[nodiscard]] verify_check action_check() noexcept;
[[nodiscard]] verify_check transfer_check() noexcept;
[[nodiscard]] verify_check lot_check() noexcept;
[[nodiscard]] verify_check movement_check() noexcept;
[[nodiscard]] verify_check expiry_check() noexcept;
[[nodiscard]] verify_check hold_check() noexcept;
[[nodiscard]] verify_check reserved_check() noexcept;
[[nodiscard]] verify_check due_check() noexcept;

// Payments with two purchases, or two rows. Sorts everything, so it runs only if their numbers differ.
[[nodiscard]] verify_check twice_check() noexcept;

// One statement that returns a row per discrepancy and nothing else: slug, user_id, sequence, payment, event,
// expected, found.
[[nodiscard]] std::string discrepancies_of(const verify_check& check);

} // namespace tokenledger::ledger
