-- Which programs may go on beside a schema that is newer than they are: each migration records the oldest. The database
-- holds them to it, at the beginning of every batch.

ALTER TABLE tokenledger.schema_migrations
    ADD COLUMN oldest_program text COLLATE "C",
    ADD CONSTRAINT schema_migrations_oldest_program CHECK (
        oldest_program ~ '^[0-9]{14}$' AND oldest_program <= version);
COMMENT ON COLUMN tokenledger.schema_migrations.oldest_program IS
    'Programs may go on writing beside this migration that know the one of this version: the newest that they must know. Null: only those that know this very one.';

-- Whoever applies a migration, with whatever tool: no batch is between its beginning and its end while the row that
-- forbids it is written. `tokenledgerd migrate` takes the lock before it changes anything.
CREATE FUNCTION tokenledger.wait_for_batches() RETURNS trigger
    LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(8390042417732088933);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.wait_for_batches() FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.wait_for_batches() IS 'Trigger that lets running batches end before a migration is recorded.';
CREATE TRIGGER schema_migrations_wait_for_batches
    BEFORE INSERT ON tokenledger.schema_migrations
    FOR EACH STATEMENT EXECUTE FUNCTION tokenledger.wait_for_batches();
COMMENT ON TRIGGER schema_migrations_wait_for_batches ON tokenledger.schema_migrations IS
    'A migration is recorded between batches.';

-- Begins a batch, as the first statement of its transaction but for settings; whoever has no ids to name calls it all
-- the same. First it sees to what every batch rests on. Then it answers which events are committed; if any is, nothing is locked and the daemon looks at them first.
-- Otherwise locks in the order of the ledger: makes the payments that are missing, and answers which those are; if all
-- were missing, nobody is credited by them yet, and the accounts of the users are made where missing, locked and read.
-- Reads after a lock see what was committed before it: each statement of a volatile function has its own snapshot.
CREATE OR REPLACE FUNCTION tokenledger.open_batch(event_ids text[], payment_intent_ids text[], user_ids text[])
    RETURNS TABLE (what text, id text, result text, reason text, has_evidence boolean, has_effect boolean,
                   balance bigint, last_sequence bigint, last_us bigint, now_us bigint)
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    SET search_path = '' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    made    bigint;
    program text;
BEGIN
    -- What is acknowledged is on the disk, and where standbys are named, on theirs. remote_write and remote_apply are
    -- somebody's choice, and stay.
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    -- The arrays and literals of the statements to come.
    IF current_setting('array_nulls') = 'off' THEN
        PERFORM set_config('array_nulls', 'on', true);
    END IF;
    IF current_setting('standard_conforming_strings') = 'off' THEN
        PERFORM set_config('standard_conforming_strings', 'on', true);
    END IF;

    -- May this program write here? Held until the end: a migration that is under way is waited for, and the next one
    -- waits for this batch. A program that does not say which migrations it knows is older than this function.
    PERFORM pg_advisory_xact_lock_shared(8390042417732088933);
    program := coalesce(nullif(current_setting('tokenledger.program', true), ''), '20261122220000');
    IF EXISTS (SELECT FROM tokenledger.schema_migrations AS known
                WHERE known.version > program AND coalesce(known.oldest_program, known.version) > program) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'TL003',
            MESSAGE = 'the schema is newer than this program may write to',
            HINT = 'Replace the program by the one that applied the newest migration.';
    END IF;

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

SELECT tokenledger.grant_privileges();

INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261129100000', 'record_oldest_program', '20261122220000');
