-- The ledger's schema. Apply with `tokenledgerd migrate`, or as one transaction with `psql -1 -v ON_ERROR_STOP=1 -f`,
-- or with the Supabase CLI. It is not in `public`, and nothing here is granted to PUBLIC.
--
-- Every identifier is text of 1..255 bytes with COLLATE "C": opaque bytes, compared as bytes, so that sorting here,
-- in the daemon and on every server is the same, and no library upgrade can change the order of an index.
-- Keys of user data lead with user_id; what is unique across users has a table keyed by that id alone. There is one
-- foreign key: transactions to accounts.

-- Not CREATE SCHEMA IF NOT EXISTS: that asks for the right to create schemas even where this one exists.
DO $$
BEGIN
    IF to_regnamespace('tokenledger') IS NULL THEN
        CREATE SCHEMA tokenledger;
    END IF;
END
$$;
COMMENT ON SCHEMA tokenledger IS 'Token ledger: what users bought, were granted and consumed, and the Stripe events behind it.';

CREATE TABLE tokenledger.schema_migrations (
    version    text COLLATE "C" NOT NULL PRIMARY KEY,
    name       text COLLATE "C" NOT NULL,
    checksum   bytea,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by text NOT NULL DEFAULT current_user,
    CONSTRAINT schema_migrations_version CHECK (version ~ '^[0-9]{14}$'),
    CONSTRAINT schema_migrations_checksum CHECK (octet_length(checksum) = 32)
);
COMMENT ON TABLE tokenledger.schema_migrations IS 'Which files of migrations/ this database has.';
COMMENT ON COLUMN tokenledger.schema_migrations.version IS 'First part of the file name, YYYYMMDDHHMMSS.';
COMMENT ON COLUMN tokenledger.schema_migrations.name IS 'Rest of the file name: what the migration does.';
COMMENT ON COLUMN tokenledger.schema_migrations.checksum IS
    'SHA-256 of the file as applied. Null: applied without the daemon; its next `migrate` fills it in.';
COMMENT ON COLUMN tokenledger.schema_migrations.applied_at IS 'When it was applied.';
COMMENT ON COLUMN tokenledger.schema_migrations.applied_by IS 'Database role that applied it.';

-- One row per user, and the lock that makes a user's transactions a chain. Pages keep room, so that an update of the
-- balance stays on its page and touches no index.
CREATE TABLE tokenledger.token_accounts (
    user_id             text COLLATE "C" NOT NULL PRIMARY KEY,
    balance             bigint NOT NULL DEFAULT 0,
    last_sequence       bigint NOT NULL DEFAULT 0,
    last_transaction_at timestamptz,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT token_accounts_user_id_length CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    CONSTRAINT token_accounts_last_sequence CHECK (last_sequence >= 0),
    CONSTRAINT token_accounts_last_transaction_at CHECK ((last_sequence = 0) = (last_transaction_at IS NULL)),
    CONSTRAINT token_accounts_balance_without_transactions CHECK (last_sequence > 0 OR balance = 0)
) WITH (fillfactor = 80);
COMMENT ON TABLE tokenledger.token_accounts IS
    'One row per user: the balance, which is the sum of the user''s token_transactions, and the end of their chain.';
COMMENT ON COLUMN tokenledger.token_accounts.user_id IS 'The application''s name for the user; opaque.';
COMMENT ON COLUMN tokenledger.token_accounts.balance IS
    'Tokens. Equals balance_after of the last transaction. Below zero: a refund or dispute took back tokens already spent.';
COMMENT ON COLUMN tokenledger.token_accounts.last_sequence IS 'Sequence of the last transaction; 0 before the first.';
COMMENT ON COLUMN tokenledger.token_accounts.last_transaction_at IS 'created_at of the last transaction; null before the first.';
COMMENT ON COLUMN tokenledger.token_accounts.created_at IS 'When the account was first seen.';

-- Money. Append-only: see the triggers below.
CREATE TABLE tokenledger.token_transactions (
    user_id                  text COLLATE "C" NOT NULL,
    sequence                 bigint NOT NULL,
    transaction_type         text COLLATE "C" NOT NULL,
    source                   text COLLATE "C" NOT NULL,
    token_amount             bigint NOT NULL,
    balance_before           bigint NOT NULL,
    balance_after            bigint NOT NULL,
    amount_paid_cents        bigint,
    currency                 text COLLATE "C",
    stripe_payment_intent_id text COLLATE "C",
    stripe_event_id          text COLLATE "C",
    pack                     text COLLATE "C",
    quantity                 bigint,
    reason                   text,
    reference                text COLLATE "C",
    idempotency_key          text COLLATE "C",
    actor                    bigint,
    counterparty_user_id     text COLLATE "C",
    usage_request_id         text COLLATE "C",
    metadata                 jsonb,
    created_at               timestamptz NOT NULL,
    PRIMARY KEY (user_id, sequence),
    CONSTRAINT token_transactions_account FOREIGN KEY (user_id) REFERENCES tokenledger.token_accounts (user_id),

    -- The chain.
    CONSTRAINT token_transactions_sequence CHECK (sequence >= 1),
    CONSTRAINT token_transactions_first_balance CHECK (sequence > 1 OR balance_before = 0),
    CONSTRAINT token_transactions_balance CHECK (balance_after = balance_before + token_amount),

    -- Which type comes from which source, and with which sign.
    CONSTRAINT token_transactions_type_source CHECK (
        CASE transaction_type
            WHEN 'purchase' THEN source IN ('token_pack', 'stripe')
            WHEN 'refund' THEN source = 'stripe'
            WHEN 'grant' THEN source IN ('admin', 'subscription', 'trial')
            WHEN 'deduction' THEN source IN ('admin', 'usage')
            WHEN 'transfer' THEN source = 'admin'
            ELSE false
        END),
    CONSTRAINT token_transactions_sign CHECK (
        CASE transaction_type
            WHEN 'purchase' THEN token_amount > 0
            WHEN 'grant' THEN token_amount > 0
            WHEN 'deduction' THEN token_amount < 0
            ELSE token_amount <> 0
        END),
    -- Only what Stripe takes back, and a deduction whose request says so, may go below zero.
    CONSTRAINT token_transactions_below_zero CHECK (
        token_amount > 0 OR balance_after >= 0 OR (transaction_type <> 'transfer' AND source <> 'usage')),

    -- What belongs to which type, and only to it.
    CONSTRAINT token_transactions_stripe CHECK (
        (transaction_type IN ('purchase', 'refund')) = (stripe_payment_intent_id IS NOT NULL)
        AND (stripe_payment_intent_id IS NULL) = (stripe_event_id IS NULL)),
    CONSTRAINT token_transactions_purchase_money CHECK (
        transaction_type <> 'purchase'
        OR (amount_paid_cents IS NOT NULL AND amount_paid_cents >= 0 AND currency IS NOT NULL)),
    CONSTRAINT token_transactions_money CHECK (
        (amount_paid_cents IS NULL) = (currency IS NULL)
        AND (amount_paid_cents IS NULL OR transaction_type IN ('purchase', 'refund'))),
    CONSTRAINT token_transactions_currency CHECK (currency ~ '^[a-z]{3}$'),
    CONSTRAINT token_transactions_pack CHECK (
        (source = 'token_pack') = (pack IS NOT NULL) AND (pack IS NULL) = (quantity IS NULL)),
    CONSTRAINT token_transactions_quantity CHECK (quantity >= 1),
    CONSTRAINT token_transactions_reference CHECK (
        source NOT IN ('subscription', 'trial') OR reference IS NOT NULL),
    CONSTRAINT token_transactions_request CHECK (
        CASE
            WHEN transaction_type IN ('purchase', 'refund') THEN usage_request_id IS NULL
            WHEN source = 'usage' THEN usage_request_id IS NOT NULL
            ELSE usage_request_id IS NULL AND idempotency_key IS NOT NULL
        END),
    CONSTRAINT token_transactions_actor CHECK (
        actor BETWEEN 0 AND 4294967295
        AND (actor IS NOT NULL OR transaction_type = 'refund' OR source = 'token_pack')),
    CONSTRAINT token_transactions_counterparty CHECK (
        CASE transaction_type
            WHEN 'transfer' THEN counterparty_user_id IS NOT NULL AND counterparty_user_id <> user_id
            ELSE counterparty_user_id IS NULL
        END),

    -- user_id has its length from the account that it references.
    CONSTRAINT token_transactions_lengths CHECK (
        octet_length(stripe_payment_intent_id) BETWEEN 1 AND 255
        AND octet_length(stripe_event_id) BETWEEN 1 AND 255
        AND octet_length(pack) BETWEEN 1 AND 255
        AND octet_length(reference) BETWEEN 1 AND 255
        AND octet_length(idempotency_key) BETWEEN 1 AND 255
        AND octet_length(counterparty_user_id) BETWEEN 1 AND 255
        AND octet_length(usage_request_id) BETWEEN 1 AND 255)
);
-- A further guard: tokenledger.payments decides. It repeats the key per user, as a distributed engine allows.
CREATE UNIQUE INDEX token_transactions_purchase_once
    ON tokenledger.token_transactions (user_id, stripe_payment_intent_id)
    WHERE transaction_type = 'purchase';

COMMENT ON TABLE tokenledger.token_transactions IS
    'Every change of a balance, append-only. Per user a chain: sequence without gaps, each balance_before the balance_after of the row before.';
COMMENT ON COLUMN tokenledger.token_transactions.user_id IS 'Whose balance.';
COMMENT ON COLUMN tokenledger.token_transactions.sequence IS 'Place in the user''s chain: 1, 2, 3, ... without gaps.';
COMMENT ON COLUMN tokenledger.token_transactions.transaction_type IS 'purchase, refund, grant, deduction or transfer.';
COMMENT ON COLUMN tokenledger.token_transactions.source IS 'token_pack, stripe, admin, subscription, trial or usage; which goes with which type is a constraint.';
COMMENT ON COLUMN tokenledger.token_transactions.token_amount IS 'Tokens, signed: what the row adds to the balance.';
COMMENT ON COLUMN tokenledger.token_transactions.balance_before IS 'Tokens before this row; balance_after of the row before, 0 at the first.';
COMMENT ON COLUMN tokenledger.token_transactions.balance_after IS 'Tokens after this row.';
COMMENT ON COLUMN tokenledger.token_transactions.amount_paid_cents IS 'Money in minor units of currency, as received; purchases and refunds only.';
COMMENT ON COLUMN tokenledger.token_transactions.currency IS 'ISO 4217 code in lower case, as Stripe writes it.';
COMMENT ON COLUMN tokenledger.token_transactions.stripe_payment_intent_id IS 'Payment behind a purchase or refund.';
COMMENT ON COLUMN tokenledger.token_transactions.stripe_event_id IS 'Event that caused the row; its evidence is in stripe_events.';
COMMENT ON COLUMN tokenledger.token_transactions.pack IS 'Pack bought, as the catalogue named it that day.';
COMMENT ON COLUMN tokenledger.token_transactions.quantity IS 'How many of the pack.';
COMMENT ON COLUMN tokenledger.token_transactions.reason IS 'Why, in an operator''s words.';
COMMENT ON COLUMN tokenledger.token_transactions.reference IS 'Invoice or subscription behind a grant; unique per source through idempotency_keys.';
COMMENT ON COLUMN tokenledger.token_transactions.idempotency_key IS 'Key of the request that caused the row.';
COMMENT ON COLUMN tokenledger.token_transactions.actor IS 'Who asked: the uid of the peer on the admin socket. Null where Stripe did.';
COMMENT ON COLUMN tokenledger.token_transactions.counterparty_user_id IS 'The other user of a transfer.';
COMMENT ON COLUMN tokenledger.token_transactions.usage_request_id IS 'The charged operation in token_usage.';
COMMENT ON COLUMN tokenledger.token_transactions.metadata IS 'What the request added for the application''s own use.';
COMMENT ON COLUMN tokenledger.token_transactions.created_at IS 'Clock of the database while the account was locked; never runs backwards along a user''s chain.';

-- Operations. Never changes a balance by itself; can be archived without touching a financial row.
CREATE TABLE tokenledger.token_usage (
    user_id            text COLLATE "C" NOT NULL,
    request_id         text COLLATE "C" NOT NULL,
    action_type        text COLLATE "C" NOT NULL,
    model_used         text COLLATE "C",
    tokens_used        bigint NOT NULL,
    input_tokens       bigint,
    output_tokens      bigint,
    cost_estimate      numeric,
    charged_tokens     bigint NOT NULL DEFAULT 0,
    deduction_sequence bigint,
    actor              bigint,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, request_id),
    CONSTRAINT token_usage_lengths CHECK (
        octet_length(user_id) BETWEEN 1 AND 255
        AND octet_length(request_id) BETWEEN 1 AND 255
        AND octet_length(action_type) BETWEEN 1 AND 255
        AND octet_length(model_used) BETWEEN 1 AND 255),
    CONSTRAINT token_usage_tokens CHECK (tokens_used >= 0 AND input_tokens >= 0 AND output_tokens >= 0),
    -- NaN sorts above Infinity.
    CONSTRAINT token_usage_cost_estimate CHECK (cost_estimate >= 0 AND cost_estimate < 'Infinity'),
    CONSTRAINT token_usage_charge CHECK (
        charged_tokens >= 0 AND (charged_tokens > 0) = (deduction_sequence IS NOT NULL)),
    CONSTRAINT token_usage_deduction_sequence CHECK (deduction_sequence >= 1),
    CONSTRAINT token_usage_actor CHECK (actor BETWEEN 0 AND 4294967295)
);
COMMENT ON TABLE tokenledger.token_usage IS 'What the AI features consumed. A charged operation has a deduction beside it, written in the same transaction.';
COMMENT ON COLUMN tokenledger.token_usage.user_id IS 'Who consumed.';
COMMENT ON COLUMN tokenledger.token_usage.request_id IS 'The application''s id of the operation; unique across users through idempotency_keys.';
COMMENT ON COLUMN tokenledger.token_usage.action_type IS 'vision generation, chat conversation, image generation, ...';
COMMENT ON COLUMN tokenledger.token_usage.model_used IS 'Model that answered.';
COMMENT ON COLUMN tokenledger.token_usage.tokens_used IS 'The model''s tokens in total; not tokens of the balance.';
COMMENT ON COLUMN tokenledger.token_usage.input_tokens IS 'The model''s tokens read.';
COMMENT ON COLUMN tokenledger.token_usage.output_tokens IS 'The model''s tokens written.';
COMMENT ON COLUMN tokenledger.token_usage.cost_estimate IS 'Cents, the fraction kept exactly as it was sent.';
COMMENT ON COLUMN tokenledger.token_usage.charged_tokens IS 'Tokens of the balance deducted for it; 0: not charged.';
COMMENT ON COLUMN tokenledger.token_usage.deduction_sequence IS 'Sequence of that deduction in token_transactions.';
COMMENT ON COLUMN tokenledger.token_usage.actor IS 'Who reported it: the uid of the peer on the admin socket.';
COMMENT ON COLUMN tokenledger.token_usage.created_at IS 'When it was reported.';

-- One row per event id, for ever: the key that makes a delivery count once, and the evidence.
CREATE TABLE tokenledger.stripe_events (
    event_id          text COLLATE "C" NOT NULL PRIMARY KEY,
    position          bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    event_type        text COLLATE "C" NOT NULL,
    result            text COLLATE "C" NOT NULL,
    reason            text COLLATE "C",
    payment_intent_id text COLLATE "C",
    endpoint          text COLLATE "C" NOT NULL,
    account           text COLLATE "C",
    api_version       text COLLATE "C",
    livemode          boolean,
    stripe_created_at timestamptz,
    received_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    evidence_format   smallint,
    evidence          bytea,
    -- A later version that knows more results replaces this constraint.
    CONSTRAINT stripe_events_result CHECK (
        result IN ('applied', 'duplicate', 'ignored', 'parked', 'waiting', 'dismissed', 'expired')),
    CONSTRAINT stripe_events_reason CHECK (result <> 'parked' OR reason IS NOT NULL),
    CONSTRAINT stripe_events_evidence CHECK (
        (evidence IS NULL) = (evidence_format IS NULL)
        AND (evidence IS NOT NULL OR result IN ('duplicate', 'ignored'))),
    CONSTRAINT stripe_events_lengths CHECK (
        octet_length(event_id) BETWEEN 1 AND 255
        AND octet_length(event_type) BETWEEN 1 AND 255
        AND octet_length(reason) BETWEEN 1 AND 255
        AND octet_length(payment_intent_id) BETWEEN 1 AND 255
        AND octet_length(endpoint) BETWEEN 1 AND 255
        AND octet_length(account) BETWEEN 1 AND 255
        AND octet_length(api_version) BETWEEN 1 AND 255)
);
-- Compressed already.
ALTER TABLE tokenledger.stripe_events ALTER COLUMN evidence SET STORAGE EXTERNAL;
CREATE INDEX stripe_events_queue ON tokenledger.stripe_events (position) WHERE result IN ('parked', 'waiting');

COMMENT ON TABLE tokenledger.stripe_events IS 'Every event that was accepted: what became of it, and its exact bytes where they prove a row or wait for an operator.';
COMMENT ON COLUMN tokenledger.stripe_events.event_id IS 'Stripe''s id of the event.';
COMMENT ON COLUMN tokenledger.stripe_events.position IS 'Place in the commit order of whatever shares a payment or an account: taken while their locks are held. Has gaps.';
COMMENT ON COLUMN tokenledger.stripe_events.event_type IS 'Stripe''s type, for example payment_intent.succeeded.';
COMMENT ON COLUMN tokenledger.stripe_events.result IS 'applied, duplicate, ignored, parked, waiting, dismissed or expired.';
COMMENT ON COLUMN tokenledger.stripe_events.reason IS 'Why it was parked or ignored.';
COMMENT ON COLUMN tokenledger.stripe_events.payment_intent_id IS 'Payment that it is about, where it names one.';
COMMENT ON COLUMN tokenledger.stripe_events.endpoint IS 'Path of the endpoint that it came in by.';
COMMENT ON COLUMN tokenledger.stripe_events.account IS 'Connected account; null: the endpoint''s own.';
COMMENT ON COLUMN tokenledger.stripe_events.api_version IS 'API version that shaped its payload.';
COMMENT ON COLUMN tokenledger.stripe_events.livemode IS 'Live or test mode, where it says so.';
COMMENT ON COLUMN tokenledger.stripe_events.stripe_created_at IS 'When Stripe made it, by Stripe''s clock.';
COMMENT ON COLUMN tokenledger.stripe_events.received_at IS 'When the row was written.';
COMMENT ON COLUMN tokenledger.stripe_events.evidence_format IS '1: a zstd frame of the signature header, a line feed and the body.';
COMMENT ON COLUMN tokenledger.stripe_events.evidence IS 'Signature header and body, byte for byte, packed.';

-- One row per PaymentIntent: the lock that puts its events in an order, and what was credited for it.
CREATE TABLE tokenledger.payments (
    payment_intent_id text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id           text COLLATE "C",
    tokens            bigint,
    amount_cents      bigint,
    currency          text COLLATE "C",
    catalog           text COLLATE "C",
    pack              text COLLATE "C",
    quantity          bigint,
    credited_at       timestamptz,
    CONSTRAINT payments_credit_all_or_none CHECK (
        num_nulls(user_id, tokens, amount_cents, currency, catalog, pack, quantity, credited_at) IN (0, 8)),
    CONSTRAINT payments_tokens CHECK (tokens > 0),
    CONSTRAINT payments_amount_cents CHECK (amount_cents >= 0),
    CONSTRAINT payments_currency CHECK (currency ~ '^[a-z]{3}$'),
    CONSTRAINT payments_quantity CHECK (quantity >= 1),
    CONSTRAINT payments_lengths CHECK (
        octet_length(payment_intent_id) BETWEEN 1 AND 255
        AND octet_length(user_id) BETWEEN 1 AND 255
        AND octet_length(catalog) <= 255
        AND octet_length(pack) BETWEEN 1 AND 255)
) WITH (fillfactor = 80);
COMMENT ON TABLE tokenledger.payments IS 'One row per PaymentIntent that an event named. The first credit fixes its columns for ever.';
COMMENT ON COLUMN tokenledger.payments.payment_intent_id IS 'Stripe''s id of the payment.';
COMMENT ON COLUMN tokenledger.payments.user_id IS 'Who was credited; null, as all columns of the credit, before the first credit.';
COMMENT ON COLUMN tokenledger.payments.tokens IS 'Tokens credited for the whole payment.';
COMMENT ON COLUMN tokenledger.payments.amount_cents IS 'Amount received, in minor units of currency.';
COMMENT ON COLUMN tokenledger.payments.currency IS 'ISO 4217 code in lower case.';
COMMENT ON COLUMN tokenledger.payments.catalog IS 'Catalogue that decided; empty: the default one.';
COMMENT ON COLUMN tokenledger.payments.pack IS 'Pack bought.';
COMMENT ON COLUMN tokenledger.payments.quantity IS 'How many of the pack.';
COMMENT ON COLUMN tokenledger.payments.credited_at IS 'created_at of the purchase in token_transactions.';

-- Written from the version that has the admin socket on; here now, so that rolling back to this version is safe.
CREATE TABLE tokenledger.idempotency_keys (
    scope        text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    command_hash bytea NOT NULL,
    outcome      jsonb NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key),
    CONSTRAINT idempotency_keys_command_hash CHECK (octet_length(command_hash) = 32),
    CONSTRAINT idempotency_keys_lengths CHECK (
        octet_length(scope) BETWEEN 1 AND 255 AND octet_length(key) BETWEEN 1 AND 255)
);
COMMENT ON TABLE tokenledger.idempotency_keys IS 'One key, one effect, for ever: written in the transaction of the effect, never by a refusal.';
COMMENT ON COLUMN tokenledger.idempotency_keys.scope IS 'What the key is unique in: requests, usage, or the references of one source of grants.';
COMMENT ON COLUMN tokenledger.idempotency_keys.key IS 'The key.';
COMMENT ON COLUMN tokenledger.idempotency_keys.command_hash IS 'SHA-256 of the decoded command: the same key with another command is refused.';
COMMENT ON COLUMN tokenledger.idempotency_keys.outcome IS 'The first outcome, for the same command again.';
COMMENT ON COLUMN tokenledger.idempotency_keys.created_at IS 'When the key was first used.';

-- Append-only, by the database. ENABLE ALWAYS: session_replication_role does not switch them off.
CREATE FUNCTION tokenledger.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'TL001',
        MESSAGE = format('%s of %I.%I is refused: the ledger is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME),
        DETAIL = 'A balance is the sum of rows that never change; whoever could change one could change what was paid for.',
        HINT = 'Correct a mistake with a new row: a grant, a deduction or a transfer.';
END
$$;
REVOKE ALL ON FUNCTION tokenledger.refuse_change() FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.refuse_change() IS 'Trigger that keeps a table append-only.';

-- Per statement: it refuses also where no row would match.
CREATE TRIGGER token_transactions_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON tokenledger.token_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION tokenledger.refuse_change();
ALTER TABLE tokenledger.token_transactions ENABLE ALWAYS TRIGGER token_transactions_append_only;
COMMENT ON TRIGGER token_transactions_append_only ON tokenledger.token_transactions IS
    'Refuses UPDATE, DELETE and TRUNCATE from everybody, a superuser included.';

-- Who may do what, exactly: what else was granted is taken away. Every migration calls it at its end, roles.sql after
-- it has made the roles.
CREATE FUNCTION tokenledger.grant_privileges() RETURNS void
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
        GRANT SELECT, INSERT, UPDATE ON tokenledger.token_accounts, tokenledger.payments TO tokenledger_daemon;
        -- The operator's queue changes what became of an event, never what the event was.
        GRANT SELECT, INSERT, UPDATE (result, reason) ON tokenledger.stripe_events TO tokenledger_daemon;
    END IF;

    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tokenledger_report') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA tokenledger FROM tokenledger_report;
        GRANT USAGE ON SCHEMA tokenledger TO tokenledger_report;
        GRANT SELECT ON ALL TABLES IN SCHEMA tokenledger TO tokenledger_report;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.grant_privileges() FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.grant_privileges() IS
    'Grants exactly what the roles tokenledger_daemon and tokenledger_report need, if they exist. Harmless to call again.';

SELECT tokenledger.grant_privileges();

INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('20261122150000', 'create_the_ledger');
