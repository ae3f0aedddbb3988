-- The tables of the Express, Fastify and Bun peers: the least that does the same job as the ledger does.
CREATE TABLE stripe_events (
    id          text PRIMARY KEY,
    type        text NOT NULL,
    signature   text NOT NULL,
    body        text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE accounts (
    user_id text PRIMARY KEY,
    balance bigint NOT NULL DEFAULT 0
);

CREATE TABLE token_transactions (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id           text NOT NULL REFERENCES accounts (user_id),
    type              text NOT NULL CHECK (type IN ('purchase', 'refund')),
    token_amount      bigint NOT NULL,
    balance_before    bigint NOT NULL,
    balance_after     bigint NOT NULL,
    amount_paid_cents bigint NOT NULL,
    currency          text NOT NULL,
    payment_intent_id text NOT NULL,
    event_id          text NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CHECK (balance_after = balance_before + token_amount)
);
CREATE UNIQUE INDEX token_transactions_purchase_once ON token_transactions (payment_intent_id) WHERE type = 'purchase';
CREATE INDEX token_transactions_by_payment ON token_transactions (payment_intent_id);
CREATE INDEX token_transactions_by_user ON token_transactions (user_id, id);
