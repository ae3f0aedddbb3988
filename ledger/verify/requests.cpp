// Charged operations against deductions, archives against missing rows, and keys against their effects.
#include "verify/checks.hpp"

namespace tokenledger::ledger {

namespace {

// Usage may be archived, deductions may not: a deduction may lack its usage if an archive can have taken
// it, a charged usage never its deduction. If both are there, they must name each other.
constexpr std::string_view usage_source = R"sql(
SELECT coalesce(usage.user_id, charge.user_id) AS user_id, coalesce(usage.deduction_sequence, charge.sequence) AS sequence,
       NULL AS payment, NULL AS event, usage.request_id, usage.charged_tokens, charge.usage_request_id,
       charge.token_amount, NULL::bigint AS linked, false AS missing
  FROM (SELECT user_id, request_id, charged_tokens, deduction_sequence
          FROM tokenledger.token_usage WHERE charged_tokens <> 0 OR deduction_sequence IS NOT NULL) AS usage
  LEFT JOIN (SELECT user_id, sequence, token_amount, usage_request_id FROM tokenledger.token_transactions
              WHERE transaction_type = 'deduction' AND source = 'usage') AS charge
    ON charge.user_id = usage.user_id AND charge.sequence = usage.deduction_sequence
UNION ALL
SELECT charge.user_id, charge.sequence, NULL, NULL, NULL, usage.charged_tokens, charge.usage_request_id,
       charge.token_amount, usage.deduction_sequence, usage.user_id IS NULL
  FROM tokenledger.token_transactions AS charge
  LEFT JOIN tokenledger.token_usage AS usage
    ON usage.user_id = charge.user_id AND usage.request_id = charge.usage_request_id
 WHERE charge.transaction_type = 'deduction' AND charge.source = 'usage'
   AND usage.deduction_sequence IS DISTINCT FROM charge.sequence
   AND (usage.user_id IS NOT NULL
        OR charge.created_at >= coalesce((SELECT max(before) FROM tokenledger.usage_archives), '-infinity'))
)sql";

constexpr verify_rule usage_rules[] = {
    {"usage_without_deduction", "request_id IS NOT NULL AND token_amount IS NULL",
     "'a deduction of ' || charged_tokens || ' for ' || request_id", "'none'"},
    {"usage_tokens", "request_id IS NOT NULL AND -token_amount::numeric <> charged_tokens", "charged_tokens",
     "-token_amount::numeric"},
    {"usage_request",
     "request_id IS NOT NULL AND token_amount IS NOT NULL"
     " AND usage_request_id IS DISTINCT FROM request_id",
     "request_id", "usage_request_id"},
    {"usage_not_linked", "request_id IS NULL AND NOT missing",
     "usage_request_id || ' at deduction_sequence ' || sequence",
     "coalesce('deduction_sequence ' || linked, 'no deduction_sequence')"},
    {"deduction_without_usage", "missing", "concat('the operation ', usage_request_id)", "'none'"},
};

// What was given back for a usage, against its deduction, which is never archived.
constexpr std::string_view reversal_source = R"sql(
SELECT back.user_id, back.sequence, NULL AS payment, NULL AS event, back.usage_request_id, back.token_amount,
       -charge.token_amount AS charged, charge.sequence AS charge_sequence,
       row_number() OVER (PARTITION BY back.user_id, back.usage_request_id ORDER BY back.sequence) AS place
  FROM tokenledger.token_transactions AS back
  LEFT JOIN tokenledger.token_transactions AS charge
    ON charge.user_id = back.user_id AND charge.usage_request_id = back.usage_request_id
   AND charge.transaction_type = 'deduction' AND charge.source = 'usage'
 WHERE back.transaction_type = 'refund' AND back.source = 'usage'
)sql";

constexpr verify_rule reversal_rules[] = {
    {"reversal_without_charge", "charged IS NULL OR charge_sequence > sequence",
     "'a deduction before it for ' || coalesce(usage_request_id, 'a usage')", "'none'"},
    {"reversal_tokens", "token_amount > charged", "'at most ' || charged", "token_amount"},
    {"reversal_twice", "place > 1", "'one for ' || usage_request_id", "place"},
};

// What a charge left uncovered is said twice: beside the usage, and by its key for the answer to a
// repetition.
constexpr std::string_view uncovered_source = R"sql(
SELECT usage.user_id, usage.deduction_sequence AS sequence, NULL AS payment, NULL AS event, used.uncovered_tokens AS said,
       usage.uncovered_tokens AS uncovered
  FROM tokenledger.token_usage AS usage
  LEFT JOIN tokenledger.idempotency_keys AS used ON used.scope = 'usage' AND used.key = usage.request_id
 WHERE usage.uncovered_tokens IS NOT NULL AND used.uncovered_tokens IS DISTINCT FROM usage.uncovered_tokens
UNION ALL
SELECT usage.user_id, usage.deduction_sequence, NULL, NULL, used.uncovered_tokens, NULL
  FROM tokenledger.idempotency_keys AS used
  JOIN tokenledger.token_usage AS usage ON usage.request_id = used.key AND usage.uncovered_tokens IS NULL
 WHERE used.scope = 'usage' AND used.uncovered_tokens IS NOT NULL
)sql";

constexpr verify_rule uncovered_rules[] = {
    {"usage_uncovered", "true", "coalesce(said, 0) || ' uncovered, as its key says'",
     "coalesce(uncovered, 0)"},
};

// It is unknown which of the older rows were archived, but known how many, and their charges.
constexpr std::string_view archive_source = R"sql(
SELECT NULL AS user_id, NULL::bigint AS sequence, NULL AS payment, NULL AS event, gone.charged, gone.tokens,
       archived.charged AS archived_charged, archived.tokens AS archived_tokens, archived.usages AS archived_usages,
       (SELECT count(*) FROM tokenledger.token_usage) AS usages,
       (SELECT count(*) FROM tokenledger.idempotency_keys WHERE scope = 'usage') AS keys
  FROM (SELECT coalesce(sum(usages), 0) AS usages, coalesce(sum(charged_usages), 0) AS charged,
               coalesce(sum(charged_tokens), 0) AS tokens
          FROM tokenledger.usage_archives) AS archived
 CROSS JOIN (SELECT count(*) AS charged, coalesce(-sum(charge.token_amount), 0) AS tokens
               FROM tokenledger.token_transactions AS charge
               LEFT JOIN tokenledger.token_usage AS usage
                 ON usage.user_id = charge.user_id AND usage.request_id = charge.usage_request_id
              WHERE charge.transaction_type = 'deduction' AND charge.source = 'usage' AND usage.user_id IS NULL
                AND (SELECT max(before) FROM tokenledger.usage_archives) IS NOT NULL -- else nothing is read
                AND charge.created_at < (SELECT max(before) FROM tokenledger.usage_archives)) AS gone
)sql";

constexpr verify_rule archive_rules[] = {
    {"archive_charges", "charged <> archived_charged",
     "archived_charged || ' deductions whose operation was archived'", "charged"},
    {"archive_tokens", "tokens <> archived_tokens",
     "archived_tokens || ' tokens charged for what was archived'", "tokens"},
    {"usage_missing", "keys <> usages + archived_usages", "keys || ' operations, kept or archived'",
     "usages + archived_usages"},
};

// The rows that a key claims to have posted, against the keys that those rows name. Event actions post
// purchases and refunds, which belong to their payment: other checks cover them. An expiry names no key: any
// command posts what it finds to be over, and so does a settlement, right after its refund.
constexpr std::string_view posted_source = R"sql(
SELECT coalesce(posted.user_id, request.user_id) AS user_id, coalesce(posted.sequence, request.sequence) AS sequence,
       request.payment, request.event, posted.scope, posted.key, posted.scope IS NOT NULL AS claimed,
       request.user_id IS NOT NULL AS known, request.idempotency_key, request.usage_request_id,
       request.transaction_type, request.source AS posted_source, request.settled
  FROM (SELECT scope, key, unnest(posted_user_ids) AS user_id, unnest(posted_sequences) AS sequence
          FROM tokenledger.idempotency_keys AS used
         WHERE NOT EXISTS (SELECT FROM tokenledger.event_actions AS action
                            WHERE used.scope = 'request' AND action.idempotency_key = used.key)) AS posted
  FULL JOIN (SELECT user_id, sequence, stripe_payment_intent_id AS payment, stripe_event_id AS event, transaction_type,
                    idempotency_key, usage_request_id, source, false AS settled
               FROM tokenledger.token_transactions
              WHERE source <> 'expiry' AND (idempotency_key IS NOT NULL OR usage_request_id IS NOT NULL)
             UNION ALL
             SELECT ended.user_id, ended.sequence, NULL, NULL, ended.transaction_type, ended.idempotency_key,
                    ended.usage_request_id, ended.source,
                    before.source = 'stripe' AND before.transaction_type = 'refund'
                    AND before.created_at = ended.created_at
               FROM (SELECT *, min(sequence) OVER (PARTITION BY user_id, island) - 1 AS sequence_before
                       FROM (SELECT *, sequence - row_number() OVER (PARTITION BY user_id ORDER BY sequence) AS island
                               FROM tokenledger.token_transactions WHERE source = 'expiry') AS numbered) AS ended
               LEFT JOIN tokenledger.token_transactions AS before
                 ON before.user_id = ended.user_id AND before.sequence = ended.sequence_before) AS request
    ON request.user_id = posted.user_id AND request.sequence = posted.sequence
)sql";

constexpr std::string_view its_key =
    "CASE posted_source WHEN 'expiry' THEN 'an expiry'"
    " ELSE concat_ws(' ', 'request', idempotency_key, 'usage', usage_request_id) END";

constexpr verify_rule posted_rules[] = {
    {"key_without_transaction", "claimed AND NOT known", "concat('a row of ', scope, ' ', key)", "'none'"},
    {"key_of_transaction",
     "claimed AND known AND posted_source <> 'expiry' AND CASE"
     " WHEN scope = 'request' THEN idempotency_key IS DISTINCT FROM key"
     " WHEN scope IN ('usage', 'reversal') THEN usage_request_id IS DISTINCT FROM key OR idempotency_key IS "
     "NOT NULL OR transaction_type <> CASE scope WHEN 'usage' THEN 'deduction' ELSE 'refund' END"
     " ELSE true END",
     "concat(scope, ' ', key)", its_key},
    {"transaction_without_key",
     "known AND NOT claimed AND settled IS NOT TRUE"
     " AND (transaction_type NOT IN ('purchase', 'refund') OR usage_request_id IS NOT NULL)",
     "'a key that posted it'", its_key},
};

// Everything that names a key, against the keys.
constexpr std::string_view named_source = R"sql(
SELECT named.user_id, named.sequence, NULL AS payment, named.event, named.scope, named.key
  FROM (SELECT user_id, sequence, stripe_event_id AS event, unnest(ARRAY['usage', source, 'request', 'reversal']) AS scope,
               unnest(ARRAY[usage_request_id, CASE WHEN source IN ({sources_with_reference}) THEN reference END,
                            CASE WHEN transaction_type IN ('purchase', 'refund') THEN idempotency_key END,
                            CASE WHEN transaction_type = 'refund' THEN usage_request_id END]) AS key
          FROM tokenledger.token_transactions
         WHERE idempotency_key IS NOT NULL OR usage_request_id IS NOT NULL OR source IN ({sources_with_reference})
        UNION ALL
        SELECT user_id, deduction_sequence, NULL, 'usage', request_id FROM tokenledger.token_usage
        UNION ALL
        SELECT NULL, NULL, event_id, 'action', idempotency_key FROM tokenledger.event_actions) AS named
  LEFT JOIN tokenledger.idempotency_keys AS known
    ON known.key = named.key AND known.scope = CASE named.scope WHEN 'action' THEN 'request' ELSE named.scope END
 WHERE named.key IS NOT NULL AND known.key IS NULL
)sql";

constexpr verify_rule named_rules[] = {
    {"reversal_without_key", "scope = 'reversal'", "'the key of the reversal of ' || key", "'none'"},
    {"usage_without_key", "scope = 'usage'", "'the key of operation ' || key", "'none'"},
    {"reference_without_key", "scope IN ({sources_with_reference})", "concat('the key of ', scope, ' ', key)",
     "'none'"},
    {"transaction_without_key", "scope = 'request'", "'the key of request ' || key", "'none'"},
    {"action_without_key", "scope = 'action'", "'the key of request ' || key", "'none'"},
};

// An operation that was sent alone, with a key of its own, is hashed without the length before it and the
// comma behind it. Event actions are hashed otherwise.
constexpr std::string_view hash_source = R"sql(
SELECT NULL AS user_id, NULL::bigint AS sequence, NULL AS payment, NULL AS event, scope, key, command, command_hash
  FROM tokenledger.idempotency_keys
 WHERE command IS NOT NULL
)sql";

constexpr verify_rule hash_rules[] = {
    {"key_hash",
     "CASE WHEN scope <> 'request' THEN command_hash <> sha256(substring(command FROM "
     "position('\\x3a'::bytea IN "
     "command) + 1"
     " FOR octet_length(command) - position('\\x3a'::bytea IN command) - 1))"
     " ELSE command_hash <> sha256(command) AND encode(substring(command FROM 1 FOR 40), 'escape')"
     " !~ '^([0-9]+:)?(11:retry|13:dismiss|12:assign)_event,' END",
     "'the SHA-256 of its command'", "concat_ws(' ', encode(command_hash, 'hex'), 'of', scope, key)"},
};

constexpr std::string_view action_source = R"sql(
SELECT NULL AS user_id, NULL::bigint AS sequence, NULL AS payment, action.event_id AS event, action.action,
       action.idempotency_key
  FROM tokenledger.event_actions AS action
  LEFT JOIN tokenledger.stripe_events AS event ON event.event_id = action.event_id
 WHERE event.event_id IS NULL
)sql";

constexpr verify_rule action_rules[] = {
    {"action_without_event", "true", "concat('the event of ', action, ' ', idempotency_key)", "'none'"},
};

} // namespace

verify_check usage_check() noexcept {
    return {"charged operations", usage_source, usage_rules};
}

verify_check reversal_check() noexcept {
    return {"reversed charges", reversal_source, reversal_rules};
}

verify_check uncovered_check() noexcept {
    return {"uncovered charges", uncovered_source, uncovered_rules};
}

verify_check archive_check() noexcept {
    return {"archived operations", archive_source, archive_rules};
}

verify_check posted_check() noexcept {
    return {"what keys posted", posted_source, posted_rules};
}

verify_check named_check() noexcept {
    return {"keys that are named", named_source, named_rules};
}

verify_check hash_check() noexcept {
    return {"keys and commands", hash_source, hash_rules};
}

verify_check action_check() noexcept {
    return {"operators' actions", action_source, action_rules};
}

} // namespace tokenledger::ledger
