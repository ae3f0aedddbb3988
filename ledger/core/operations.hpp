// What an operation does to accounts, as the planner sees it. Checks, locks and rows all follow from these
// terms, so the terms are the one place of the core that says what an operation does.
#pragma once

#include "core/plan.hpp"
#include "ledger/command.hpp"

#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tokenledger::ledger {

// One row of one account.
struct movement {
    std::string_view user_id;
    std::int64_t tokens = 0; // added to the balance; negative: taken from it
    bool creates_account = false;
    bool may_go_below_zero = false;
    bool takes_what_is_there = false; // at most what is available; the rest is uncovered
};

// Of a transfer: from and to.
inline constexpr std::size_t max_movements = 2;

// Views into the operation.
struct operation_terms {
    // In the order of their rows. Two are of different accounts, each the counterparty of the other.
    boost::container::static_vector<movement, max_movements> movements{};
    // Of every row.
    transaction_type type = transaction_type::grant;
    ledger::source source = source::admin;
    std::string_view reason{};
    std::string_view reference{};
    std::string_view metadata{};
    // Set: the operation is recorded as a use, with the sequence of its row if it has one.
    const usage* used = nullptr;
    // Set: the movement gives back what this usage of its account was charged; without tokens, all of it.
    const reversal* reverses = nullptr;
    // Set: the operation replaces a limit of the movement's account, and moves nothing.
    const member_limit* limits = nullptr;
    // Set: the tokens become a lot.
    const grant* opens = nullptr;
    // At most one is set: what the operation does to a hold of the movement's account. The tokens of a
    // capture are the movement's, but it takes what the hold has set aside.
    const hold* holds = nullptr;
    const capture* captures = nullptr;
    const release* releases = nullptr;
    const extension* extends = nullptr;
    // Set: the operation posts what of the account is due.
    const expire* expires = nullptr;
    // What the operation uses up besides the key of its command.
    struct own_key {
        key_scope scope = key_scope::request;
        std::string_view key{};
    };
    std::optional<own_key> key{};
};

// Empty terms for an event_action, which queue_rules.hpp decides.
[[nodiscard]] operation_terms terms_of(const operation& what);

[[nodiscard]] std::optional<key_id> key_of(const operation& what);

// The key that must be free as well. A hold's capture is the usage with its id: a usage of its own cannot
// have that id, or the call that the hold is for could not be recorded.
[[nodiscard]] std::optional<key_id> excluded_key_of(const operation& what);

// Of an operation on a hold; empty: it is on none.
[[nodiscard]] hold_id hold_of(const operation& what);
[[nodiscard]] hold_id hold_of(const operation_terms& what);

} // namespace tokenledger::ledger
