// Events against the rows that they caused.
#include "verify/checks.hpp"

namespace tokenledger::ledger {

namespace {

// The join needs only whether there is evidence, not its bytes.
constexpr std::string_view purchase_event_source = R"sql(
SELECT bought.user_id, bought.sequence, coalesce(bought.stripe_payment_intent_id, event.payment_intent_id) AS payment,
       coalesce(bought.stripe_event_id, event.event_id) AS event, bought.user_id IS NOT NULL AS posted,
       bought.stripe_payment_intent_id AS bought_payment, event.event_id IS NOT NULL AS known,
       event.event_type, event.result, event.reason, event.payment_intent_id, event.proven
  FROM (SELECT user_id, sequence, stripe_payment_intent_id, stripe_event_id
          FROM tokenledger.token_transactions WHERE transaction_type = 'purchase') AS bought
  FULL JOIN (SELECT event_id, event_type, result, reason, payment_intent_id,
                    evidence IS NOT NULL AND evidence_format IS NOT NULL OR evidence_sha256 IS NOT NULL AS proven
               FROM tokenledger.stripe_events) AS event ON event.event_id = bought.stripe_event_id
)sql";

constexpr verify_rule purchase_event_rules[] = {
    {"event_missing", "posted AND NOT known", "'the event behind it'", "'none'"},
    {"event_result", "posted AND known AND result IS DISTINCT FROM 'applied'", "'applied'",
     "concat_ws(' ', result, reason)"},
    {"event_payment", "posted AND known AND payment_intent_id IS DISTINCT FROM bought_payment",
     "bought_payment", "payment_intent_id"},
    {"event_without_purchase",
     "NOT posted AND result = 'applied' AND event_type = 'payment_intent.succeeded'", "'a purchase'",
     "'none'"},
    // Every event with this result, whatever its type: no other check sees them all.
    {"event_evidence", "known AND NOT proven AND (posted OR result NOT IN ('duplicate', 'ignored'))",
     "'evidence'", "'none'"},
};

// A refund row may refer to an event that was parked for an operator, who may since have dismissed it: its
// facts were still merged and settled.
constexpr std::string_view refund_event_source = R"sql(
SELECT back.user_id, back.sequence, back.stripe_payment_intent_id AS payment, back.stripe_event_id AS event,
       event.event_id IS NOT NULL AS known, event.result, event.reason, event.payment_intent_id, event.proven
  FROM tokenledger.token_transactions AS back
  LEFT JOIN (SELECT event_id, result, reason, payment_intent_id,
                    evidence IS NOT NULL AND evidence_format IS NOT NULL OR evidence_sha256 IS NOT NULL AS proven
               FROM tokenledger.stripe_events) AS event ON event.event_id = back.stripe_event_id
 WHERE back.transaction_type = 'refund' AND back.source = 'stripe'
)sql";

constexpr verify_rule refund_event_rules[] = {
    {"event_missing", "NOT known", "'the event behind it'", "'none'"},
    {"event_result",
     "known AND (result = 'applied' OR result = 'dismissed'"
     " OR (result = 'parked' AND reason IN ('partial_capture_refund', 'currency_mismatch'))) IS NOT TRUE",
     "'applied, or parked for a refund that is not counted'", "concat_ws(' ', result, reason)"},
    {"event_payment", "known AND payment_intent_id IS DISTINCT FROM payment", "payment", "payment_intent_id"},
    {"event_evidence", "known AND NOT proven AND result IN ('duplicate', 'ignored')", "'evidence'", "'none'"},
};

constexpr std::string_view waiting_source = R"sql(
SELECT paid.user_id, NULL::bigint AS sequence, event.payment_intent_id AS payment, event.event_id AS event,
       paid.payment_intent_id IS NOT NULL AS known, paid.has_details
  FROM (SELECT event_id, payment_intent_id FROM tokenledger.stripe_events WHERE result = 'waiting') AS event
  LEFT JOIN tokenledger.payments AS paid ON paid.payment_intent_id = event.payment_intent_id
)sql";

constexpr verify_rule waiting_rules[] = {
    {"waiting_credited", "user_id IS NOT NULL", "'settled: its payment is credited'", "'waiting'"},
    // A credit that does not find these events would leave them waiting for ever.
    {"waiting_not_read", "(known AND has_details) IS NOT TRUE", "'a payment with has_details'",
     "CASE WHEN known THEN 'has_details is false' ELSE 'no such payment' END"},
};

// A payment's events have one mode. The planner goes by the same events (payment_origins in
// postgres/payments.hpp): an ignored one counts if its bytes were kept, for then it said something of the
// payment once. Others may have another mode.
constexpr std::string_view mode_source = R"sql(
WITH kept AS NOT MATERIALIZED (
    SELECT payment_intent_id, event_id, livemode
      FROM tokenledger.stripe_events
     WHERE effect IS NOT NULL
       AND (reason IS NULL AND (result IN ('applied', 'waiting', 'dismissed')
                                OR result = 'ignored' AND (evidence IS NOT NULL OR evidence_sha256 IS NOT NULL))
            OR reason = 'partial_capture_refund'
            OR reason = 'currency_mismatch' AND event_type <> 'payment_intent.succeeded'))
SELECT NULL AS user_id, NULL::bigint AS sequence, test.payment_intent_id AS payment, test.event_id AS event,
       live.event_id AS other
  FROM kept AS test JOIN kept AS live ON live.payment_intent_id = test.payment_intent_id
 WHERE NOT test.livemode AND live.livemode
)sql";

constexpr verify_rule mode_rules[] = {
    {"payment_mode", "other IS NOT NULL", "'live mode, as ' || other", "'test mode'"},
};

} // namespace

verify_check mode_check() noexcept {
    return {"modes of payments", mode_source, mode_rules};
}

verify_check purchase_event_check() noexcept {
    return {"events of purchases", purchase_event_source, purchase_event_rules};
}

verify_check refund_event_check() noexcept {
    return {"events of refunds", refund_event_source, refund_event_rules};
}

verify_check waiting_check() noexcept {
    return {"events that wait", waiting_source, waiting_rules};
}

} // namespace tokenledger::ledger
