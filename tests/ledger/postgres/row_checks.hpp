// Invariants of all rows in PostgreSQL after any batch, as queries that count violations.
#pragma once

#include "writer/run_batch.hpp"
#include "writer/store.hpp"

#include <barrier>
#include <span>
#include <string>
#include <vector>

namespace tokenledger::test {

// Every balance is the sum of its rows, every chain has no gap, and its clock never runs backwards.
inline const std::string broken_chains = R"(
    SELECT count(*) FROM (
        SELECT a.user_id FROM tokenledger.token_accounts a LEFT JOIN tokenledger.token_transactions t USING (user_id)
         GROUP BY a.user_id HAVING a.balance <> coalesce(sum(token_amount), 0) OR a.last_sequence <> count(sequence)
        UNION ALL
        SELECT user_id FROM (
            SELECT user_id, sequence, balance_before, created_at,
                   lag(sequence, 1, 0::bigint) OVER chain AS sequence_of_last,
                   lag(balance_after, 1, 0::bigint) OVER chain AS balance_of_last,
                   lag(created_at, 1, '-infinity') OVER chain AS time_of_last
              FROM tokenledger.token_transactions WINDOW chain AS (PARTITION BY user_id ORDER BY sequence)) AS linked
         WHERE sequence <> sequence_of_last + 1 OR balance_before <> balance_of_last OR created_at < time_of_last
    ) AS broken)";

// Every payment's totals are those of its rows, its purchase is its credit, every row refers to an event of
// its payment that has evidence, and no event waits for a payment that is credited, canceled or not ours.
inline const std::string broken_payments = R"(
    SELECT count(*) FROM (
        SELECT p.payment_intent_id
          FROM tokenledger.payments p
          LEFT JOIN tokenledger.token_transactions t ON t.stripe_payment_intent_id = p.payment_intent_id
         GROUP BY p.payment_intent_id
        HAVING p.taken_tokens <> -coalesce(sum(token_amount) FILTER (WHERE transaction_type = 'refund'), 0)
            OR p.lost_cents <> -coalesce(sum(t.amount_paid_cents) FILTER (WHERE transaction_type = 'refund'), 0)
            OR coalesce(p.tokens, 0) <> coalesce(sum(token_amount) FILTER (WHERE transaction_type = 'purchase'), 0)
            OR (p.user_id IS NULL) <> (count(t.user_id) = 0)
            OR coalesce(bool_or(t.user_id <> p.user_id OR t.currency <> p.currency), false)
        UNION ALL
        SELECT t.stripe_payment_intent_id
          FROM tokenledger.token_transactions t
          LEFT JOIN tokenledger.stripe_events e ON e.event_id = t.stripe_event_id
         WHERE t.stripe_payment_intent_id IS NOT NULL
           AND (e.payment_intent_id IS DISTINCT FROM t.stripe_payment_intent_id OR e.evidence IS NULL)
        UNION ALL
        SELECT e.payment_intent_id
          FROM tokenledger.stripe_events e
          LEFT JOIN tokenledger.payments p USING (payment_intent_id)
         WHERE e.result = 'waiting'
           AND (p.payment_intent_id IS NULL OR p.user_id IS NOT NULL OR p.canceled OR p.not_ours)
    ) AS broken)";

inline const std::string waiting_events =
    "SELECT count(*) FROM tokenledger.stripe_events WHERE result = 'waiting'";
inline const std::string deadlocks =
    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";

// A side that fails must not block the other at the barrier.
struct leaves {
    explicit leaves(std::barrier<>& from) : from_(from) {}
    ~leaves() { from_.arrive_and_drop(); }
    leaves(const leaves&) = delete;
    leaves& operator=(const leaves&) = delete;

  private:
    std::barrier<>& from_;
};

inline std::vector<ledger::outcome>
run_again_on_conflict(ledger::store& where, std::span<const ledger::command> batch, int& conflicts) {
    for (;;) {
        try {
            return ledger::run_batch(where, batch);
        } catch (const ledger::store_error& error) {
            if (error.failure() != ledger::store_failure::conflict)
                throw;
            ++conflicts;
        }
    }
}

} // namespace tokenledger::test
