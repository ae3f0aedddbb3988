-- What the lists and reports read by; docs/queries.md says which query uses which, and what each costs a write.
-- Every purchase pays for two of these, the two on time; the others leave its rows out.

CREATE INDEX token_transactions_time ON tokenledger.token_transactions (created_at);
COMMENT ON INDEX tokenledger.token_transactions_time IS 'Lists and reports across users.';

-- Grants, refunds, transfers and operators' deductions are few among purchases and charged operations.
CREATE INDEX token_transactions_seldom ON tokenledger.token_transactions (created_at)
    WHERE transaction_type <> 'purchase' AND source <> 'usage';
COMMENT ON INDEX tokenledger.token_transactions_seldom IS 'Lists and reports across users, of what is neither bought nor charged.';

CREATE INDEX token_transactions_refunds ON tokenledger.token_transactions (user_id, stripe_payment_intent_id)
    WHERE transaction_type = 'refund';
COMMENT ON INDEX tokenledger.token_transactions_refunds IS
    'The refund rows of a payment; token_transactions_purchase_once finds its purchase.';

CREATE INDEX token_usage_time ON tokenledger.token_usage (created_at);
COMMENT ON INDEX tokenledger.token_usage_time IS 'Lists and reports across users.';
CREATE INDEX token_usage_user_time ON tokenledger.token_usage (user_id, created_at, request_id);
COMMENT ON INDEX tokenledger.token_usage_user_time IS 'Lists and reports of one user.';

CREATE INDEX stripe_events_time ON tokenledger.stripe_events (received_at);
COMMENT ON INDEX tokenledger.stripe_events_time IS 'The list of events.';

CREATE INDEX stripe_events_outcome ON tokenledger.stripe_events (result, received_at)
    WHERE result IN ('parked', 'waiting', 'dismissed', 'expired');
COMMENT ON INDEX tokenledger.stripe_events_outcome IS 'The operator''s queue, and what was on it, by time.';

-- An applied payment_intent.succeeded is named by the purchase that it made: `verify` holds them to it.
CREATE INDEX stripe_events_payment ON tokenledger.stripe_events (payment_intent_id)
    WHERE payment_intent_id IS NOT NULL AND (event_type <> 'payment_intent.succeeded' OR result <> 'applied');
COMMENT ON INDEX tokenledger.stripe_events_payment IS
    'Events of a payment, but for the one that credited it: its purchase names that one.';

SELECT tokenledger.grant_privileges();

INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('20261122200000', 'index_the_queries');
