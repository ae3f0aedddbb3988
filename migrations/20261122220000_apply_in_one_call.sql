-- What the daemon's main path does, as functions: each server process parses and plans a function's statements once
-- and keeps the plans, which a statement sent as text pays for every time. No session state: it works behind a pooler.
--
-- * A whole column of a batch is one array, read by subscript: unnest() of many arrays materialises each of them.
-- * Nothing joins. Rows are found by the unique index that ON CONFLICT names, or by one `= ANY`; plans are generic and
--   never read a whole table (the SET clauses): no statistics of a small table can spoil what is kept while it grows.
-- * They run with the caller's rights. search_path is empty, so that a kept plan means the same tables, types and
--   operators whoever calls.

-- Begins a batch. Answers which events are committed; if any is, nothing is locked and the daemon looks at them first.
-- Otherwise locks in the order of the ledger: makes the payments that are missing, and answers which those are; if all
-- were missing, nobody is credited by them yet, and the accounts of the users are made where missing, locked and read.
-- Reads after a lock see what was committed before it: each statement of a volatile function has its own snapshot.
CREATE FUNCTION tokenledger.open_batch(event_ids text[], payment_intent_ids text[], user_ids text[])
    RETURNS TABLE (what text, id text, result text, reason text, has_evidence boolean, has_effect boolean,
                   balance bigint, last_sequence bigint, last_us bigint, now_us bigint)
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    SET search_path = '' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    made bigint;
BEGIN
    RETURN QUERY
        SELECT 'event', known.event_id, known.result, known.reason,
               known.evidence IS NOT NULL OR known.evidence_sha256 IS NOT NULL, known.effect IS NOT NULL,
               NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
          FROM tokenledger.stripe_events AS known
         WHERE known.event_id = ANY (event_ids);
    IF FOUND THEN
        RETURN;
    END IF;

    -- Whoever inserts a row holds it until the end. Two batches that both insert do so in one order, and a batch that
    -- waits here holds no row of the next table: no cycle.
    IF cardinality(payment_intent_ids) > 0 THEN
        RETURN QUERY
            INSERT INTO tokenledger.payments AS known (payment_intent_id)
            SELECT given.id FROM unnest(payment_intent_ids) AS given (id) ORDER BY given.id COLLATE "C"
                ON CONFLICT (payment_intent_id) DO NOTHING
         RETURNING 'payment', known.payment_intent_id, NULL, NULL, NULL::boolean, NULL::boolean,
                   NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint;
        GET DIAGNOSTICS made = ROW_COUNT;
        IF made < cardinality(payment_intent_ids) THEN
            RETURN;
        END IF;
    END IF;

    IF cardinality(user_ids) > 0 THEN
        -- Locks those that are there without a new version of the row.
        INSERT INTO tokenledger.token_accounts AS known (user_id)
        SELECT given.id FROM unnest(user_ids) AS given (id) ORDER BY given.id COLLATE "C"
            ON CONFLICT (user_id) DO UPDATE SET user_id = EXCLUDED.user_id WHERE false;
        RETURN QUERY
            SELECT 'account', known.user_id, NULL, NULL, NULL::boolean, NULL::boolean,
                   known.balance, known.last_sequence,
                   coalesce((extract(epoch FROM known.last_transaction_at) * 1000000)::bigint, 0),
                   (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
              FROM tokenledger.token_accounts AS known
             WHERE known.user_id = ANY (user_ids);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.open_batch FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.open_batch IS
    'Begins a batch of the daemon: which events are committed; if none, makes and locks payments, then accounts.';

-- Adds rows of stripe_events in the given order, which their position tells. A row that claims nothing, ignored or
-- parked by an endpoint of the other mode, gives way: Stripe sends one event to every endpoint that matches, and one
-- of them may be the right one. Returns the events that were not written.
CREATE FUNCTION tokenledger.add_events(
    event_ids text[], event_types text[], results text[], reasons text[], payment_intent_ids text[], endpoints text[],
    accounts text[], api_versions text[], livemodes boolean[], created bigint[], evidence_formats smallint[],
    effects text[], at_us bigint[], evidences bytea[])
    RETURNS SETOF text
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    SET search_path = '' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    written text[];
BEGIN
    WITH added AS (
        INSERT INTO tokenledger.stripe_events AS known (event_id, event_type, result, reason, payment_intent_id,
               endpoint, account, api_version, livemode, stripe_created_at, evidence_format, effect, received_at,
               evidence)
        SELECT event_ids[i], event_types[i], results[i], reasons[i], payment_intent_ids[i],
               endpoints[i], accounts[i], api_versions[i], livemodes[i], to_timestamp(created[i]),
               evidence_formats[i], effects[i],
               coalesce(timestamptz 'epoch' + at_us[i] * interval '1 microsecond', now()), evidences[i]
          FROM generate_subscripts(event_ids, 1) AS i
            ON CONFLICT (event_id) DO UPDATE
           SET result = EXCLUDED.result, reason = EXCLUDED.reason, payment_intent_id = EXCLUDED.payment_intent_id,
               endpoint = EXCLUDED.endpoint, account = EXCLUDED.account, livemode = EXCLUDED.livemode,
               position = DEFAULT, received_at = EXCLUDED.received_at, effect = EXCLUDED.effect,
               evidence_format = coalesce(known.evidence_format, EXCLUDED.evidence_format),
               evidence = coalesce(known.evidence, EXCLUDED.evidence)
         WHERE (EXCLUDED.result <> 'ignored' OR EXCLUDED.evidence IS NOT NULL
                OR EXCLUDED.effect IS NOT NULL AND known.effect IS NULL)
           AND (known.result = 'ignored' AND known.evidence IS NULL AND known.evidence_sha256 IS NULL
                OR known.reason = 'livemode_mismatch' AND EXCLUDED.reason IS DISTINCT FROM 'livemode_mismatch')
     RETURNING event_id
    )
    SELECT array_agg(added.event_id) INTO written FROM added;
    IF cardinality(written) IS DISTINCT FROM cardinality(event_ids) THEN
        RETURN QUERY SELECT id FROM unnest(event_ids) AS given (id) WHERE (id = ANY (written)) IS NOT TRUE;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.add_events FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.add_events IS 'Adds events in order; returns those that were known and did not give way.';

-- Writes the final state of payments. The first credit stands for ever: a row that would change it is left out, and
-- the count tells.
CREATE FUNCTION tokenledger.set_payments(
    payment_intent_ids text[], user_ids text[], tokens bigint[], amounts_cents bigint[], currencies text[],
    catalogs text[], packs text[], quantities bigint[], credited_at_us bigint[], amounts_requested_cents bigint[],
    refunded_cumulative_cents bigint[], canceled boolean[], not_ours boolean[], taken_tokens bigint[],
    lost_cents bigint[], has_details boolean[])
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    SET search_path = '' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO tokenledger.payments AS known (payment_intent_id, user_id, tokens, amount_cents, currency, catalog,
           pack, quantity, credited_at, amount_requested_cents, refunded_cumulative_cents, canceled, not_ours,
           taken_tokens, lost_cents, has_details)
    SELECT payment_intent_ids[i], user_ids[i], tokens[i], amounts_cents[i], currencies[i], catalogs[i],
           packs[i], quantities[i], timestamptz 'epoch' + credited_at_us[i] * interval '1 microsecond',
           amounts_requested_cents[i], refunded_cumulative_cents[i], canceled[i], not_ours[i],
           taken_tokens[i], lost_cents[i], has_details[i]
      FROM generate_subscripts(payment_intent_ids, 1) AS i
        ON CONFLICT (payment_intent_id) DO UPDATE
       SET user_id = EXCLUDED.user_id, tokens = EXCLUDED.tokens, amount_cents = EXCLUDED.amount_cents,
           currency = EXCLUDED.currency, catalog = EXCLUDED.catalog, pack = EXCLUDED.pack,
           quantity = EXCLUDED.quantity, credited_at = EXCLUDED.credited_at,
           amount_requested_cents = EXCLUDED.amount_requested_cents,
           refunded_cumulative_cents = EXCLUDED.refunded_cumulative_cents, canceled = EXCLUDED.canceled,
           not_ours = EXCLUDED.not_ours, taken_tokens = EXCLUDED.taken_tokens, lost_cents = EXCLUDED.lost_cents,
           has_details = EXCLUDED.has_details
     WHERE known.user_id IS NULL
        OR (known.user_id, known.tokens, known.amount_cents, known.currency, known.credited_at)
         = (EXCLUDED.user_id, EXCLUDED.tokens, EXCLUDED.amount_cents, EXCLUDED.currency, EXCLUDED.credited_at);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.set_payments FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.set_payments IS 'Writes the final state of payments; returns how many were written.';

-- Adds rows of token_transactions.
CREATE FUNCTION tokenledger.add_transactions(
    user_ids text[], sequences bigint[], transaction_types text[], sources text[], token_amounts bigint[],
    balances_before bigint[], balances_after bigint[], amounts_paid_cents bigint[], currencies text[],
    payment_intent_ids text[], event_ids text[], packs text[], quantities bigint[], at_us bigint[], reasons text[],
    refs text[], idempotency_keys text[], actors bigint[], counterparties text[], usage_request_ids text[],
    metadata text[])
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    SET search_path = '' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, token_amount,
           balance_before, balance_after, amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id,
           pack, quantity, created_at, reason, reference, idempotency_key, actor, counterparty_user_id,
           usage_request_id, metadata)
    SELECT user_ids[i], sequences[i], transaction_types[i], sources[i], token_amounts[i],
           balances_before[i], balances_after[i], amounts_paid_cents[i], currencies[i], payment_intent_ids[i],
           event_ids[i], packs[i], quantities[i], timestamptz 'epoch' + at_us[i] * interval '1 microsecond',
           reasons[i], refs[i], idempotency_keys[i], actors[i], counterparties[i],
           usage_request_ids[i], metadata[i]::jsonb
      FROM generate_subscripts(user_ids, 1) AS i;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.add_transactions FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.add_transactions IS 'Adds transactions; returns how many.';

-- Writes the final state of accounts. A chain never goes back: a row that would is left out, and the count tells.
CREATE FUNCTION tokenledger.set_balances(
    user_ids text[], balances bigint[], last_sequences bigint[], at_us bigint[])
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    SET search_path = '' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO tokenledger.token_accounts AS known (user_id, balance, last_sequence, last_transaction_at)
    SELECT user_ids[i], balances[i], last_sequences[i], timestamptz 'epoch' + at_us[i] * interval '1 microsecond'
      FROM generate_subscripts(user_ids, 1) AS i
        ON CONFLICT (user_id) DO UPDATE
       SET balance = EXCLUDED.balance, last_sequence = EXCLUDED.last_sequence,
           last_transaction_at = EXCLUDED.last_transaction_at
     WHERE known.last_sequence < EXCLUDED.last_sequence;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.set_balances FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.set_balances IS 'Writes the final state of accounts; returns how many were written.';

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
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tokenledger FROM tokenledger_daemon;
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
        -- Functions run with the caller's rights: these allow nothing that the lines above do not.
        GRANT EXECUTE ON FUNCTION tokenledger.open_batch, tokenledger.add_events, tokenledger.set_payments,
            tokenledger.add_transactions, tokenledger.set_balances TO tokenledger_daemon;
        -- A migration that may or may not have come before this one.
        IF to_regclass('tokenledger.evidence_dictionaries') IS NOT NULL THEN
            GRANT SELECT, INSERT ON tokenledger.evidence_dictionaries TO tokenledger_daemon;
        END IF;
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

INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('20261122220000', 'apply_in_one_call');
