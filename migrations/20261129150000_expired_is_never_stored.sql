-- An event that waits too long is shown as expired, and its row stays `waiting` (docs/decisions/0020): no program ever
-- stored another result. So neither the constraint nor the index needs to know the word.
--
-- This reads the table twice, and for as long as that takes nobody writes it: daemons answer 503, and Stripe sends again.
ALTER TABLE tokenledger.stripe_events
    DROP CONSTRAINT stripe_events_result,
    ADD CONSTRAINT stripe_events_result CHECK (
        result IN ('applied', 'duplicate', 'ignored', 'parked', 'waiting', 'dismissed'));

DROP INDEX tokenledger.stripe_events_outcome;
CREATE INDEX stripe_events_outcome ON tokenledger.stripe_events (result, received_at)
    WHERE result IN ('parked', 'waiting', 'dismissed');
COMMENT ON INDEX tokenledger.stripe_events_outcome IS 'The operator''s queue, and what was on it, by time.';

-- Programs from before write nothing that this refuses.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261129150000', 'expired_is_never_stored', '20261129130000');
