-- A sound ledger of about :rows transactions: chains of 1 to 19 rows, of which one in eight is a refund of half the
-- purchase before it and one in ten a deduction; the others are purchases, each with its payment and its event.
-- :evidence is the packed evidence of every event, in hex. bench/verify runs it.
CREATE TEMPORARY TABLE chain AS
SELECT 'user_' || md5(u::text) AS user_id, k AS sequence, kind, row_number() OVER () AS n,
       CASE kind WHEN 'purchase' THEN 100000 WHEN 'refund' THEN -50050 ELSE -20 END AS tokens,
       timestamptz '2026-01-01' + (k * 1000000 + u) * interval '1 millisecond' AS created_at,
       'pi_3' || md5('p' || u || ' ' || CASE kind WHEN 'refund' THEN k - 1 ELSE k END) AS payment,
       'evt_3' || md5('e' || u || ' ' || k) AS event
  FROM (SELECT u, k, CASE WHEN k % 8 = 0 THEN 'refund' WHEN k % 10 = 0 THEN 'deduction' ELSE 'purchase' END AS kind
          FROM generate_series(1, :rows / 10) AS u, LATERAL generate_series(1, 1 + u % 19) AS k
         ORDER BY k, u) AS one;

INSERT INTO tokenledger.token_accounts (user_id, balance, last_sequence, last_transaction_at)
SELECT user_id, sum(tokens), count(*), max(created_at) FROM chain GROUP BY user_id;

INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, token_amount, balance_before,
       balance_after, amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id, pack, quantity,
       idempotency_key, actor, created_at)
SELECT user_id, sequence, kind,
       CASE kind WHEN 'purchase' THEN 'token_pack' WHEN 'refund' THEN 'stripe' ELSE 'admin' END,
       tokens, balance - tokens, balance, CASE kind WHEN 'purchase' THEN 999 WHEN 'refund' THEN -500 END,
       CASE WHEN kind <> 'deduction' THEN 'usd' END, CASE WHEN kind <> 'deduction' THEN payment END,
       CASE WHEN kind <> 'deduction' THEN event END,
       CASE kind WHEN 'purchase' THEN 'starter' END, CASE kind WHEN 'purchase' THEN 1 END,
       CASE kind WHEN 'deduction' THEN 'key_' || n END, CASE kind WHEN 'deduction' THEN 1000 END, created_at
  FROM (SELECT *, sum(tokens) OVER (PARTITION BY user_id ORDER BY sequence)::bigint AS balance FROM chain) AS summed
 ORDER BY n;

INSERT INTO tokenledger.idempotency_keys (scope, key, command_hash, actor, command, posted_user_ids, posted_sequences)
SELECT 'request', 'key_' || n, sha256(command), 1000, command, ARRAY[user_id], ARRAY[sequence]
  FROM (SELECT *, convert_to('77:9:deduction,37:' || user_id || ',2:20,0:,5:false,,', 'UTF8') AS command
          FROM chain WHERE kind = 'deduction') AS request
 ORDER BY n;

INSERT INTO tokenledger.payments (payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity,
       credited_at, refunded_cumulative_cents, has_details, taken_tokens, lost_cents)
SELECT bought.payment, bought.user_id, 100000, 999, 'usd', '', 'starter', 1, bought.created_at,
       CASE WHEN back.payment IS NULL THEN 0 ELSE 500 END, back.payment IS NOT NULL,
       CASE WHEN back.payment IS NULL THEN 0 ELSE 50050 END, CASE WHEN back.payment IS NULL THEN 0 ELSE 500 END
  FROM chain AS bought
  LEFT JOIN chain AS back ON back.payment = bought.payment AND back.kind = 'refund'
 WHERE bought.kind = 'purchase'
 ORDER BY bought.n;

INSERT INTO tokenledger.payment_refunds (payment_intent_id, refund_id, amount_cents, failed, moved_money)
SELECT payment, 're_' || n, 500, false, true FROM chain WHERE kind = 'refund';

INSERT INTO tokenledger.stripe_events (event_id, event_type, result, payment_intent_id, endpoint, api_version, livemode,
       stripe_created_at, evidence_format, evidence)
SELECT event, CASE kind WHEN 'purchase' THEN 'payment_intent.succeeded' ELSE 'refund.created' END, 'applied', payment,
       '/stripe/webhook', '2025-03-31.basil', true, created_at, 1, decode(:'evidence', 'hex')
  FROM chain
 WHERE kind <> 'deduction'
 ORDER BY n;
