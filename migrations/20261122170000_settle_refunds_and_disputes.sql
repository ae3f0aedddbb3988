-- Refunds and disputes as facts about a payment. Facts only grow: each statement about a refund or dispute merges into
-- its row, in any order, and the ledger posts the difference between what a payment is worth and what was posted.

ALTER TABLE tokenledger.payments
    ADD COLUMN amount_requested_cents    bigint NOT NULL DEFAULT 0,
    ADD COLUMN refunded_cumulative_cents bigint NOT NULL DEFAULT 0,
    ADD COLUMN canceled                  boolean NOT NULL DEFAULT false,
    ADD COLUMN not_ours                  boolean NOT NULL DEFAULT false,
    ADD COLUMN has_details               boolean NOT NULL DEFAULT false,
    ADD COLUMN taken_tokens              bigint NOT NULL DEFAULT 0,
    ADD COLUMN lost_cents                bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT payments_fact_amounts CHECK (amount_requested_cents >= 0 AND refunded_cumulative_cents >= 0),
    ADD CONSTRAINT payments_taken_tokens CHECK (taken_tokens BETWEEN 0 AND coalesce(tokens, 0)),
    ADD CONSTRAINT payments_lost_cents CHECK (lost_cents BETWEEN 0 AND coalesce(amount_cents, 0)),
    -- A payment that lost everything has given everything back.
    ADD CONSTRAINT payments_lost_all CHECK (amount_cents = 0 OR lost_cents < amount_cents OR taken_tokens = tokens);
COMMENT ON COLUMN tokenledger.payments.amount_requested_cents IS
    'Amount asked for, where it was more than the amount received: the payment was captured in part. Else 0.';
COMMENT ON COLUMN tokenledger.payments.refunded_cumulative_cents IS 'Largest cumulative amount refunded that a Charge has shown.';
COMMENT ON COLUMN tokenledger.payments.canceled IS 'payment_intent.canceled was seen: it will never be credited.';
COMMENT ON COLUMN tokenledger.payments.not_ours IS 'Its metadata was seen, without the pack key. A credit overrides this.';
COMMENT ON COLUMN tokenledger.payments.has_details IS 'It has rows in payment_refunds or payment_disputes, or events that wait.';
COMMENT ON COLUMN tokenledger.payments.taken_tokens IS 'Tokens taken back so far: minus the sum of its refund rows.';
COMMENT ON COLUMN tokenledger.payments.lost_cents IS 'Money behind taken_tokens, refunded or disputed.';

CREATE TABLE tokenledger.payment_refunds (
    payment_intent_id text COLLATE "C" NOT NULL,
    refund_id         text COLLATE "C" NOT NULL,
    amount_cents      bigint NOT NULL,
    failed            boolean NOT NULL,
    moved_money       boolean NOT NULL,
    PRIMARY KEY (payment_intent_id, refund_id),
    CONSTRAINT payment_refunds_amount_cents CHECK (amount_cents >= 0),
    CONSTRAINT payment_refunds_lengths CHECK (
        octet_length(payment_intent_id) BETWEEN 1 AND 255 AND octet_length(refund_id) BETWEEN 1 AND 255)
);
COMMENT ON TABLE tokenledger.payment_refunds IS 'One row per Refund object of a payment, as merged from every event that showed it.';
COMMENT ON COLUMN tokenledger.payment_refunds.payment_intent_id IS 'Whose refund.';
COMMENT ON COLUMN tokenledger.payment_refunds.refund_id IS 'Stripe''s id of the refund.';
COMMENT ON COLUMN tokenledger.payment_refunds.amount_cents IS 'Minor units of the payment''s currency.';
COMMENT ON COLUMN tokenledger.payment_refunds.failed IS 'It failed or was canceled, perhaps after it had succeeded: it takes nothing.';
COMMENT ON COLUMN tokenledger.payment_refunds.moved_money IS 'It has a balance transaction. One without may only release what was never captured.';

CREATE TABLE tokenledger.payment_disputes (
    payment_intent_id text COLLATE "C" NOT NULL,
    dispute_id        text COLLATE "C" NOT NULL,
    amount_cents      bigint NOT NULL,
    currency          text COLLATE "C",
    funds_withdrawn   boolean NOT NULL,
    funds_reinstated  boolean NOT NULL,
    status            text COLLATE "C" NOT NULL,
    PRIMARY KEY (payment_intent_id, dispute_id),
    CONSTRAINT payment_disputes_amount_cents CHECK (amount_cents >= 0),
    CONSTRAINT payment_disputes_status CHECK (status IN ('undecided', 'closed', 'lost', 'won')),
    CONSTRAINT payment_disputes_lengths CHECK (
        octet_length(payment_intent_id) BETWEEN 1 AND 255
        AND octet_length(dispute_id) BETWEEN 1 AND 255
        AND octet_length(currency) BETWEEN 1 AND 255)
);
COMMENT ON TABLE tokenledger.payment_disputes IS 'One row per Dispute object of a payment, as merged from every event that showed it.';
COMMENT ON COLUMN tokenledger.payment_disputes.payment_intent_id IS 'Whose dispute.';
COMMENT ON COLUMN tokenledger.payment_disputes.dispute_id IS 'Stripe''s id of the dispute.';
COMMENT ON COLUMN tokenledger.payment_disputes.amount_cents IS 'Disputed, in minor units of currency.';
COMMENT ON COLUMN tokenledger.payment_disputes.currency IS 'Null: the payment''s. In another one the whole payment is disputed.';
COMMENT ON COLUMN tokenledger.payment_disputes.funds_withdrawn IS 'charge.dispute.funds_withdrawn was seen.';
COMMENT ON COLUMN tokenledger.payment_disputes.funds_reinstated IS 'charge.dispute.funds_reinstated was seen.';
COMMENT ON COLUMN tokenledger.payment_disputes.status IS 'closed, lost or won, once one of them was seen.';

CREATE TABLE tokenledger.payment_dispute_transactions (
    payment_intent_id      text COLLATE "C" NOT NULL,
    dispute_id             text COLLATE "C" NOT NULL,
    balance_transaction_id text COLLATE "C" NOT NULL,
    takes_money            boolean NOT NULL,
    PRIMARY KEY (payment_intent_id, dispute_id, balance_transaction_id),
    CONSTRAINT payment_dispute_transactions_lengths CHECK (
        octet_length(payment_intent_id) BETWEEN 1 AND 255
        AND octet_length(dispute_id) BETWEEN 1 AND 255
        AND octet_length(balance_transaction_id) BETWEEN 1 AND 255)
);
COMMENT ON TABLE tokenledger.payment_dispute_transactions IS
    'Balance transactions of disputes: a dispute holds money while those that take outnumber those that give.';
COMMENT ON COLUMN tokenledger.payment_dispute_transactions.payment_intent_id IS 'Whose dispute.';
COMMENT ON COLUMN tokenledger.payment_dispute_transactions.dispute_id IS 'Stripe''s id of the dispute.';
COMMENT ON COLUMN tokenledger.payment_dispute_transactions.balance_transaction_id IS 'Stripe''s id of the balance transaction.';
COMMENT ON COLUMN tokenledger.payment_dispute_transactions.takes_money IS 'Its amount is negative.';

-- What a credit settles: the events that waited for it.
CREATE INDEX stripe_events_waiting ON tokenledger.stripe_events (payment_intent_id, position) WHERE result = 'waiting';

-- Stripe delivers one event to every endpoint that matches. A row that claims nothing may be taken over by the
-- endpoint that the event is for, evidence and all; evidence that is there stays as it is.
CREATE FUNCTION tokenledger.keep_evidence() RETURNS trigger
    LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'TL002',
        MESSAGE = format('the evidence of event %s stays as it was delivered', OLD.event_id);
END
$$;
REVOKE ALL ON FUNCTION tokenledger.keep_evidence() FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.keep_evidence() IS 'Trigger that keeps evidence as it was delivered.';
CREATE TRIGGER stripe_events_evidence_once
    BEFORE UPDATE ON tokenledger.stripe_events FOR EACH ROW
    WHEN (OLD.evidence IS NOT NULL AND (NEW.evidence, NEW.evidence_format)
          IS DISTINCT FROM (OLD.evidence, OLD.evidence_format))
    EXECUTE FUNCTION tokenledger.keep_evidence();
ALTER TABLE tokenledger.stripe_events ENABLE ALWAYS TRIGGER stripe_events_evidence_once;
COMMENT ON TRIGGER stripe_events_evidence_once ON tokenledger.stripe_events IS
    'Evidence is written once.';

CREATE OR REPLACE FUNCTION tokenledger.grant_privileges() RETURNS void
    LANGUAGE plpgsql SECURITY INVOKER SET search_path = ''
AS $$
BEGIN
    REVOKE ALL ON SCHEMA tokenledger FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA tokenledger FROM PUBLIC;
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA tokenledger FROM PUBLIC;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tokenledger FROM PUBLIC;

    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tokenledger_daemon') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA tokenledger FROM tokenledger_daemon;
        GRANT USAGE ON SCHEMA tokenledger TO tokenledger_daemon;
        GRANT SELECT ON tokenledger.schema_migrations TO tokenledger_daemon;
        GRANT SELECT, INSERT ON tokenledger.token_transactions, tokenledger.token_usage,
            tokenledger.idempotency_keys TO tokenledger_daemon;
        GRANT SELECT, INSERT, UPDATE ON tokenledger.token_accounts, tokenledger.payments,
            tokenledger.payment_refunds, tokenledger.payment_disputes,
            tokenledger.payment_dispute_transactions TO tokenledger_daemon;
        -- What became of an event can change, and an endpoint that ignored it gives way to one that does not; what
        -- was delivered never changes: see the trigger stripe_events_evidence_once.
        GRANT SELECT, INSERT, UPDATE (result, reason, payment_intent_id, endpoint, account, livemode, position,
            received_at, evidence_format, evidence) ON tokenledger.stripe_events TO tokenledger_daemon;
    END IF;

    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tokenledger_report') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA tokenledger FROM tokenledger_report;
        GRANT USAGE ON SCHEMA tokenledger TO tokenledger_report;
        GRANT SELECT ON ALL TABLES IN SCHEMA tokenledger TO tokenledger_report;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.grant_privileges() FROM PUBLIC;

SELECT tokenledger.grant_privileges();

INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('20261122170000', 'settle_refunds_and_disputes');
