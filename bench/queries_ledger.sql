-- On top of verify_ledger.sql: operations, charged and not, one account with many of everything, and an operator's queue.
-- :rows as there. bench/queries runs both.
INSERT INTO tokenledger.token_accounts (user_id, balance, last_sequence, last_transaction_at)
VALUES ('user_hot', 1000000000 - :rows / 5, 1 + :rows / 5,
        timestamptz '2026-01-01' + (1 + :rows / 5) * interval '1 second');

INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, token_amount, balance_before,
       balance_after, idempotency_key, actor, usage_request_id, created_at)
SELECT 'user_hot', k, CASE k WHEN 1 THEN 'grant' ELSE 'deduction' END, CASE k WHEN 1 THEN 'admin' ELSE 'usage' END,
       CASE k WHEN 1 THEN 1000000000 ELSE -1 END, CASE k WHEN 1 THEN 0 ELSE 1000000002 - k END, 1000000001 - k,
       CASE k WHEN 1 THEN 'key_hot' END, 1000, CASE WHEN k > 1 THEN 'req_hot_' || k END,
       timestamptz '2026-01-01' + k * interval '1 second'
  FROM generate_series(1, 1 + :rows / 5) AS k;

INSERT INTO tokenledger.token_usage (user_id, request_id, action_type, model_used, tokens_used, input_tokens,
       output_tokens, cost_estimate, charged_tokens, deduction_sequence, actor, created_at)
SELECT 'user_hot', 'req_hot_' || k, (ARRAY['chat', 'vision', 'image'])[1 + k % 3], 'model_' || k % 4, 321, 300, 21,
       0.0123, 1, k, 1000, timestamptz '2026-01-01' + k * interval '1 second'
  FROM generate_series(2, 1 + :rows / 5) AS k;

INSERT INTO tokenledger.token_usage (user_id, request_id, action_type, model_used, tokens_used, cost_estimate, actor,
       created_at)
SELECT 'user_' || md5((1 + k % (:rows / 10))::text), 'req_' || k, (ARRAY['chat', 'vision', 'image'])[1 + k % 3],
       'model_' || k % 4, 321, 0.0123, 1000, timestamptz '2026-01-01' + k * interval '1 second'
  FROM generate_series(1, :rows) AS k;

-- Every hundredth payment is disputed, without an effect yet.
INSERT INTO tokenledger.payment_disputes (payment_intent_id, dispute_id, amount_cents, funds_withdrawn, funds_reinstated,
       status)
SELECT payment_intent_id, 'dp_' || payment_intent_id, 0, false, false, 'undecided'
  FROM tokenledger.payments
 WHERE hashtext(payment_intent_id) % 100 = 0;

INSERT INTO tokenledger.stripe_events (event_id, event_type, result, reason, payment_intent_id, endpoint, evidence_format,
       evidence)
SELECT 'evt_queue_' || k, 'refund.created', (ARRAY['parked', 'waiting', 'dismissed', 'expired'])[1 + k % 4],
       CASE k % 4 WHEN 0 THEN 'bad_metadata' END, 'pi_queue_' || k, '/stripe/webhook', 1, 'x'
  FROM generate_series(1, :rows / 100) AS k;
INSERT INTO tokenledger.stripe_events (event_id, event_type, result, endpoint)
SELECT 'evt_ignored_' || k, 'invoice.paid', 'ignored', '/stripe/webhook' FROM generate_series(1, :rows / 10) AS k;
