-- What a dispute takes goes by the amounts of its balance transactions, not by their signs; and amounts of two
-- currencies are never counted one to one, so a refund's currency is kept as well. What stands there stays as it was
-- settled: `tokenledgerd migrate` reads the kept bytes of its events again, and posts what that changes.

ALTER TABLE tokenledger.payments
    ADD COLUMN refunded_currency text COLLATE "C",
    ADD CONSTRAINT payments_refunded_currency CHECK (octet_length(refunded_currency) BETWEEN 1 AND 255);
COMMENT ON COLUMN tokenledger.payments.refunded_currency IS
    'Currency of refunded_cumulative_cents. Null: not told, the payment''s. In another one it is not counted.';

ALTER TABLE tokenledger.payment_refunds
    ADD COLUMN currency text COLLATE "C",
    ADD CONSTRAINT payment_refunds_currency CHECK (octet_length(currency) BETWEEN 1 AND 255);
COMMENT ON COLUMN tokenledger.payment_refunds.amount_cents IS 'Minor units of currency.';
COMMENT ON COLUMN tokenledger.payment_refunds.currency IS
    'Null: not told, the payment''s. A refund in another one is not counted.';

ALTER TABLE tokenledger.payment_disputes
    ADD COLUMN signs_only boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN tokenledger.payment_disputes.signs_only IS
    'Only versions that counted the signs of its balance transactions were told of it: it is worth what they made of it.';

ALTER TABLE tokenledger.payment_dispute_transactions
    ADD COLUMN amount_cents bigint,
    ADD COLUMN currency text COLLATE "C",
    ADD CONSTRAINT payment_dispute_transactions_amount_cents CHECK (
        amount_cents <> 0 AND takes_money = (amount_cents < 0)),
    ADD CONSTRAINT payment_dispute_transactions_currency CHECK (octet_length(currency) BETWEEN 1 AND 255);
COMMENT ON TABLE tokenledger.payment_dispute_transactions IS
    'Balance transactions of disputes: from their amounts follows what a dispute that is not won takes.';
COMMENT ON COLUMN tokenledger.payment_dispute_transactions.amount_cents IS
    'Minor units of currency, without fees; negative: money was taken. Null: kept before amounts were.';
COMMENT ON COLUMN tokenledger.payment_dispute_transactions.currency IS
    'Of the balance that it moved, which need not be the payment''s. Null: not told.';

-- A program that knows no amounts would settle by signs alone, beside one that does not.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261129110000', 'keep_dispute_amounts', '20261129110000');
