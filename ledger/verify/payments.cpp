// Payments against the rows that they caused, and the tables that belong to them.
#include "verify/checks.hpp"

namespace tokenledger::ledger {

namespace {

constexpr std::string_view purchase_source = R"sql(
SELECT bought.user_id, bought.sequence, coalesce(bought.stripe_payment_intent_id, paid.payment_intent_id) AS payment,
       bought.stripe_event_id AS event, bought.user_id IS NOT NULL AS posted, bought.source,
       bought.token_amount, bought.amount_paid_cents, bought.currency, bought.pack, bought.quantity, bought.created_at,
       paid.payment_intent_id IS NOT NULL AS known, paid.user_id AS credited_user, paid.tokens,
       paid.amount_cents, paid.currency AS credited_currency, paid.pack AS credited_pack,
       paid.quantity AS credited_quantity, paid.credited_at, paid.taken_tokens, paid.lost_cents, paid.missing
  FROM (SELECT * FROM tokenledger.token_transactions WHERE transaction_type = 'purchase') AS bought
  FULL JOIN (SELECT *, num_nulls(user_id, tokens, amount_cents, currency, catalog, credited_at) AS missing
               FROM tokenledger.payments) AS paid ON paid.payment_intent_id = bought.stripe_payment_intent_id
)sql";

// An assigned purchase (source stripe) names no pack: only its payment does.
constexpr verify_rule purchase_rules[] = {
    {"purchase_without_payment", "posted AND credited_user IS NULL", "'a credited payment'",
     "CASE WHEN known THEN 'payment not credited' ELSE 'no such payment' END"},
    {"payment_without_purchase", "NOT posted AND credited_user IS NOT NULL",
     "'a purchase of ' || tokens || ' by ' || credited_user", "'none'"},
    {"purchase_user", "posted AND credited_user <> user_id", "credited_user", "user_id"},
    {"purchase_tokens", "posted AND tokens <> token_amount", "tokens", "token_amount"},
    {"purchase_amount", "posted AND known AND amount_cents IS DISTINCT FROM amount_paid_cents",
     "amount_cents", "amount_paid_cents"},
    {"purchase_currency", "posted AND known AND credited_currency IS DISTINCT FROM currency",
     "credited_currency", "currency"},
    {"purchase_pack", "posted AND known AND source = 'token_pack' AND credited_pack IS DISTINCT FROM pack",
     "credited_pack", "pack"},
    {"purchase_quantity",
     "posted AND known AND source = 'token_pack' AND credited_quantity IS DISTINCT FROM quantity",
     "credited_quantity", "quantity"},
    {"purchase_time", "posted AND credited_at <> created_at", "credited_at", "created_at"},
    {"payment_credit",
     "known AND (missing NOT IN (0, 6) OR num_nulls(credited_pack, credited_quantity) = 1"
     " OR (credited_user IS NULL AND credited_pack IS NOT NULL))",
     "'a whole credit or none'",
     "missing + num_nulls(credited_pack, credited_quantity) || ' of its columns are null'"},
    {"payment_totals",
     "known AND NOT (taken_tokens BETWEEN 0 AND coalesce(tokens, 0)"
     " AND lost_cents BETWEEN 0 AND coalesce(amount_cents, 0))",
     "concat('0 to ', coalesce(tokens, 0), ' tokens taken, 0 to ', coalesce(amount_cents, 0), ' cents lost')",
     "concat(taken_tokens, ' tokens, ', lost_cents, ' cents')"},
};

constexpr std::string_view twice_source = R"sql(
SELECT user_id, sequence, stripe_payment_intent_id AS payment, stripe_event_id AS event,
       'purchase' AS what, count(*) OVER (PARTITION BY stripe_payment_intent_id) AS times
  FROM tokenledger.token_transactions
 WHERE transaction_type = 'purchase'
UNION ALL
SELECT NULL, NULL, payment_intent_id, NULL, 'payments', count(*)
  FROM tokenledger.payments
 GROUP BY payment_intent_id
)sql";

constexpr verify_rule twice_rules[] = {
    {"purchase_twice", "what = 'purchase' AND times > 1", "'one purchase of a payment'", "times"},
    {"payment_twice", "what = 'payments' AND times > 1", "'one row of a payment'", "times"},
};

// The sums are at the first refund row of each payment, so that each is compared once.
constexpr std::string_view refund_source = R"sql(
SELECT coalesce(back.user_id, paid.user_id) AS user_id, back.sequence,
       coalesce(back.stripe_payment_intent_id, paid.payment_intent_id) AS payment, back.stripe_event_id AS event,
       back.user_id AS refunded_user, paid.user_id AS credited_user, back.currency,
       paid.currency AS credited_currency, coalesce(back.place, 1) = 1 AS first, -coalesce(back.tokens, 0) AS tokens,
       -coalesce(back.cents, 0) AS cents, coalesce(paid.taken_tokens, 0) AS taken_tokens,
       coalesce(paid.lost_cents, 0) AS lost_cents
  FROM (SELECT user_id, sequence, stripe_payment_intent_id, stripe_event_id, currency,
               sum(token_amount) OVER payment AS tokens, sum(amount_paid_cents) OVER payment AS cents,
               row_number() OVER payment AS place
          FROM tokenledger.token_transactions
         WHERE transaction_type = 'refund' AND source = 'stripe'
        WINDOW payment AS (PARTITION BY stripe_payment_intent_id ORDER BY user_id, sequence
                           ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS back
  FULL JOIN (SELECT payment_intent_id, user_id, currency, taken_tokens, lost_cents
               FROM tokenledger.payments) AS paid
    ON paid.payment_intent_id = back.stripe_payment_intent_id
)sql";

constexpr verify_rule refund_rules[] = {
    {"refund_user", "refunded_user IS NOT NULL AND credited_user IS DISTINCT FROM refunded_user",
     "coalesce(credited_user, 'no refund: nothing was credited')", "refunded_user"},
    {"refund_currency", "refunded_user IS NOT NULL AND credited_currency <> currency", "credited_currency",
     "currency"},
    {"refund_tokens", "first AND tokens <> taken_tokens", "taken_tokens", "tokens"},
    {"refund_money", "first AND cents <> lost_cents", "lost_cents", "cents"},
};

// The store reads the rows that belong to a payment only if the payment has has_details.
constexpr std::string_view detail_source = R"sql(
SELECT NULL AS user_id, NULL::bigint AS sequence, detail.payment_intent_id AS payment, NULL AS event, detail.what,
       detail.sane, paid.payment_intent_id IS NOT NULL AS known, paid.has_details, detail.orphan
  FROM (SELECT payment_intent_id, 'refund ' || refund_id AS what, amount_cents >= 0 AS sane, false AS orphan
          FROM tokenledger.payment_refunds
        UNION ALL
        SELECT payment_intent_id, 'dispute ' || dispute_id,
               amount_cents >= 0 AND status IN ('undecided', 'closed', 'lost', 'won'), false
          FROM tokenledger.payment_disputes
        UNION ALL
        SELECT moved.payment_intent_id,
               'balance transaction ' || moved.balance_transaction_id || ' of dispute ' || moved.dispute_id,
               (moved.amount_cents <> 0 AND moved.takes_money = (moved.amount_cents < 0)) IS NOT FALSE,
               dispute.dispute_id IS NULL
          FROM tokenledger.payment_dispute_transactions AS moved
          LEFT JOIN tokenledger.payment_disputes AS dispute USING (payment_intent_id, dispute_id)) AS detail
  LEFT JOIN tokenledger.payments AS paid ON paid.payment_intent_id = detail.payment_intent_id
)sql";

constexpr verify_rule detail_rules[] = {
    {"detail_without_payment", "NOT known", "'a payment'", "what || ' of none'"},
    {"detail_not_read", "known AND NOT has_details", "'has_details of the payment'", "what"},
    {"detail_without_dispute", "orphan", "'its dispute'", "what"},
    {"detail_value", "sane IS NOT TRUE", "'an amount and a status that are known, and a sign that fits'",
     "what"},
};

} // namespace

verify_check purchase_check() noexcept {
    return {"purchases and payments", purchase_source, purchase_rules};
}

verify_check twice_check() noexcept {
    return {"payments credited twice", twice_source, twice_rules};
}

verify_check refund_check() noexcept {
    return {"refunds and payments", refund_source, refund_rules};
}

verify_check detail_check() noexcept {
    return {"refund and dispute facts", detail_source, detail_rules};
}

} // namespace tokenledger::ledger
