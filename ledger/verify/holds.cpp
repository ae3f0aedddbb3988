// Holds against their commands, and accounts against their lots and holds.
#include "verify/checks.hpp"

namespace tokenledger::ledger {

namespace {

// The time of a row, and so of a hold, may be later than that of its command, never earlier. A usage may have
// the id of a hold that it has nothing to do with, so it does not prove a capture.
constexpr std::string_view hold_source = R"sql(
SELECT hold.user_id, NULL::bigint AS sequence, NULL AS payment, NULL AS event,
       coalesce(hold.hold_id, placed.key, released.key) AS hold_id, hold.user_id IS NOT NULL AS known, hold.tokens,
       hold.created_at, hold.expires_at, hold.ended, hold.ended_at, placed.created_at AS placed_at,
       released.created_at AS released_at, captured.created_at AS captured_at, usage.user_id IS NOT NULL AS used,
       captured.created_at < (SELECT max(before) FROM tokenledger.usage_archives) AS archived
  FROM tokenledger.token_holds AS hold
  FULL JOIN (SELECT key, created_at FROM tokenledger.idempotency_keys WHERE scope = 'hold') AS placed
    ON placed.key = hold.hold_id
  FULL JOIN (SELECT key, created_at FROM tokenledger.idempotency_keys WHERE scope = 'release') AS released
    ON released.key = coalesce(hold.hold_id, placed.key)
  LEFT JOIN (SELECT key, created_at FROM tokenledger.idempotency_keys WHERE scope = 'usage') AS captured
    ON captured.key = hold.hold_id AND hold.ended = 'captured'
  LEFT JOIN (SELECT user_id, request_id FROM tokenledger.token_usage) AS usage
    ON usage.user_id = hold.user_id AND usage.request_id = hold.hold_id AND hold.ended = 'captured'
)sql";

constexpr verify_rule hold_rules[] = {
    {"hold_missing", "NOT known", "'the hold ' || hold_id", "'none'"},
    {"hold_without_key",
     "known AND (placed_at IS NULL OR ended = 'released' AND released_at IS NULL"
     " OR ended = 'captured' AND captured_at IS NULL)",
     "concat_ws(' ', 'the keys of', hold_id, ended)",
     "concat_ws(', ', CASE WHEN placed_at IS NULL THEN 'none of the hold' END,"
     " CASE WHEN ended = 'released' AND released_at IS NULL THEN 'none of its release' END,"
     " CASE WHEN ended = 'captured' AND captured_at IS NULL THEN 'none of its capture' END)"},
    {"hold_end", "known AND released_at IS NOT NULL AND ended IS DISTINCT FROM 'released'",
     "hold_id || ' released'", "coalesce(ended, 'open')"},
    {"hold_usage", "captured_at IS NOT NULL AND NOT used AND archived IS NOT TRUE",
     "'the operation ' || hold_id", "'none'"},
    {"hold_time", "created_at < placed_at OR ended_at < coalesce(released_at, captured_at)",
     "concat_ws(' and ', 'not before ' || placed_at, 'not before ' || coalesce(released_at, captured_at))",
     "concat_ws(' and ', created_at, ended_at)"},
    {"hold_values",
     "known AND (tokens > 0 AND created_at < expires_at AND (ended IS NULL) = (ended_at IS NULL)"
     " AND (ended IS NULL OR ended IN ('captured', 'released') AND ended_at >= created_at)) IS NOT TRUE",
     "'tokens, times and an end that can be'",
     "concat_ws(' ', tokens, 'from', created_at, 'to', expires_at, ended, ended_at)"},
};

constexpr std::string_view reserved_source = R"sql(
SELECT hold.user_id, NULL::bigint AS sequence, NULL AS payment, NULL AS event, hold.hold_id, hold.held, hold.lot,
       hold.tokens, lot.user_id IS NOT NULL AS known,
       sum(hold.tokens) OVER of_hold AS reserved, row_number() OVER (of_hold ORDER BY hold.lot) AS place
  FROM (SELECT user_id, hold_id, tokens AS held, unnest(reserved_lots) AS lot, unnest(reserved_tokens) AS tokens
          FROM tokenledger.token_holds WHERE reserved_lots IS NOT NULL OR reserved_tokens IS NOT NULL) AS hold
  LEFT JOIN tokenledger.token_lots AS lot ON lot.user_id = hold.user_id AND lot.lot = hold.lot
WINDOW of_hold AS (PARTITION BY hold.user_id, hold.hold_id)
)sql";

constexpr verify_rule reserved_rules[] = {
    {"hold_without_lot", "NOT known", "concat('lot ', lot, ' that ', hold_id, ' holds of')", "'none'"},
    {"hold_reserved", "(tokens > 0) IS NOT TRUE OR place = 1 AND reserved > held",
     "concat('1 to ', held, ' of lots for ', hold_id)", "coalesce(tokens || ' of ' || reserved, 'none')"},
};

// What is left of a lot expires with it, or when the last of the holds ends that keep it.
constexpr std::string_view due_source = R"sql(
SELECT coalesce(own.user_id, account.user_id) AS user_id, account.last_sequence AS sequence, NULL AS payment,
       NULL AS event, own.user_id IS NOT NULL AS used, account.balance, account.due_at, own.remaining, own.due_by
  FROM (SELECT parts.user_id, sum(parts.remaining) AS remaining, min(parts.due_by) AS due_by
          FROM (SELECT lot.user_id, lot.remaining_tokens AS remaining,
                       CASE WHEN lot.remaining_tokens > 0 AND lot.expires_at IS NOT NULL
                            THEN greatest(lot.expires_at, kept.until) END AS due_by
                  FROM tokenledger.token_lots AS lot
                  LEFT JOIN (SELECT open.user_id, open.lot, max(open.expires_at) AS until
                               FROM (SELECT user_id, expires_at, unnest(reserved_lots) AS lot
                                       FROM tokenledger.token_holds WHERE ended IS NULL) AS open
                              GROUP BY open.user_id, open.lot) AS kept
                    ON kept.user_id = lot.user_id AND kept.lot = lot.lot
                UNION ALL
                SELECT user_id, 0, NULL FROM tokenledger.token_holds) AS parts
         GROUP BY parts.user_id) AS own
  FULL JOIN (SELECT user_id, last_sequence, balance, due_at FROM tokenledger.token_accounts) AS account
    ON account.user_id = own.user_id
 WHERE own.user_id IS NOT NULL OR account.due_at IS NOT NULL
)sql";

constexpr verify_rule due_rules[] = {
    {"lots_above_balance", "remaining > 0 AND (remaining <= balance) IS NOT TRUE",
     "'at most ' || coalesce(balance, 0) || ' in lots'", "remaining"},
    {"due_missing", "used AND due_at IS NULL", "'a time when its lots and holds are due'", "'none'"},
    {"due_late", "due_at > due_by", "'not after ' || due_by", "due_at"},
    {"due_without_lots", "NOT used", "'a lot or a hold'", "'none'"},
};

} // namespace

verify_check hold_check() noexcept {
    return {"holds", hold_source, hold_rules};
}

verify_check reserved_check() noexcept {
    return {"what holds reserve", reserved_source, reserved_rules};
}

verify_check due_check() noexcept {
    return {"accounts with lots and holds", due_source, due_rules};
}

} // namespace tokenledger::ledger
