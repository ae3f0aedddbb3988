-- Requests of the admin socket: one key, one effect, for ever. What a key posted is told by the money rows themselves;
-- the command is kept as it was decoded, with its place among the events, so that the ledger can be made again.

ALTER TABLE tokenledger.idempotency_keys
    DROP COLUMN outcome,
    ADD COLUMN position         bigint NOT NULL DEFAULT nextval('tokenledger.stripe_events_position_seq'),
    ADD COLUMN actor            bigint NOT NULL,
    ADD COLUMN command          bytea,
    ADD COLUMN posted_user_ids  text[] COLLATE "C" NOT NULL DEFAULT '{}',
    ADD COLUMN posted_sequences bigint[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT idempotency_keys_scope CHECK (scope IN ('request', 'usage', 'subscription', 'trial')),
    ADD CONSTRAINT idempotency_keys_actor CHECK (actor BETWEEN 0 AND 4294967295),
    ADD CONSTRAINT idempotency_keys_command CHECK (command IS NOT NULL OR scope <> 'request'),
    ADD CONSTRAINT idempotency_keys_posted CHECK (
        cardinality(posted_user_ids) = cardinality(posted_sequences)
        AND (command IS NOT NULL OR cardinality(posted_sequences) = 0));
COMMENT ON COLUMN tokenledger.idempotency_keys.scope IS
    'What the key is unique in: request (the Idempotency-Key), usage (a request_id), subscription or trial (the reference of a grant).';
COMMENT ON COLUMN tokenledger.idempotency_keys.position IS
    'Place in the commit order, in one numbering with stripe_events.position. Has gaps.';
COMMENT ON COLUMN tokenledger.idempotency_keys.actor IS 'Who asked: the uid of the peer on the admin socket.';
COMMENT ON COLUMN tokenledger.idempotency_keys.command IS
    'The command as decoded, where this is the key of a whole command; its SHA-256 is command_hash, but for a lone usage, whose hash is that of the operation.';
COMMENT ON COLUMN tokenledger.idempotency_keys.posted_user_ids IS 'Whose rows the command added to token_transactions, in order.';
COMMENT ON COLUMN tokenledger.idempotency_keys.posted_sequences IS 'And their sequences, side by side with posted_user_ids.';

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
        GRANT USAGE ON SEQUENCE tokenledger.stripe_events_position_seq TO tokenledger_daemon;
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

INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('20261122180000', 'keep_requests');
