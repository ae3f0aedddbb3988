-- What a usage may say besides: cached and reasoning tokens, who of a shared account, when it occurred, and what the
-- application adds. And of a charge that was higher than the balance, what was not covered.
--
-- New columns are NULL where there is nothing to say: no row is rewritten, and rows without them are as long as before.
-- The constraints hold for new rows; older ones have only NULLs in these columns, so nothing is read to validate them.
ALTER TABLE tokenledger.token_usage
    ADD COLUMN cached_input_tokens bigint,
    ADD COLUMN reasoning_tokens bigint,
    ADD COLUMN member text COLLATE "C",
    ADD COLUMN occurred_at timestamptz,
    ADD COLUMN uncovered_tokens bigint,
    ADD COLUMN metadata json,
    ADD CONSTRAINT token_usage_details CHECK (
        cached_input_tokens >= 0 AND reasoning_tokens >= 0 AND octet_length(member) BETWEEN 1 AND 255
        AND json_typeof(metadata) = 'object') NOT VALID,
    ADD CONSTRAINT token_usage_uncovered CHECK (uncovered_tokens > 0) NOT VALID;
COMMENT ON COLUMN tokenledger.token_usage.cached_input_tokens IS 'Of input_tokens, those that the model had cached.';
COMMENT ON COLUMN tokenledger.token_usage.reasoning_tokens IS 'Of output_tokens, those that the model spent on reasoning.';
COMMENT ON COLUMN tokenledger.token_usage.member IS 'Who of a shared account made the call.';
COMMENT ON COLUMN tokenledger.token_usage.occurred_at IS 'When the call was made, by the application''s clock; NULL: when it was reported.';
COMMENT ON COLUMN tokenledger.token_usage.uncovered_tokens IS 'Tokens of the charge that the balance did not cover and that were not deducted.';
COMMENT ON COLUMN tokenledger.token_usage.metadata IS 'What the application added for its own use.';

-- A charge may go below zero if its request says so, as a deduction may. Every row that the constraint before it let in
-- satisfies this one.
ALTER TABLE tokenledger.token_transactions
    DROP CONSTRAINT token_transactions_below_zero,
    ADD CONSTRAINT token_transactions_below_zero CHECK (
        token_amount > 0 OR balance_after >= 0 OR transaction_type <> 'transfer') NOT VALID;

ALTER TABLE tokenledger.idempotency_keys ADD COLUMN uncovered_tokens bigint;
COMMENT ON COLUMN tokenledger.idempotency_keys.uncovered_tokens IS 'What the first answer said was uncovered, all charges of the command together; NULL: nothing.';

-- Programs from before write neither column, and read none of them.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261130100000', 'usage_says_more', '20261129130000');
