-- Tokens that expire or are used first (lots), and tokens that are set aside for a call whose cost is known afterwards
-- (holds). What never expires needs neither: an account without them has no row here, and due_at is NULL.
--
-- New columns are NULL where there is nothing to say: no row is rewritten, and rows without them are as long as before.
ALTER TABLE tokenledger.token_accounts ADD COLUMN due_at timestamptz;
COMMENT ON COLUMN tokenledger.token_accounts.due_at IS 'When something of it expires, at the earliest; infinity: nothing does by itself; NULL: it never had a lot or a hold.';
CREATE INDEX token_accounts_due ON tokenledger.token_accounts (due_at) WHERE due_at < 'infinity';
COMMENT ON INDEX tokenledger.token_accounts_due IS 'Accounts of which something expires. Those of which nothing does are not in it.';

ALTER TABLE tokenledger.token_transactions ADD COLUMN effective_at timestamptz;
COMMENT ON COLUMN tokenledger.token_transactions.effective_at IS 'Of an expiry: when the tokens could no longer be used. created_at is when that was posted.';

-- The constraints hold for new rows. Every row that the constraints before them let in satisfies them.
ALTER TABLE tokenledger.token_transactions
    DROP CONSTRAINT token_transactions_type_source,
    DROP CONSTRAINT token_transactions_request,
    DROP CONSTRAINT token_transactions_actor,
    ADD CONSTRAINT token_transactions_type_source CHECK (
        CASE transaction_type
            WHEN 'purchase' THEN source IN ('token_pack', 'stripe')
            WHEN 'refund' THEN source IN ('stripe', 'usage')
            WHEN 'grant' THEN source IN ('admin', 'subscription', 'trial')
            WHEN 'deduction' THEN source IN ('admin', 'usage', 'expiry')
            WHEN 'transfer' THEN source = 'admin'
            ELSE false
        END) NOT VALID,
    ADD CONSTRAINT token_transactions_request CHECK (
        CASE
            WHEN source IN ('token_pack', 'stripe') THEN usage_request_id IS NULL
            WHEN source = 'usage' THEN usage_request_id IS NOT NULL
            WHEN source = 'expiry' THEN usage_request_id IS NULL AND idempotency_key IS NULL
            ELSE usage_request_id IS NULL AND idempotency_key IS NOT NULL
        END) NOT VALID,
    ADD CONSTRAINT token_transactions_actor CHECK (
        actor BETWEEN 0 AND 4294967295
        AND (actor IS NOT NULL OR source IN ('token_pack', 'expiry')
             OR (transaction_type = 'refund' AND source = 'stripe')))
        NOT VALID,
    ADD CONSTRAINT token_transactions_expiry CHECK (
        (source = 'expiry') = (effective_at IS NOT NULL)
        AND (source <> 'expiry' OR (reference IS NOT NULL AND balance_after >= 0 AND actor IS NULL))) NOT VALID;
COMMENT ON COLUMN tokenledger.token_transactions.reference IS 'Invoice or subscription behind a grant, unique per source through idempotency_keys; the lot of an expiry.';

-- What a payment's lot lost by its end is not taken again, so a payment that lost all its money may have given back fewer
-- tokens than it bought. tokenledgerd verify knows how many.
ALTER TABLE tokenledger.payments DROP CONSTRAINT payments_lost_all;

ALTER TABLE tokenledger.idempotency_keys
    DROP CONSTRAINT idempotency_keys_scope,
    ADD CONSTRAINT idempotency_keys_scope CHECK (
        scope IN ('request', 'usage', 'subscription', 'trial', 'reversal', 'hold', 'release', 'expiry')) NOT VALID;

CREATE TABLE tokenledger.token_lots (
    user_id                  text COLLATE "C" NOT NULL,
    lot                      bigint NOT NULL,
    sequence                 bigint NOT NULL,
    tokens                   bigint NOT NULL,
    expires_at               timestamptz,
    priority                 bigint NOT NULL,
    paid                     boolean NOT NULL,
    stripe_payment_intent_id text COLLATE "C",
    remaining_tokens         bigint NOT NULL,
    refunded_tokens          bigint NOT NULL,
    expired_tokens           bigint NOT NULL,
    PRIMARY KEY (user_id, lot),
    CONSTRAINT token_lots_numbers CHECK (lot >= 1 AND sequence >= 1 AND priority BETWEEN 0 AND 100),
    CONSTRAINT token_lots_tokens CHECK (
        tokens > 0 AND remaining_tokens BETWEEN 0 AND tokens AND refunded_tokens BETWEEN 0 AND tokens
        AND expired_tokens BETWEEN 0 AND tokens),
    CONSTRAINT token_lots_lengths CHECK (
        octet_length(user_id) BETWEEN 1 AND 255 AND octet_length(stripe_payment_intent_id) BETWEEN 1 AND 255)
) WITH (fillfactor = 80);
COMMENT ON TABLE tokenledger.token_lots IS 'Credits that expire or have a priority of their own. What of them was used, refunded and expired is in token_lot_movements.';
COMMENT ON COLUMN tokenledger.token_lots.user_id IS 'Whose account.';
COMMENT ON COLUMN tokenledger.token_lots.lot IS 'Number within the account: 1, 2, 3, ... in the order of their credits.';
COMMENT ON COLUMN tokenledger.token_lots.sequence IS 'Sequence of the row that credited it.';
COMMENT ON COLUMN tokenledger.token_lots.tokens IS 'Tokens credited.';
COMMENT ON COLUMN tokenledger.token_lots.expires_at IS 'They can be used before this time; NULL: for ever.';
COMMENT ON COLUMN tokenledger.token_lots.priority IS 'Lower ones are used first; then the earlier expiry, then what was not paid for, then the older lot.';
COMMENT ON COLUMN tokenledger.token_lots.paid IS 'Bought, or granted for a subscription.';
COMMENT ON COLUMN tokenledger.token_lots.stripe_payment_intent_id IS 'The payment of a lot that was bought: a refund of it takes from this lot first.';
COMMENT ON COLUMN tokenledger.token_lots.remaining_tokens IS 'Of the tokens, those that are left: the sum of its movements.';
COMMENT ON COLUMN tokenledger.token_lots.refunded_tokens IS 'Taken by refunds of its payment, less what they gave back.';
COMMENT ON COLUMN tokenledger.token_lots.expired_tokens IS 'Taken when it expired.';
CREATE INDEX token_lots_remaining ON tokenledger.token_lots (user_id, expires_at) WHERE remaining_tokens > 0;
COMMENT ON INDEX tokenledger.token_lots_remaining IS 'What is left in an account.';
CREATE UNIQUE INDEX token_lots_payment ON tokenledger.token_lots (user_id, stripe_payment_intent_id)
    WHERE stripe_payment_intent_id IS NOT NULL;
COMMENT ON INDEX tokenledger.token_lots_payment IS 'The lot of a payment: one.';

CREATE TABLE tokenledger.token_lot_movements (
    user_id  text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    lot      bigint NOT NULL,
    tokens   bigint NOT NULL,
    PRIMARY KEY (user_id, sequence, lot),
    CONSTRAINT token_lot_movements_numbers CHECK (sequence >= 1 AND lot >= 1)
);
COMMENT ON TABLE tokenledger.token_lot_movements IS 'What each row of token_transactions added to a lot or took from it, append-only. The rest of the row is of what never expires.';
COMMENT ON COLUMN tokenledger.token_lot_movements.user_id IS 'Whose account.';
COMMENT ON COLUMN tokenledger.token_lot_movements.sequence IS 'Of the row in token_transactions.';
COMMENT ON COLUMN tokenledger.token_lot_movements.lot IS 'The lot in token_lots.';
COMMENT ON COLUMN tokenledger.token_lot_movements.tokens IS 'Added; negative: taken. Of the row that credits a lot: what was left of it after a debt was repaid.';
CREATE TRIGGER token_lot_movements_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON tokenledger.token_lot_movements
    FOR EACH STATEMENT EXECUTE FUNCTION tokenledger.refuse_change();
ALTER TABLE tokenledger.token_lot_movements ENABLE ALWAYS TRIGGER token_lot_movements_append_only;
COMMENT ON TRIGGER token_lot_movements_append_only ON tokenledger.token_lot_movements IS
    'Movements are never changed or removed, whatever the role.';

CREATE TABLE tokenledger.token_holds (
    user_id         text COLLATE "C" NOT NULL,
    hold_id         text COLLATE "C" NOT NULL,
    tokens          bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    reserved_lots   bigint[],
    reserved_tokens bigint[],
    action_type     text COLLATE "C",
    model_used      text COLLATE "C",
    member          text COLLATE "C",
    actor           bigint NOT NULL,
    ended           text COLLATE "C",
    ended_at        timestamptz,
    PRIMARY KEY (user_id, hold_id),
    CONSTRAINT token_holds_tokens CHECK (tokens > 0),
    CONSTRAINT token_holds_times CHECK (expires_at > created_at AND ended_at >= created_at),
    CONSTRAINT token_holds_ended CHECK (ended IN ('captured', 'released') AND (ended IS NULL) = (ended_at IS NULL)),
    CONSTRAINT token_holds_reserved CHECK (cardinality(reserved_lots) = cardinality(reserved_tokens)),
    CONSTRAINT token_holds_actor CHECK (actor BETWEEN 0 AND 4294967295),
    CONSTRAINT token_holds_lengths CHECK (
        octet_length(user_id) BETWEEN 1 AND 255 AND octet_length(hold_id) BETWEEN 1 AND 255
        AND octet_length(action_type) BETWEEN 1 AND 255 AND octet_length(model_used) BETWEEN 1 AND 255
        AND octet_length(member) BETWEEN 1 AND 255)
) WITH (fillfactor = 80);
COMMENT ON TABLE tokenledger.token_holds IS 'Tokens set aside for calls whose cost is known afterwards. Each end of one is a command in idempotency_keys.';
COMMENT ON COLUMN tokenledger.token_holds.user_id IS 'Whose account.';
COMMENT ON COLUMN tokenledger.token_holds.hold_id IS 'The application''s id of the call; request_id of the usage that its capture records.';
COMMENT ON COLUMN tokenledger.token_holds.tokens IS 'Tokens of the balance that no other charge may take.';
COMMENT ON COLUMN tokenledger.token_holds.created_at IS 'When it was made.';
COMMENT ON COLUMN tokenledger.token_holds.expires_at IS 'It holds before this time, unless it has ended.';
COMMENT ON COLUMN tokenledger.token_holds.reserved_lots IS 'The lots whose tokens it holds, in the order of use; NULL: none. The rest never expires.';
COMMENT ON COLUMN tokenledger.token_holds.reserved_tokens IS 'How many of each.';
COMMENT ON COLUMN tokenledger.token_holds.action_type IS 'Of the call.';
COMMENT ON COLUMN tokenledger.token_holds.model_used IS 'Of the call.';
COMMENT ON COLUMN tokenledger.token_holds.member IS 'Who of a shared account.';
COMMENT ON COLUMN tokenledger.token_holds.actor IS 'Who asked: the uid of the peer on the admin socket.';
COMMENT ON COLUMN tokenledger.token_holds.ended IS 'captured or released; NULL: it is open until it times out.';
COMMENT ON COLUMN tokenledger.token_holds.ended_at IS 'When it was captured or released.';
CREATE INDEX token_holds_open ON tokenledger.token_holds (user_id, expires_at) WHERE ended IS NULL;
COMMENT ON INDEX tokenledger.token_holds_open IS 'Holds that are open, or have timed out without an end.';
CREATE INDEX token_holds_end ON tokenledger.token_holds (expires_at) WHERE ended IS NULL;
COMMENT ON INDEX tokenledger.token_holds_end IS 'How many holds are open, and how many have timed out lately.';
CREATE INDEX token_holds_time ON tokenledger.token_holds (created_at);
COMMENT ON INDEX tokenledger.token_holds_time IS 'The list of all holds.';
CREATE INDEX token_holds_user_time ON tokenledger.token_holds (user_id, created_at);
COMMENT ON INDEX tokenledger.token_holds_user_time IS 'The list of one account''s holds.';

-- The functions of the daemon's main path (20261122220000), with what is new. An account tells when it is due:
-- microseconds since the epoch, the largest bigint for infinity.
DROP FUNCTION tokenledger.open_batch;
CREATE FUNCTION tokenledger.open_batch(event_ids text[], payment_intent_ids text[], user_ids text[])
    RETURNS TABLE (what text, id text, result text, reason text, has_evidence boolean, has_effect boolean,
                   balance bigint, last_sequence bigint, last_us bigint, now_us bigint, due_us bigint)
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
               NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
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
                   NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint;
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
                   (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                   CASE WHEN known.due_at < 'infinity' THEN (extract(epoch FROM known.due_at) * 1000000)::bigint
                        WHEN known.due_at IS NOT NULL THEN 9223372036854775807 END
              FROM tokenledger.token_accounts AS known
             WHERE known.user_id = ANY (user_ids);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.open_batch FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.open_batch IS
    'Begins a batch of the daemon: which events are committed; if none, makes and locks payments, then accounts.';

DROP FUNCTION tokenledger.add_transactions;
CREATE FUNCTION tokenledger.add_transactions(
    user_ids text[], sequences bigint[], transaction_types text[], sources text[], token_amounts bigint[],
    balances_before bigint[], balances_after bigint[], amounts_paid_cents bigint[], currencies text[],
    payment_intent_ids text[], event_ids text[], packs text[], quantities bigint[], at_us bigint[], reasons text[],
    refs text[], idempotency_keys text[], actors bigint[], counterparties text[], usage_request_ids text[],
    metadata text[], effective_us bigint[])
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
           usage_request_id, metadata, effective_at)
    SELECT user_ids[i], sequences[i], transaction_types[i], sources[i], token_amounts[i],
           balances_before[i], balances_after[i], amounts_paid_cents[i], currencies[i], payment_intent_ids[i],
           event_ids[i], packs[i], quantities[i], timestamptz 'epoch' + at_us[i] * interval '1 microsecond',
           reasons[i], refs[i], idempotency_keys[i], actors[i], counterparties[i],
           usage_request_ids[i], metadata[i]::json,
           timestamptz 'epoch' + effective_us[i] * interval '1 microsecond'
      FROM generate_subscripts(user_ids, 1) AS i;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
REVOKE ALL ON FUNCTION tokenledger.add_transactions FROM PUBLIC;
COMMENT ON FUNCTION tokenledger.add_transactions IS 'Adds transactions; returns how many.';

-- Whoever could call the two before still can: a newer program's rights are not granted again (docs/decisions/0039).
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tokenledger_daemon') THEN
        GRANT EXECUTE ON FUNCTION tokenledger.open_batch, tokenledger.add_transactions TO tokenledger_daemon;
    END IF;
END
$$;

-- A program from before would spend what is held or has expired.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261130210000', 'lots_and_holds', '20261130210000');
