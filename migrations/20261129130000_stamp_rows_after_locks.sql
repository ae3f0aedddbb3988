-- Lists promise that no row is committed behind a reader who follows them. A reader counts on times that were read under
-- a lock of the table: an event without a payment got the time at which its transaction began, before any lock.

-- Adds rows of stripe_events in the given order, which their position tells. Returns the events that were not written.
-- Whoever names no time gets the clock's, read while the table is locked for writing: never the transaction's start
-- (docs/queries.md).
--
-- It also says which row of stripe_events gives way to another delivery of its event: docs/decisions/0026.
--
-- * As before, one that claims nothing: ignored, or parked by an endpoint of the other mode. But not one that an
--   operator dismissed, whatever it was parked for: that is final.
-- * And one that is parked because its endpoint could not apply it, to a delivery at another endpoint that does: that
--   has evidence, and is not parked for such a reason itself. Not one that is parked for what it proves: its facts are in
--   the ledger.
--   A refund in another currency than its payment's is parked for what it proves as well.
CREATE OR REPLACE FUNCTION tokenledger.add_events(
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
               coalesce(timestamptz 'epoch' + at_us[i] * interval '1 microsecond', clock_timestamp()), evidences[i]
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
                OR known.result = 'parked' AND known.reason = 'livemode_mismatch'
                   AND EXCLUDED.reason IS DISTINCT FROM 'livemode_mismatch'
                OR known.result = 'parked' AND known.reason <> 'partial_capture_refund'
                   AND (known.reason <> 'currency_mismatch' OR known.event_type = 'payment_intent.succeeded')
                   AND known.endpoint <> EXCLUDED.endpoint AND EXCLUDED.evidence IS NOT NULL
                   AND (EXCLUDED.result <> 'parked' OR EXCLUDED.reason = 'partial_capture_refund'
                        OR EXCLUDED.reason = 'currency_mismatch'
                           AND EXCLUDED.event_type <> 'payment_intent.succeeded'))
     RETURNING event_id
    )
    SELECT array_agg(added.event_id) INTO written FROM added;
    IF cardinality(written) IS DISTINCT FROM cardinality(event_ids) THEN
        RETURN QUERY SELECT id FROM unnest(event_ids) AS given (id) WHERE (id = ANY (written)) IS NOT TRUE;
    END IF;
END
$$;

-- The queue is two ranges of stripe_events_outcome: what is parked, and what waits and has not expired. An event that
-- expires leaves its range by itself.
DROP INDEX tokenledger.stripe_events_queue;

-- A program that does not know which row gives way would credit what an operator dismissed.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261129130000', 'stamp_rows_after_locks', '20261129130000');
