-- What the roles of roles.sql may do, in one place. `tokenledgerd migrate` has this file built in and applies it after
-- the migrations. Whoever applies migrations with psql or the Supabase CLI runs it after them, as the same role; running it
-- again changes nothing:
--   psql -v ON_ERROR_STOP=1 -1 -d tokenledger -f rights.sql
--
-- A migration that adds a table or a function does not repeat the function below: edit this file in the same change. And
-- this file changes only together with a new migration: an older program sees the migration, and leaves newer rights alone
-- (docs/decisions/0039).
--
-- Grants exactly what is listed: what else PUBLIC and these roles were granted is taken away. roles.sql calls it too, after
-- it has made the roles.
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
            tokenledger.idempotency_keys, tokenledger.event_actions, tokenledger.token_lot_movements TO tokenledger_daemon;
        GRANT SELECT, INSERT, UPDATE ON tokenledger.token_accounts, tokenledger.payments,
            tokenledger.payment_refunds, tokenledger.payment_disputes,
            tokenledger.payment_dispute_transactions, tokenledger.member_limits, tokenledger.token_lots,
            tokenledger.token_holds TO tokenledger_daemon;
        -- What became of an event can change, and an endpoint that ignored it gives way to one that does not; what
        -- was delivered never changes: see the trigger stripe_events_evidence_once.
        GRANT SELECT, INSERT, UPDATE (result, reason, payment_intent_id, endpoint, account, livemode, position,
            received_at, effect, evidence_format, evidence) ON tokenledger.stripe_events TO tokenledger_daemon;
        GRANT USAGE ON SEQUENCE tokenledger.stripe_events_position_seq TO tokenledger_daemon;
        -- Functions run with the caller's rights: these allow nothing that the lines above do not.
        GRANT EXECUTE ON FUNCTION tokenledger.open_batch, tokenledger.add_events, tokenledger.set_payments,
            tokenledger.add_transactions, tokenledger.set_balances TO tokenledger_daemon;
        GRANT SELECT, INSERT ON tokenledger.evidence_dictionaries TO tokenledger_daemon;
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
