-- Metadata is kept as the text that was sent: json. jsonb spells every number out, so that 8 KB of `1e308` became 400 KB, in
-- the table and in every page that showed them; and it refuses some numbers while they are stored. The daemon takes only
-- what jsonb could hold too, so `metadata::jsonb` works in a query.
--
-- This writes the table anew: for as long as that takes nobody reads or writes it, daemons answer 503, and Stripe sends
-- again. Rows that are there keep the text that jsonb has of them.
ALTER TABLE tokenledger.token_transactions ALTER COLUMN metadata TYPE json USING metadata::text::json;
COMMENT ON COLUMN tokenledger.token_transactions.metadata IS
    'What the request added for the application''s own use, as it was sent, without blanks.';

-- As before, but for the type of metadata.
CREATE OR REPLACE FUNCTION tokenledger.add_transactions(
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
           usage_request_ids[i], metadata[i]::json
      FROM generate_subscripts(user_ids, 1) AS i;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261129140000', 'keep_metadata_as_sent', '20261129130000');
