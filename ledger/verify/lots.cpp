// Lots against what rows did to them, and each of these movements against its row.
#include "verify/checks.hpp"

namespace tokenledger::ledger {

namespace {

// What a row repays of a debt is no part of its lots: what never expires repays first, then its lots.
constexpr std::string_view lot_source = R"sql(
SELECT coalesce(lot.user_id, moved.user_id) AS user_id, lot.sequence, lot.stripe_payment_intent_id AS payment,
       NULL AS event, coalesce(lot.lot, moved.lot) AS lot, lot.user_id IS NOT NULL AS known, lot.last_lot, lot.tokens,
       lot.remaining_tokens, lot.refunded_tokens, lot.expired_tokens, coalesce(moved.remaining, 0) AS remaining,
       coalesce(moved.refunded, 0) AS refunded, coalesce(moved.expired, 0) AS expired, credit.transaction_type,
       credit.token_amount, credit.stripe_payment_intent_id AS credit_payment, lot.opened,
       lot.opened - least(lot.opened, greatest(greatest(-credit.balance_before::numeric, 0)
                                               - (credit.token_amount - lot.opened), 0)) AS to_open,
       sum(coalesce(moved.opening, 0)) OVER (PARTITION BY lot.user_id, lot.sequence) AS opening
  FROM (SELECT *, lag(lot, 1, 0::bigint) OVER (PARTITION BY user_id ORDER BY lot) AS last_lot,
               sum(tokens) OVER (PARTITION BY user_id, sequence) AS opened
          FROM tokenledger.token_lots) AS lot
  FULL JOIN (SELECT each.user_id, each.lot, sum(each.tokens) AS remaining,
                    -sum(each.tokens) FILTER (WHERE part.source = 'expiry') AS expired,
                    -sum(each.tokens) FILTER (
                        WHERE part.source = 'stripe' AND part.transaction_type = 'refund'
                          AND part.stripe_payment_intent_id = own.stripe_payment_intent_id) AS refunded,
                    sum(each.tokens) FILTER (WHERE each.sequence = own.sequence) AS opening
               FROM tokenledger.token_lot_movements AS each
               LEFT JOIN tokenledger.token_transactions AS part
                 ON part.user_id = each.user_id AND part.sequence = each.sequence
               LEFT JOIN tokenledger.token_lots AS own ON own.user_id = each.user_id AND own.lot = each.lot
              GROUP BY each.user_id, each.lot) AS moved ON moved.user_id = lot.user_id AND moved.lot = lot.lot
  LEFT JOIN tokenledger.token_transactions AS credit
    ON credit.user_id = lot.user_id AND credit.sequence = lot.sequence
)sql";

constexpr std::string_view its_credit = "coalesce(transaction_type || ' of ' || token_amount, 'none')";

constexpr verify_rule lot_rules[] = {
    {"movement_without_lot", "NOT known", "concat('lot ', lot)", "'none'"},
    {"lot_gap", "known AND lot - 1 <> last_lot", "last_lot::numeric + 1", "lot"},
    {"lot_remaining", "known AND remaining_tokens <> remaining", "remaining", "remaining_tokens"},
    {"lot_refunded", "known AND refunded_tokens <> refunded", "refunded", "refunded_tokens"},
    {"lot_expired", "known AND expired_tokens <> expired", "expired", "expired_tokens"},
    {"lot_tokens",
     "known AND NOT (tokens > 0 AND least(remaining_tokens, refunded_tokens, expired_tokens) >= 0"
     " AND remaining_tokens::numeric + refunded_tokens + expired_tokens <= tokens)",
     "concat('parts of ', tokens)",
     "concat(remaining_tokens, ' left, ', refunded_tokens, ' refunded, ', expired_tokens, ' expired')"},
    {"lot_without_credit",
     "known AND (token_amount > 0 AND transaction_type IN ('grant', 'purchase', 'transfer')) IS NOT TRUE",
     "concat('the credit of lot ', lot)", its_credit},
    {"lot_credit", "opened > token_amount", "'lots of at most ' || token_amount", "opened"},
    {"lot_payment", "token_amount IS NOT NULL AND payment IS DISTINCT FROM credit_payment",
     "coalesce(credit_payment, 'no payment')", "coalesce(payment, 'no payment')"},
    {"lot_opening", "known AND opening <> to_open", "to_open || ' after the debt was repaid'", "opening"},
};

// A lot that is over has only what holds keep of it: a charge that becomes a debt takes that too, and so does
// a refund of Stripe. Which lots a hold has reserved may have changed since.
constexpr std::string_view movement_source = R"sql(
SELECT each.user_id, each.sequence, part.stripe_payment_intent_id AS payment, part.stripe_event_id AS event, each.lot,
       each.tokens, part.user_id IS NOT NULL AS known, part.transaction_type, part.source, part.token_amount,
       part.created_at, lot.expires_at, lot.sequence = each.sequence AS opens,
       sum(each.tokens) OVER of_row AS moved, row_number() OVER (of_row ORDER BY each.lot) AS place
  FROM tokenledger.token_lot_movements AS each
  LEFT JOIN tokenledger.token_transactions AS part
    ON part.user_id = each.user_id AND part.sequence = each.sequence
  LEFT JOIN tokenledger.token_lots AS lot ON lot.user_id = each.user_id AND lot.lot = each.lot
WINDOW of_row AS (PARTITION BY each.user_id, each.sequence)
)sql";

constexpr verify_rule movement_rules[] = {
    {"movement_without_row", "NOT known", "'the row that moved ' || tokens || ' of lot ' || lot", "'none'"},
    {"movement_sign",
     "known AND CASE WHEN tokens < 0 THEN token_amount < 0 WHEN tokens = 0 THEN opens"
     " ELSE token_amount > 0 AND (opens OR transaction_type = 'refund') END IS NOT TRUE",
     "'the sign of its row'", "concat_ws(' ', tokens, 'by a', transaction_type, 'of', token_amount)"},
    {"movement_sum", "known AND place = 1 AND abs(moved) > abs(token_amount::numeric)",
     "'at most ' || token_amount", "moved"},
    {"lot_used_late",
     "tokens < 0 AND source <> 'expiry' AND expires_at <= created_at AND NOT EXISTS ("
     "SELECT FROM tokenledger.token_holds AS hold WHERE hold.user_id = source.user_id"
     " AND hold.created_at < source.expires_at AND hold.expires_at > source.created_at"
     " AND coalesce(hold.ended_at, 'infinity') >= source.created_at)",
     "'nothing but what is held, from ' || expires_at || ' on'", "concat(tokens, ' at ', created_at)"},
};

constexpr std::string_view expiry_source = R"sql(
SELECT ended.user_id, ended.sequence, NULL AS payment, NULL AS event, ended.token_amount, ended.reference,
       ended.effective_at, ended.created_at, moved.lot, moved.tokens, lot.expires_at
  FROM (SELECT user_id, sequence, token_amount, reference, effective_at, created_at
          FROM tokenledger.token_transactions WHERE source = 'expiry') AS ended
  LEFT JOIN tokenledger.token_lot_movements AS moved
    ON moved.user_id = ended.user_id AND moved.sequence = ended.sequence
  LEFT JOIN tokenledger.token_lots AS lot ON lot.user_id = ended.user_id AND lot.lot::text = ended.reference
)sql";

constexpr verify_rule expiry_rules[] = {
    {"expiry_movement", "(tokens = token_amount AND lot::text = reference) IS NOT TRUE",
     "concat(token_amount, ' of lot ', reference)", "coalesce(tokens || ' of lot ' || lot, 'none')"},
    {"expiry_time", "(effective_at BETWEEN expires_at AND created_at) IS NOT TRUE",
     "concat('from ', coalesce(expires_at::text, 'never'), ' to ', created_at)",
     "coalesce(effective_at::text, 'never')"},
};

} // namespace

verify_check lot_check() noexcept {
    return {"lots", lot_source, lot_rules};
}

verify_check movement_check() noexcept {
    return {"movements of lots", movement_source, movement_rules};
}

verify_check expiry_check() noexcept {
    return {"expiries", expiry_source, expiry_rules};
}

} // namespace tokenledger::ledger
