// The one virtual seam: where the ledger's rows live. PostgreSQL in production, memory in tests.
#pragma once

#include "ledger/store_error.hpp"

#include "core/plan.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

// One connection to the rows. Used by one thread at a time. Every function but rollback throws store_error.
// The order of the calls is the order of the locks: payments, accounts, events, each sorted.
class store {
  public:
    virtual ~store() = default;

    struct locked_accounts {
        account_map accounts;
        std::int64_t now_us = 0; // the database's clock, read while the locks are held
    };

    // The rows that a batch is likely to need. Payments and accounts: sorted and without repetition.
    struct wanted {
        std::span<const std::string_view> events{};
        std::span<const std::string_view> payments{};
        std::span<const std::string_view> accounts{}; // those that it needs if none of its payments is known
    };
    struct opening {
        event_map committed{};                     // of the wanted events; a read before the locks
        std::optional<payment_map> payments{};     // locked, all of them
        std::optional<locked_accounts> accounts{}; // locked, all of them; not if none was wanted
    };
    // Begins a transaction and looks up these events. If none is committed, the usual case, locks the
    // payments in the same round trip; if all of those are new, the accounts as well. The functions below
    // lock the rest. A batch of nothing but duplicates has locked no row.
    virtual opening begin(const wanted& first) = 0;

    // Creates the rows that are missing, locks all, reads all. `ids` is sorted and without repetition.
    [[nodiscard]] virtual payment_map lock_payments(std::span<const std::string_view> ids) = 0;

    // Which of these users have an account? Accounts are never removed, so a yes stays true without a lock.
    [[nodiscard]] virtual std::set<std::string, std::less<>>
    existing_accounts(std::span<const std::string_view> user_ids) = 0;

    // Creates the accounts that are missing, locks all, reads all. `ids` is sorted and without repetition.
    [[nodiscard]] virtual locked_accounts lock_accounts(std::span<const std::string_view> user_ids) = 0;

    // Locks and reads those of these events that are committed. `ids` is sorted and without repetition.
    [[nodiscard]] virtual event_map lock_events(std::span<const std::string_view> event_ids) = 0;

    // Which of these keys were used, and for what? Read after the locks.
    [[nodiscard]] virtual used_keys read_keys(std::span<const key_id> ids) = 0;

    // What were these usages charged? Those that are not stored, or were archived, are left out. Read after
    // the locks.
    [[nodiscard]] virtual charge_map read_charges(std::span<const usage_id> ids) = 0;

    // The limits of these members' accounts, and what they have spent in each window that ends at `now_us`.
    // Without limits no sums are read, unless `with_sums`. Read after the locks.
    [[nodiscard]] virtual member_spending read_spending(std::span<const member_id> members,
                                                        std::int64_t now_us, bool with_sums) = 0;

    // What of the lots and holds of these accounts may matter: the lots with remaining tokens, and those
    // named otherwise; the holds that may be open at `from_us` or later, or may have kept one of those lots
    // from expiring, and those named.
    struct wanted_lots {
        std::vector<std::string_view> users{};    // accounts that had a lot or a hold
        std::vector<std::string_view> payments{}; // whose lots and refunds are needed
        std::vector<hold_id> holds{};
        std::vector<std::pair<std::string, std::int64_t>> lots{}; // of a user, its number
        std::int64_t from_us = 0;
    };
    struct found_lots {
        std::map<std::string, account_lots, std::less<>> accounts{};
        // By payment: payment_state::taken_from.
        std::map<std::string, std::vector<lot_tokens>, std::less<>> taken_from{};
    };
    // Read after the locks.
    [[nodiscard]] virtual found_lots read_lots(const wanted_lots& wanted) = 0;

    // Writes the plan's rows. `evidence` is parallel to `batch`: packed bytes for the rows that keep them.
    // Returns the positions in the batch whose event id another transaction committed meanwhile. If rows of
    // the plan depend on such an event, or if a key was used meanwhile, throws conflict instead.
    [[nodiscard]] virtual std::vector<std::size_t>
    apply(const batch_plan& rows, std::span<const command> batch, std::span<const std::string> evidence) = 0;

    // Also needed for a batch that wrote nothing: when it returns, everything that the batch read is as
    // durable as a commit of its own would be.
    virtual void commit() = 0;

    // Ends an open transaction. A connection that failed is dropped; the next use opens another.
    virtual void rollback() noexcept = 0;
};

} // namespace tokenledger::ledger
