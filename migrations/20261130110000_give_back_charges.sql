-- What a usage was charged may be given back: a row of type refund and source usage, at most one for each usage.
--
-- The constraints hold for new rows. Every row that the constraints before them let in satisfies them, so none is read
-- to validate them. Building the two indexes reads the transactions once, and nothing is posted meanwhile.
ALTER TABLE tokenledger.token_transactions
    DROP CONSTRAINT token_transactions_type_source,
    DROP CONSTRAINT token_transactions_sign,
    DROP CONSTRAINT token_transactions_stripe,
    DROP CONSTRAINT token_transactions_money,
    DROP CONSTRAINT token_transactions_request,
    DROP CONSTRAINT token_transactions_actor,
    ADD CONSTRAINT token_transactions_type_source CHECK (
        CASE transaction_type
            WHEN 'purchase' THEN source IN ('token_pack', 'stripe')
            WHEN 'refund' THEN source IN ('stripe', 'usage')
            WHEN 'grant' THEN source IN ('admin', 'subscription', 'trial')
            WHEN 'deduction' THEN source IN ('admin', 'usage')
            WHEN 'transfer' THEN source = 'admin'
            ELSE false
        END) NOT VALID,
    ADD CONSTRAINT token_transactions_sign CHECK (
        CASE transaction_type
            WHEN 'purchase' THEN token_amount > 0
            WHEN 'grant' THEN token_amount > 0
            WHEN 'deduction' THEN token_amount < 0
            ELSE token_amount > 0 OR (token_amount < 0 AND source <> 'usage')
        END) NOT VALID,
    ADD CONSTRAINT token_transactions_stripe CHECK (
        (source IN ('token_pack', 'stripe')) = (stripe_payment_intent_id IS NOT NULL)
        AND (stripe_payment_intent_id IS NULL) = (stripe_event_id IS NULL)) NOT VALID,
    ADD CONSTRAINT token_transactions_money CHECK (
        (amount_paid_cents IS NULL) = (currency IS NULL)
        AND (amount_paid_cents IS NULL OR source IN ('token_pack', 'stripe'))) NOT VALID,
    ADD CONSTRAINT token_transactions_request CHECK (
        CASE
            WHEN source IN ('token_pack', 'stripe') THEN usage_request_id IS NULL
            WHEN source = 'usage' THEN usage_request_id IS NOT NULL
            ELSE usage_request_id IS NULL AND idempotency_key IS NOT NULL
        END) NOT VALID,
    ADD CONSTRAINT token_transactions_actor CHECK (
        actor BETWEEN 0 AND 4294967295
        AND (actor IS NOT NULL OR source = 'token_pack' OR (transaction_type = 'refund' AND source = 'stripe')))
        NOT VALID;
COMMENT ON COLUMN tokenledger.token_transactions.usage_request_id IS 'The operation in token_usage that was charged, or whose charge was given back.';

ALTER TABLE tokenledger.idempotency_keys
    DROP CONSTRAINT idempotency_keys_scope,
    ADD CONSTRAINT idempotency_keys_scope
        CHECK (scope IN ('request', 'usage', 'subscription', 'trial', 'reversal')) NOT VALID;

CREATE UNIQUE INDEX token_transactions_reversal ON tokenledger.token_transactions (user_id, usage_request_id)
    WHERE transaction_type = 'refund' AND source = 'usage';
COMMENT ON INDEX tokenledger.token_transactions_reversal IS
    'What was given back for a usage: once. A further guard: tokenledger.idempotency_keys decides.';

-- Reversals are few too, and belong in the list of refunds.
DROP INDEX tokenledger.token_transactions_seldom;
CREATE INDEX token_transactions_seldom ON tokenledger.token_transactions (created_at)
    WHERE transaction_type <> 'purchase' AND (source <> 'usage' OR transaction_type = 'refund');
COMMENT ON INDEX tokenledger.token_transactions_seldom IS 'Lists and reports across users, of what is neither bought nor charged.';

-- Programs from before post no such row, and read them as refunds and as rows from usage, which they know.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261130110000', 'give_back_charges', '20261129130000');
