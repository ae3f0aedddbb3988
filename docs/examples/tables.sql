-- For who reads the tables directly, as role tokenledger_report (Supabase too: the schema is not in `public`).

-- Balances, and who owes.
SELECT user_id, balance FROM tokenledger.token_accounts ORDER BY balance LIMIT 20;

-- The same, from the money rows alone.
SELECT user_id, sum(token_amount) AS balance FROM tokenledger.token_transactions GROUP BY user_id ORDER BY user_id LIMIT 20;

-- Token pack purchases of the last 30 days.
SELECT pack, currency, count(*) AS purchases, sum(token_amount) AS tokens, sum(amount_paid_cents) AS cents
  FROM tokenledger.token_transactions
 WHERE transaction_type = 'purchase' AND created_at > now() - interval '30 days'
 GROUP BY pack, currency;

-- What the AI features consumed and cost, with what was charged for it.
SELECT action_type, model_used, count(*) AS calls, sum(tokens_used) AS model_tokens, sum(cost_estimate) AS cents,
       sum(charged_tokens) AS charged
  FROM tokenledger.token_usage
 GROUP BY action_type, model_used;

-- Everything that happened to one user, money and operations, in time order.
SELECT created_at, transaction_type AS what, token_amount, balance_after, reason
  FROM tokenledger.token_transactions WHERE user_id = 'user_1'
 UNION ALL
SELECT created_at, action_type, NULL, NULL, model_used
  FROM tokenledger.token_usage WHERE user_id = 'user_1' AND charged_tokens = 0
 ORDER BY created_at;

-- What waits for an operator; 30 days is waiting_expires_days, after which what waits is expired.
SELECT event_id, event_type, result, reason, payment_intent_id, received_at
  FROM tokenledger.stripe_events
 WHERE result IN ('parked', 'waiting') AND (result = 'parked' OR received_at >= now() - interval '30 days')
 ORDER BY position;
