-- So that the ledger can be made again, and mended: what was translated from an event is kept beside its bytes, an
-- operator's actions on parked and waiting events are rows, old bytes can give way to their hash, and old operations
-- to a file.

ALTER TABLE tokenledger.stripe_events
    ADD COLUMN effect          text COLLATE "C",
    ADD COLUMN evidence_sha256 bytea,
    ADD CONSTRAINT stripe_events_evidence_sha256 CHECK (
        evidence_sha256 IS NULL OR (octet_length(evidence_sha256) = 32 AND evidence IS NULL)),
    DROP CONSTRAINT stripe_events_evidence,
    ADD CONSTRAINT stripe_events_evidence CHECK (
        (evidence IS NULL) = (evidence_format IS NULL)
        AND (evidence IS NOT NULL OR evidence_sha256 IS NOT NULL OR result IN ('duplicate', 'ignored')));
COMMENT ON COLUMN tokenledger.stripe_events.effect IS
    'What was translated from the event, with the catalogue''s values of that day, as it was applied. Null: it asked for nothing, or an earlier version applied it.';
COMMENT ON COLUMN tokenledger.stripe_events.evidence_sha256 IS
    'Where the bytes were redacted: SHA-256 of the signature header, a line feed and the body.';

-- Evidence is written once. It may give way to its hash; only the owner may write that column.
CREATE OR REPLACE FUNCTION tokenledger.keep_evidence() RETURNS trigger
    LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
    IF NEW.evidence IS NULL AND NEW.evidence_sha256 IS NOT NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'TL002',
        MESSAGE = format('the evidence of event %s stays as it was delivered', OLD.event_id);
END
$$;

-- A credit that an operator completed has no pack: the catalogue did not decide it.
ALTER TABLE tokenledger.payments
    DROP CONSTRAINT payments_credit_all_or_none,
    ADD CONSTRAINT payments_credit_all_or_none CHECK (
        num_nulls(user_id, tokens, amount_cents, currency, catalog, credited_at) IN (0, 6)
        AND num_nulls(pack, quantity) IN (0, 2)
        AND (user_id IS NOT NULL OR pack IS NULL));
COMMENT ON COLUMN tokenledger.payments.pack IS 'Pack bought; null also where an operator completed the payment.';

CREATE TABLE tokenledger.event_actions (
    event_id        text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    action          text COLLATE "C" NOT NULL,
    actor           bigint NOT NULL,
    reason          text,
    was             text COLLATE "C" NOT NULL,
    was_because     text COLLATE "C",
    became          text COLLATE "C" NOT NULL,
    became_because  text COLLATE "C",
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (idempotency_key),
    CONSTRAINT event_actions_action CHECK (action IN ('retry', 'dismiss', 'assign')),
    CONSTRAINT event_actions_actor CHECK (actor BETWEEN 0 AND 4294967295),
    CONSTRAINT event_actions_lengths CHECK (
        octet_length(event_id) BETWEEN 1 AND 255 AND octet_length(idempotency_key) BETWEEN 1 AND 255)
);
CREATE INDEX event_actions_event ON tokenledger.event_actions (event_id, created_at);
COMMENT ON TABLE tokenledger.event_actions IS 'What operators did about parked and waiting events, and who.';
COMMENT ON COLUMN tokenledger.event_actions.event_id IS 'The event, in stripe_events.';
COMMENT ON COLUMN tokenledger.event_actions.idempotency_key IS 'Key of the request; idempotency_keys has the command.';
COMMENT ON COLUMN tokenledger.event_actions.action IS 'retry, dismiss or assign.';
COMMENT ON COLUMN tokenledger.event_actions.actor IS 'Who asked: the uid of the peer on the admin socket.';
COMMENT ON COLUMN tokenledger.event_actions.reason IS 'Why, in the operator''s words.';
COMMENT ON COLUMN tokenledger.event_actions.was IS 'result of the event before.';
COMMENT ON COLUMN tokenledger.event_actions.was_because IS 'reason of the event before.';
COMMENT ON COLUMN tokenledger.event_actions.became IS 'result of the event after.';
COMMENT ON COLUMN tokenledger.event_actions.became_because IS 'reason of the event after.';
COMMENT ON COLUMN tokenledger.event_actions.created_at IS 'When.';

CREATE TABLE tokenledger.usage_archives (
    before         timestamptz NOT NULL PRIMARY KEY,
    usages         bigint NOT NULL,
    charged_usages bigint NOT NULL,
    charged_tokens numeric NOT NULL,
    file_sha256    bytea NOT NULL,
    archived_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    archived_by    text NOT NULL DEFAULT current_user,
    CONSTRAINT usage_archives_counts CHECK (
        usages >= charged_usages AND charged_usages >= 0 AND charged_tokens >= 0),
    CONSTRAINT usage_archives_file_sha256 CHECK (octet_length(file_sha256) = 32)
);
COMMENT ON TABLE tokenledger.usage_archives IS 'Which rows of token_usage went to a file, so that what is missing can be told from what was taken away.';
COMMENT ON COLUMN tokenledger.usage_archives.before IS 'Rows with created_at before this, and not before that of the archive before, are in the file.';
COMMENT ON COLUMN tokenledger.usage_archives.usages IS 'How many rows.';
COMMENT ON COLUMN tokenledger.usage_archives.charged_usages IS 'How many of them were charged: their deductions stay in token_transactions.';
COMMENT ON COLUMN tokenledger.usage_archives.charged_tokens IS 'Sum of charged_tokens of those rows.';
COMMENT ON COLUMN tokenledger.usage_archives.file_sha256 IS 'SHA-256 of the file as it was written.';
COMMENT ON COLUMN tokenledger.usage_archives.archived_at IS 'When.';
COMMENT ON COLUMN tokenledger.usage_archives.archived_by IS 'Database role that did it.';

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
        GRANT SELECT ON tokenledger.schema_migrations, tokenledger.usage_archives TO tokenledger_daemon;
        GRANT SELECT, INSERT ON tokenledger.token_transactions, tokenledger.token_usage,
            tokenledger.idempotency_keys, tokenledger.event_actions TO tokenledger_daemon;
        GRANT SELECT, INSERT, UPDATE ON tokenledger.token_accounts, tokenledger.payments,
            tokenledger.payment_refunds, tokenledger.payment_disputes,
            tokenledger.payment_dispute_transactions TO tokenledger_daemon;
        -- What became of an event can change, and an endpoint that ignored it gives way to one that does not; what
        -- was delivered never changes: see the trigger stripe_events_evidence_once.
        GRANT SELECT, INSERT, UPDATE (result, reason, payment_intent_id, endpoint, account, livemode, position,
            received_at, effect, evidence_format, evidence) ON tokenledger.stripe_events TO tokenledger_daemon;
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

INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('20261122190000', 'keep_what_was_applied');
