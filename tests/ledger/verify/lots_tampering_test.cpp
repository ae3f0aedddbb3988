// Every check of lots and holds, with a tampering that it must find and name.
#include "lots_ledger.hpp"
#include "tampering.hpp"

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

std::string of(const std::string& user, int sequence) {
    return " WHERE user_id = '" + user + "' AND sequence = " + std::to_string(sequence);
}
std::string of_lot(const std::string& user, int lot) {
    return " WHERE user_id = '" + user + "' AND lot = " + std::to_string(lot);
}
std::string of_hold(const std::string& id) {
    return " WHERE hold_id = '" + id + "'";
}
std::string of_key(const std::string& scope, const std::string& key) {
    return " WHERE scope = '" + scope + "' AND key = '" + key + "'";
}

const std::string lots = "UPDATE tokenledger.token_lots SET ";
const std::string moved = "UPDATE tokenledger.token_lot_movements SET ";
const std::string holds = "UPDATE tokenledger.token_holds SET ";

ledger::discrepancy of_user(const std::string& check, const std::string& user, const std::string& expected,
                            const std::string& found) {
    return {.check = check, .user_id = user, .expected = expected, .found = found};
}

const std::vector<tampering> with_lots = {
    {lots + "remaining_tokens = 239" + of_lot("ann", 2), in_chain("lot_remaining", "ann", 2, "240", "239")},
    {"DELETE FROM tokenledger.token_lot_movements" + of("ann", 8),
     in_chain("lot_remaining", "ann", 1, "-10", "0")},
    {lots + "refunded_tokens = 5" + of_lot("cat", 1), in_chain("lot_refunded", "cat", 1, "0", "5")},
    {lots + "expired_tokens = 699" + of_lot("cat", 1), in_chain("lot_expired", "cat", 1, "700", "699")},
    {lots + "remaining_tokens = 301" + of_lot("cat", 1),
     in_chain("lot_tokens", "cat", 1, "parts of 1000", "301 left, 0 refunded, 700 expired")},
    {lots + "expired_tokens = -1" + of_lot("cat", 1), in_chain("lot_tokens", "cat", 1, "", "")},
    {"DELETE FROM tokenledger.token_lots" + of_lot("ann", 1), in_chain("lot_gap", "ann", 2, "1", "2")},
    {"DELETE FROM tokenledger.token_lots" + of_lot("ben", 1),
     of_user("movement_without_lot", "ben", "lot 1", "none")},
    {lots + "sequence = 4" + of_lot("ann", 1),
     in_chain("lot_without_credit", "ann", 4, "the credit of lot 1", "deduction of -30")},
    {lots + "sequence = 77" + of_lot("ann", 1),
     in_chain("lot_without_credit", "ann", 77, "the credit of lot 1", "none")},
    {lots + "tokens = 301" + of_lot("ann", 2),
     in_chain("lot_credit", "ann", 2, "lots of at most 300", "301")},
    {lots + "stripe_payment_intent_id = 'pi_2'" + of_lot("cat", 1),
     in_chain("lot_payment", "cat", 1, "pi_1", "pi_2")},
    {lots + "stripe_payment_intent_id = 'pi_2'" + of_lot("cat", 2),
     in_chain("lot_payment", "cat", 5, "no payment", "pi_2")},
    {moved + "tokens = 500" + of("cat", 5),
     in_chain("lot_opening", "cat", 5, "400 after the debt was repaid", "500")},
    {"DELETE FROM tokenledger.token_lot_movements" + of("ann", 1),
     in_chain("lot_opening", "ann", 1, "100 after the debt was repaid", "0")},
    {"DELETE FROM tokenledger.token_transactions" + of("ben", 2),
     in_chain("movement_without_row", "ben", 2, "the row that moved 60 of lot 1", "none")},
    {moved + "tokens = 30" + of("ann", 4),
     in_chain("movement_sign", "ann", 4, "the sign of its row", "30 by a deduction of -30")},
    {moved + "sequence = 3" + of("ann", 2),
     in_chain("movement_sign", "ann", 3, "the sign of its row", "300 by a grant of 50")},
    {moved + "tokens = 0" + of("ann", 4), in_chain("movement_sign", "ann", 4, "", "0 by a deduction of -30")},
    {moved + "tokens = -31" + of("ann", 4), in_chain("movement_sum", "ann", 4, "at most -30", "-31")},
    {"INSERT INTO tokenledger.token_lot_movements VALUES ('ann', 4, 2, -1)",
     in_chain("movement_sum", "ann", 4, "at most -30", "-31")},
    // A charge before any hold; a capture after the end of its hold; a debt that took what nobody held.
    {lots + "expires_at = expires_at - interval '30 days'" + of_lot("ann", 1),
     in_chain("lot_used_late", "ann", 4, "", "")},
    {holds + "ended_at = ended_at - interval '30 minutes'" + of_hold("h1"),
     in_chain("lot_used_late", "ann", 6, "", "")},
    {"DELETE FROM tokenledger.token_holds" + of_hold("h4"), in_chain("lot_used_late", "eve", 3, "", "")},
    {accounts + "balance = 200 WHERE user_id = 'ann'",
     of_user("lots_above_balance", "ann", "at most 200 in lots", "240")},
    {accounts + "due_at = NULL WHERE user_id = 'ann'",
     of_user("due_missing", "ann", "a time when its lots and holds are due", "none")},
    {accounts + "due_at = NULL WHERE user_id = 'eve'", of_user("due_missing", "eve", "", "none")},
    {accounts + "due_at = 'infinity' WHERE user_id = 'ann'", of_user("due_late", "ann", "", "infinity")},
    {accounts + "due_at = due_at + interval '1 microsecond' WHERE user_id = 'ben'",
     of_user("due_late", "ben", "", "")},
    {"DELETE FROM tokenledger.token_lots" + of_lot("ben", 1) +
         "; DELETE FROM tokenledger.token_lot_movements WHERE user_id = 'ben'",
     of_user("due_without_lots", "ben", "a lot or a hold", "none")},
};

const std::vector<tampering> with_expiries = {
    {rows + "effective_at = NULL" + of("ann", 5), in_chain("row_expiry", "ann", 5, "", "")},
    {rows + "effective_at = created_at" + of("ann", 6), in_chain("row_expiry", "ann", 6, "", "")},
    {rows + "balance_after = -1" + of("cat", 3), in_chain("row_expiry", "cat", 3, "", "")},
    {rows + "idempotency_key = 'key_1'" + of("ann", 5),
     in_chain("row_request", "ann", 5, "the request behind it", "deduction from expiry")},
    {rows + "reference = '2'" + of("ann", 5),
     in_chain("expiry_movement", "ann", 5, "-30 of lot 2", "-30 of lot 1")},
    {moved + "tokens = -29" + of("ann", 5),
     in_chain("expiry_movement", "ann", 5, "-30 of lot 1", "-29 of lot 1")},
    {"DELETE FROM tokenledger.token_lot_movements" + of("dan", 7),
     in_chain("expiry_movement", "dan", 7, "-100 of lot 1", "none")},
    {rows + "effective_at = effective_at - interval '1 microsecond'" + of("ann", 5),
     in_chain("expiry_time", "ann", 5, "", "")},
    {rows + "effective_at = created_at + interval '1 microsecond'" + of("ann", 5),
     in_chain("expiry_time", "ann", 5, "", "")},
    {lots + "expires_at = NULL" + of_lot("cat", 1), in_chain("expiry_time", "cat", 3, "", "")},
    {keys + "posted_user_ids = '{}', posted_sequences = '{}' WHERE scope = 'expiry'",
     in_chain("transaction_without_key", "ann", 5, "a key that posted it", "an expiry")},
    {keys + "posted_user_ids = '{ann}', posted_sequences = '{6}'" + of_key("usage", "h1"),
     in_chain("transaction_without_key", "ann", 7, "a key that posted it", "an expiry")},
    // Nothing but the settlement before it says why it was posted.
    {rows + "created_at = created_at + interval '1 second'" + of("dan", 7),
     in_chain("transaction_without_key", "dan", 7, "a key that posted it", "an expiry")},
    {keys + "posted_user_ids = '{ann}', posted_sequences = '{3}'" + of_key("release", "h2"),
     in_chain("key_of_transaction", "ann", 3, "release h2", "")},
    {keys + "command_hash = sha256('x') WHERE scope = 'expiry'",
     {.check = "key_hash", .expected = "the SHA-256 of its command", .found = ""}},
    {"UPDATE tokenledger.payments SET taken_tokens = 99" + of_pi_1,
     of_payment("settlement_tokens", "pi_1", "800", "99")},
    {"UPDATE tokenledger.payments SET taken_tokens = 801" + of_pi_1,
     of_payment("settlement_tokens", "pi_1", "800", "801")},
    {"UPDATE tokenledger.payments SET lost_cents = 99" + of_pi_1,
     of_payment("settlement_money", "pi_1", "800", "99")},
    {lots + "expires_at = 'infinity'" + of_lot("cat", 1),
     of_payment("settlement_tokens", "pi_1", "800", "100")},
};

const std::vector<tampering> with_holds = {
    {"DELETE FROM tokenledger.token_holds" + of_hold("h2"),
     {.check = "hold_missing", .expected = "the hold h2", .found = "none"}},
    {"DELETE FROM tokenledger.idempotency_keys" + of_key("hold", "h3"),
     of_user("hold_without_key", "ann", "the keys of h3", "none of the hold")},
    {"DELETE FROM tokenledger.idempotency_keys" + of_key("release", "h2"),
     of_user("hold_without_key", "ann", "the keys of h2 released", "none of its release")},
    {"DELETE FROM tokenledger.idempotency_keys" + of_key("usage", "h1"),
     of_user("hold_without_key", "ann", "the keys of h1 captured", "none of its capture")},
    {holds + "ended = 'captured', ended_at = created_at" + of_hold("h3"),
     of_user("hold_without_key", "ann", "the keys of h3 captured", "none of its capture")},
    {holds + "ended = NULL, ended_at = NULL" + of_hold("h2"),
     of_user("hold_end", "ann", "h2 released", "open")},
    {holds + "ended = 'captured'" + of_hold("h2"), of_user("hold_end", "ann", "h2 released", "captured")},
    {"DELETE FROM tokenledger.token_usage WHERE request_id = 'h1'",
     of_user("hold_usage", "ann", "the operation h1", "none")},
    {"UPDATE tokenledger.token_usage SET user_id = 'ben' WHERE request_id = 'h1'",
     of_user("hold_usage", "ann", "the operation h1", "none")},
    {holds + "created_at = created_at - interval '1 second'" + of_hold("h3"),
     of_user("hold_time", "ann", "", "")},
    {holds + "ended_at = ended_at - interval '1 second'" + of_hold("h1"),
     of_user("hold_time", "ann", "", "")},
    {holds + "tokens = 0" + of_hold("h3"), of_user("hold_values", "ann", "", "")},
    {holds + "expires_at = created_at" + of_hold("h3"), of_user("hold_values", "ann", "", "")},
    {holds + "ended = 'lost'" + of_hold("h1"), of_user("hold_values", "ann", "", "")},
    {holds + "ended_at = NULL" + of_hold("h1"), of_user("hold_values", "ann", "", "")},
    {holds + "reserved_lots = '{9}'" + of_hold("h3"),
     of_user("hold_without_lot", "ann", "lot 9 that h3 holds of", "none")},
    {holds + "reserved_tokens = '{21}'" + of_hold("h3"),
     of_user("hold_reserved", "ann", "1 to 20 of lots for h3", "21 of 21")},
    {holds + "reserved_tokens = '{0}'" + of_hold("h3"), of_user("hold_reserved", "ann", "", "0 of 0")},
    {holds + "reserved_lots = '{2,2}'" + of_hold("h3"), of_user("hold_reserved", "ann", "", "none")},
    {keys + "command_hash = sha256('x')" + of_key("hold", "h3"),
     {.check = "key_hash", .expected = "the SHA-256 of its command", .found = ""}},
};

} // namespace

const std::vector<tampering>& tokenledger::test::tamperings_with_lots() {
    static const std::vector<tampering> all = [] {
        std::vector<tampering> each = with_lots;
        each.insert(each.end(), with_expiries.begin(), with_expiries.end());
        each.insert(each.end(), with_holds.begin(), with_holds.end());
        return each;
    }();
    return all;
}

BOOST_AUTO_TEST_SUITE(tampering_with_lots_is_found)

BOOST_AUTO_TEST_CASE(with_lots_and_their_movements) {
    check_each<lots_ledger>(with_lots);
}

BOOST_AUTO_TEST_CASE(with_expiries_and_what_they_change_of_settlements) {
    check_each<lots_ledger>(with_expiries);
}

BOOST_AUTO_TEST_CASE(with_holds_and_their_ends) {
    check_each<lots_ledger>(with_holds);
}

BOOST_AUTO_TEST_SUITE_END()
