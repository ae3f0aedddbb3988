// Chains and accounts: every row by itself, each row against the one before, each account against its last.
#include "verify/checks.hpp"

namespace tokenledger::ledger {

namespace {

// In the order of the primary key, so that a window function needs one pass. Rows pass through a sort and
// its store, so they are narrow: another check reads the columns of single rows. Neither needs more memory
// than a sort's work_mem or a fetch.
constexpr std::string_view chain_source = R"sql(
SELECT user_id, sequence, stripe_payment_intent_id AS payment, stripe_event_id AS event, balance_before, created_at,
       lag(sequence, 1, 0::bigint) OVER chain AS sequence_of_last,
       lag(balance_after) OVER chain AS balance_of_last,
       lag(created_at) OVER chain AS time_of_last
  FROM tokenledger.token_transactions
WINDOW chain AS (PARTITION BY user_id ORDER BY sequence)
)sql";

constexpr verify_rule chain_rules[] = {
    {"sequence_gap", "CASE WHEN sequence > 0 THEN sequence - 1 <> sequence_of_last ELSE true END",
     "sequence_of_last::numeric + 1", "sequence"},
    {"first_balance", "balance_of_last IS NULL AND balance_before IS DISTINCT FROM 0", "0", "balance_before"},
    {"balance_chain", "balance_before <> balance_of_last", "balance_of_last", "balance_before"},
    {"time_backwards", "created_at < time_of_last", "'not before ' || time_of_last", "created_at"},
};

constexpr std::string_view row_source = R"sql(
SELECT user_id, sequence, stripe_payment_intent_id AS payment, stripe_event_id AS event, transaction_type, source,
       token_amount, balance_before, balance_after, amount_paid_cents, currency, pack, quantity, reference,
       idempotency_key, counterparty_user_id, usage_request_id, actor, effective_at
  FROM tokenledger.token_transactions
)sql";

constexpr std::string_view what_it_is = "concat_ws(' ', transaction_type, 'from', source)";
constexpr std::string_view its_tokens =
    "concat_ws(' ', transaction_type, 'from', source, 'of', token_amount, 'to', balance_after)";
constexpr std::string_view its_money =
    "concat_ws(' ', transaction_type, 'of', coalesce(amount_paid_cents::text, 'no money'), currency)";

// From row_type on: the table's constraints again, because somebody may have dropped them.
constexpr verify_rule row_rules[] = {
    // Numeric is slow, and only for sums that may leave int64.
    {"row_arithmetic",
     "CASE WHEN balance_before BETWEEN -4000000000000000000 AND 4000000000000000000"
     " AND token_amount BETWEEN -4000000000000000000 AND 4000000000000000000"
     " THEN balance_after IS DISTINCT FROM balance_before + token_amount"
     " ELSE balance_after IS DISTINCT FROM balance_before::numeric + token_amount END",
     "balance_before::numeric + token_amount", "balance_after"},
    {"row_type", "CASE transaction_type {types_not_from_source} ELSE true END",
     "'a type from a source it can have'", what_it_is},
    {"row_sign",
     "token_amount = 0 OR (token_amount < 0 AND transaction_type IN ({types_that_add}))"
     " OR (token_amount > 0 AND transaction_type IN ({types_that_take}))"
     " OR (token_amount < 0 AND transaction_type = 'refund' AND source = 'usage')",
     "'the sign of its type'", its_tokens},
    {"row_below_zero", "balance_after < 0 AND token_amount < 0 AND transaction_type = 'transfer'",
     "'no balance below zero'", its_tokens},
    {"row_stripe",
     "(source IN ('token_pack', 'stripe')) <> (payment IS NOT NULL) OR (payment IS NULL) <> (event IS NULL)",
     "'payment and event with purchases and their refunds, and only there'",
     "concat_ws(' ', transaction_type, 'with', coalesce(payment, 'no payment'), coalesce(event, 'no "
     "event'))"},
    {"row_money",
     "(amount_paid_cents IS NULL) <> (currency IS NULL)"
     " OR (amount_paid_cents IS NOT NULL AND source NOT IN ('token_pack', 'stripe'))"
     " OR (transaction_type = 'purchase' AND (amount_paid_cents IS NULL OR amount_paid_cents < 0))",
     "'money and currency with purchases, none with what is no payment'", its_money},
    {"row_pack",
     "(source = 'token_pack') <> (pack IS NOT NULL) OR (pack IS NULL) <> (quantity IS NULL) OR quantity < 1",
     "'pack and quantity with source token_pack, and only there'",
     "concat_ws(' ', source, 'with', coalesce(pack, 'no pack'), quantity)"},
    {"row_request",
     "CASE WHEN source IN ('token_pack', 'stripe') THEN usage_request_id IS NOT NULL"
     " WHEN source = 'usage' THEN usage_request_id IS NULL"
     " WHEN source = 'expiry' THEN usage_request_id IS NOT NULL OR idempotency_key IS NOT NULL"
     " ELSE usage_request_id IS NOT NULL OR idempotency_key IS NULL END"
     " OR (source IN ({sources_with_reference}) AND reference IS NULL)",
     "'the request behind it'", what_it_is},
    {"row_counterparty",
     "(transaction_type = 'transfer') <> (counterparty_user_id IS NOT NULL) OR counterparty_user_id = "
     "user_id",
     "'another user with a transfer, and only there'",
     "concat_ws(' ', transaction_type, 'with', coalesce(counterparty_user_id, 'nobody'))"},
    {"row_expiry",
     "(source = 'expiry') <> (effective_at IS NOT NULL)"
     " OR (source = 'expiry' AND (reference IS NULL OR balance_after < 0 OR actor IS NOT NULL))",
     "'a time and a lot with an expiry, no time with another row'",
     "concat_ws(' ', transaction_type, 'from', source, 'of lot', reference, 'at', effective_at, 'to', "
     "balance_after)"},
};

constexpr std::string_view account_source = R"sql(
SELECT coalesce(account.user_id, rows.user_id) AS user_id, account.last_sequence AS sequence,
       NULL AS payment, NULL AS event, account.user_id AS account, account.balance, account.last_sequence,
       account.last_transaction_at, coalesce(rows.tokens, 0) AS tokens, coalesce(rows.count, 0) AS count,
       coalesce(rows.last_sequence, 0) AS sequence_of_rows, ending.balance_after, ending.created_at
  FROM tokenledger.token_accounts AS account
  FULL JOIN (SELECT user_id, sum(token_amount) AS tokens, count(*) AS count, max(sequence) AS last_sequence
               FROM tokenledger.token_transactions GROUP BY user_id) AS rows ON rows.user_id = account.user_id
  LEFT JOIN tokenledger.token_transactions AS ending
    ON ending.user_id = account.user_id AND ending.sequence = account.last_sequence
)sql";

constexpr verify_rule account_rules[] = {
    {"account_missing", "account IS NULL", "'an account'", "'none'"},
    {"account_sum", "account IS NOT NULL AND balance IS DISTINCT FROM tokens", "tokens", "balance"},
    {"account_balance", "balance IS DISTINCT FROM balance_after AND account IS NOT NULL AND count > 0",
     "balance_after", "balance"},
    {"account_count", "account IS NOT NULL AND last_sequence IS DISTINCT FROM count", "count",
     "last_sequence"},
    {"account_sequence", "account IS NOT NULL AND last_sequence IS DISTINCT FROM sequence_of_rows",
     "sequence_of_rows", "last_sequence"},
    {"account_time", "account IS NOT NULL AND last_transaction_at IS DISTINCT FROM created_at", "created_at",
     "last_transaction_at"},
};

// One account loses what the other gains.
constexpr std::string_view transfer_source = R"sql(
SELECT least(user_id, counterparty_user_id) AS user_id, NULL::bigint AS sequence, NULL AS payment, NULL AS event,
       greatest(user_id, counterparty_user_id) AS other, sum(token_amount) AS tokens
  FROM tokenledger.token_transactions
 WHERE transaction_type = 'transfer'
 GROUP BY least(user_id, counterparty_user_id), greatest(user_id, counterparty_user_id)
)sql";

constexpr verify_rule transfer_rules[] = {
    {"transfer_balance", "tokens <> 0", "'0 over all transfers with ' || other", "tokens"},
};

} // namespace

verify_check chain_check() noexcept {
    return {"chains", chain_source, chain_rules};
}

verify_check row_check() noexcept {
    return {"rows", row_source, row_rules};
}

verify_check account_check() noexcept {
    return {"accounts", account_source, account_rules};
}

verify_check transfer_check() noexcept {
    return {"transfers", transfer_source, transfer_rules};
}

} // namespace tokenledger::ledger
