-- How much the members of a shared account may be charged. A limit is compared with a sum over token_usage, in the
-- transaction of the charge and under the lock of its account.
CREATE TABLE tokenledger.member_limits (
    user_id text COLLATE "C" NOT NULL,
    member  text COLLATE "C" NOT NULL,
    per     text COLLATE "C" NOT NULL,
    tokens  bigint,
    actor   bigint NOT NULL,
    set_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, member, per),
    CONSTRAINT member_limits_lengths CHECK (
        octet_length(user_id) BETWEEN 1 AND 255 AND octet_length(member) BETWEEN 1 AND 255),
    CONSTRAINT member_limits_per CHECK (per IN ('day', 'month', '24h')),
    CONSTRAINT member_limits_tokens CHECK (tokens >= 0),
    CONSTRAINT member_limits_actor CHECK (actor BETWEEN 0 AND 4294967295)
);
COMMENT ON TABLE tokenledger.member_limits IS 'The limits in force. Every change of one is a command in idempotency_keys.';
COMMENT ON COLUMN tokenledger.member_limits.user_id IS 'The shared account.';
COMMENT ON COLUMN tokenledger.member_limits.member IS 'Whom it limits; *: each member without a limit of their own for the same time.';
COMMENT ON COLUMN tokenledger.member_limits.per IS 'day or month of UTC, or 24h: the last 24 hours.';
COMMENT ON COLUMN tokenledger.member_limits.tokens IS 'Tokens of the balance that may be charged in that time; NULL: the limit was taken away.';
COMMENT ON COLUMN tokenledger.member_limits.actor IS 'Who set it: the uid of the peer on the admin socket.';
COMMENT ON COLUMN tokenledger.member_limits.set_at IS 'When it was set.';

CREATE INDEX token_usage_member_time ON tokenledger.token_usage (user_id, member, created_at) WHERE member IS NOT NULL;
COMMENT ON INDEX tokenledger.token_usage_member_time IS 'What a member was charged lately. Usage without a member is not in it.';

-- Programs from before cannot set a limit, and do not look at one: set the first when all of them are replaced.
INSERT INTO tokenledger.schema_migrations (version, name, oldest_program)
VALUES ('20261130120000', 'limit_members', '20261129130000');
