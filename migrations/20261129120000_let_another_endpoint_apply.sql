-- Which row of stripe_events gives way to another delivery of the event: docs/decisions/0026.
--
-- * As before, one that claims nothing: ignored, or parked by an endpoint of the other mode. But not one that an
--   operator dismissed, whatever it was parked for: that is final.
-- * And one that is parked because its endpoint could not apply it, to a delivery at another endpoint that does: that
--   has evidence, and is not parked for such a reason itself. Not one that is parked for what it proves: its facts are in
--   the ledger.
--
-- The rest of the function is as it was; the daemon's rights stay as they are.
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
                OR known.result = 'parked' AND known.reason = 'livemode_mismatch'
                   AND EXCLUDED.reason IS DISTINCT FROM 'livemode_mismatch'
                OR known.result = 'parked' AND known.reason <> 'partial_capture_refund'
                   AND known.endpoint <> EXCLUDED.endpoint AND EXCLUDED.evidence IS NOT NULL
                   AND (EXCLUDED.result <> 'parked' OR EXCLUDED.reason = 'partial_capture_refund'))
     RETURNING event_id
    )
    SELECT array_agg(added.event_id) INTO written FROM added;
    IF cardinality(written) IS DISTINCT FROM cardinality(event_ids) THEN
        RETURN QUERY SELECT id FROM unnest(event_ids) AS given (id) WHERE (id = ANY (written)) IS NOT TRUE;
    END IF;
END
$$;

-- A program that does not know these rules would credit what an operator dismissed.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261129120000', 'let_another_endpoint_apply', '20261129120000');
