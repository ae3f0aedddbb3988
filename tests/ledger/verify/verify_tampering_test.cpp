// Every check of verify, with a tampering that it must find and name.
#include "codec/evidence.hpp"
#include "tampering.hpp"
#include "verify/checks.hpp"

#include <set>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// A frame without a dictionary, for rows whose format says that they need one.
const std::string a_frame_alone = "'\\x28b52ffd200b590000743d312c76313d320a7b7d'::bytea"; // t=1,v1=2 LF {}

const std::string dictionary_id = std::to_string(ledger::current_dictionary_id());

std::string alice(int sequence) {
    return " WHERE user_id = 'alice' AND sequence = " + std::to_string(sequence);
}
std::string dave(int sequence) {
    return " WHERE user_id = 'dave' AND sequence = " + std::to_string(sequence);
}

std::string gina(int sequence) {
    return " WHERE user_id = 'gina' AND sequence = " + std::to_string(sequence);
}

const std::string payments = "UPDATE tokenledger.payments SET ";
const std::string events = "UPDATE tokenledger.stripe_events SET ";
const std::string usage = "UPDATE tokenledger.token_usage SET ";
const std::string archives = "UPDATE tokenledger.usage_archives SET ";

std::string of_event(const std::string& id) {
    return " WHERE event_id = '" + id + "'";
}

ledger::discrepancy of_event(const std::string& check, const std::string& event, const std::string& expected,
                             const std::string& found) {
    return {.check = check, .event_id = event, .expected = expected, .found = found};
}

const std::vector<tampering> with_chains = {
    {"DELETE FROM tokenledger.token_transactions" + alice(2), in_chain("sequence_gap", "alice", 3, "2", "3")},
    {"DELETE FROM tokenledger.token_transactions" + alice(1), in_chain("sequence_gap", "alice", 2, "1", "2")},
    {rows + "balance_before = 5" + alice(1), in_chain("first_balance", "alice", 1, "0", "5")},
    {rows + "balance_before = 501, token_amount = 999" + alice(3),
     in_chain("balance_chain", "alice", 3, "500", "501")},
    {rows + "created_at = created_at - interval '1 day'" + alice(2),
     in_chain("time_backwards", "alice", 2, "", "")},
    {rows + "token_amount = 9223372036854775807" + alice(3),
     in_chain("row_arithmetic", "alice", 3, "9223372036854776307", "1500")},
    {rows + "source = 'trial'" + alice(1), in_chain("row_type", "alice", 1, "", "purchase from trial")},
    {rows + "token_amount = -500" + dave(1),
     in_chain("row_sign", "dave", 1, "the sign of its type", "grant from admin of -500 to 500")},
    {rows + "balance_after = -1" + dave(3),
     in_chain("row_below_zero", "dave", 3, "no balance below zero", "transfer from admin of -100 to -1")},
    {rows + "stripe_event_id = NULL" + alice(1),
     in_chain("row_stripe", "alice", 1, "", "purchase with pi_1 no event")},
    {rows + "currency = NULL" + alice(1), in_chain("row_money", "alice", 1, "", "purchase of 999")},
    {rows + "pack = NULL" + alice(1), in_chain("row_pack", "alice", 1, "", "token_pack with no pack 1")},
    {rows + "idempotency_key = NULL" + dave(1),
     in_chain("row_request", "dave", 1, "the request behind it", "grant from admin")},
    {rows + "counterparty_user_id = NULL" + dave(3),
     in_chain("row_counterparty", "dave", 3, "", "transfer with nobody")},
    {"DELETE FROM tokenledger.token_accounts WHERE user_id = 'alice'",
     {.check = "account_missing", .user_id = "alice", .expected = "an account", .found = "none"}},
    {accounts + "balance = 501 WHERE user_id = 'alice'", in_chain("account_sum", "alice", 4, "500", "501")},
    {accounts + "balance = 501 WHERE user_id = 'alice'",
     in_chain("account_balance", "alice", 4, "500", "501")},
    {"INSERT INTO tokenledger.token_accounts (user_id, balance) VALUES ('zoe', 7)",
     in_chain("account_sum", "zoe", 0, "0", "7")},
    {rows + "token_amount = token_amount + 1" + alice(2), in_chain("account_sum", "alice", 4, "501", "500")},
    {accounts + "last_sequence = 5 WHERE user_id = 'alice'", in_chain("account_count", "alice", 5, "4", "5")},
    {accounts + "last_sequence = 3 WHERE user_id = 'alice'",
     in_chain("account_sequence", "alice", 3, "4", "3")},
    {accounts + "last_transaction_at = last_transaction_at + interval '1 second' WHERE user_id = 'alice'",
     in_chain("account_time", "alice", 4, "", "")},
    {rows + "token_amount = -90" + dave(3),
     {.check = "transfer_balance",
      .user_id = "dave",
      .expected = "0 over all transfers with erin",
      .found = "10"}},
    {usage + "deduction_sequence = 77 WHERE request_id = 'req_1'",
     in_chain("usage_without_deduction", "dave", 77, "a deduction of 20 for req_1", "none")},
    {usage + "charged_tokens = 21 WHERE request_id = 'req_1'",
     in_chain("usage_tokens", "dave", 2, "21", "20")},
    {usage + "uncovered_tokens = 5 WHERE request_id = 'req_1'",
     in_chain("usage_uncovered", "dave", 2, "0 uncovered, as its key says", "5")},
    {keys + "uncovered_tokens = 5 WHERE key = 'req_1'",
     in_chain("usage_uncovered", "dave", 2, "5 uncovered, as its key says", "0")},
    {rows + "usage_request_id = 'req_2'" + dave(2), in_chain("usage_request", "dave", 2, "req_1", "req_2")},
    {usage + "charged_tokens = 0, deduction_sequence = NULL WHERE request_id = 'req_1'",
     in_chain("usage_not_linked", "dave", 2, "req_1 at deduction_sequence 2", "no deduction_sequence")},
};

const std::vector<tampering> with_requests = {
    {"DELETE FROM tokenledger.token_usage WHERE request_id = 'req_1'",
     in_chain("deduction_without_usage", "dave", 2, "the operation req_1", "none")},
    {"DELETE FROM tokenledger.token_usage WHERE request_id = 'req_2'",
     {.check = "usage_missing", .expected = "5 operations, kept or archived", .found = "4"}},
    {archives + "usages = 3",
     {.check = "usage_missing", .expected = "5 operations, kept or archived", .found = "6"}},
    // Deleted usage that is older than the archive, but that the archive did not count.
    {archives + "before = clock_timestamp(); DELETE FROM tokenledger.token_usage WHERE request_id = 'req_1'",
     {.check = "archive_charges", .expected = "1 deductions whose operation was archived", .found = "2"}},
    {archives + "charged_tokens = 31",
     {.check = "archive_tokens", .expected = "31 tokens charged for what was archived", .found = "30"}},
    {"DELETE FROM tokenledger.usage_archives",
     in_chain("deduction_without_usage", "frank", 2, "the operation req_f1", "none")},
    {"DELETE FROM tokenledger.token_transactions" + dave(3),
     in_chain("key_without_transaction", "dave", 3, "a row of request key_2", "none")},
    {keys + "posted_user_ids = '{dave}', posted_sequences = '{7}' WHERE key = 'req_1'",
     in_chain("key_without_transaction", "dave", 7, "a row of usage req_1", "none")},
    {rows + "idempotency_key = 'key_9'" + dave(3),
     in_chain("key_of_transaction", "dave", 3, "request key_2", "request key_9 usage")},
    {rows + "usage_request_id = 'req_9'" + dave(2),
     in_chain("key_of_transaction", "dave", 2, "usage req_1", "request usage req_9")},
    {"DELETE FROM tokenledger.idempotency_keys WHERE key = 'key_1'",
     in_chain("transaction_without_key", "dave", 1, "a key that posted it", "request key_1 usage")},
    {rows + "idempotency_key = 'key_9'" + alice(1),
     in_chain("transaction_without_key", "alice", 1, "the key of request key_9", "none")},
    {"DELETE FROM tokenledger.idempotency_keys WHERE key = 'in_1'",
     in_chain("reference_without_key", "erin", 1, "the key of subscription in_1", "none")},
    {rows + "source = 'trial' WHERE user_id = 'erin' AND sequence = 1",
     in_chain("reference_without_key", "erin", 1, "the key of trial in_1", "none")},
    {"DELETE FROM tokenledger.idempotency_keys WHERE key = 'req_2'",
     {.check = "usage_without_key",
      .user_id = "dave",
      .expected = "the key of operation req_2",
      .found = "none"}},
    {"DELETE FROM tokenledger.idempotency_keys WHERE key = 'req_f1'",
     in_chain("usage_without_key", "frank", 2, "the key of operation req_f1", "none")},
    {"DELETE FROM tokenledger.idempotency_keys WHERE key = 'key_retry'",
     of_event("action_without_key", "evt_12", "the key of request key_retry", "none")},
    {"UPDATE tokenledger.event_actions SET event_id = 'evt_99'",
     of_event("action_without_event", "evt_99", "the event of retry key_retry", "none")},
    {keys + "command = command || '.' WHERE key = 'key_2'",
     {.check = "key_hash", .expected = "the SHA-256 of its command", .found = ""}},
    {keys + "command = overlay(command PLACING 'x' FROM 20) WHERE key = 'req_2'",
     {.check = "key_hash", .expected = "the SHA-256 of its command", .found = ""}},
    {keys + "command_hash = sha256('x') WHERE key = 'req_1'",
     {.check = "key_hash", .expected = "the SHA-256 of its command", .found = ""}},
};

const std::vector<tampering> reversed = {
    {rows + "token_amount = 41" + gina(3), in_chain("reversal_tokens", "gina", 3, "at most 40", "41")},
    {rows + "token_amount = -15" + gina(3),
     in_chain("row_sign", "gina", 3, "the sign of its type", "refund from usage of -15 to 75")},
    {"DELETE FROM tokenledger.token_transactions" + gina(2),
     in_chain("reversal_without_charge", "gina", 3, "a deduction before it for req_g1", "none")},
    {rows + "usage_request_id = NULL" + gina(3),
     in_chain("row_request", "gina", 3, "the request behind it", "refund from usage")},
    {"DROP INDEX tokenledger.token_transactions_reversal; INSERT INTO tokenledger.token_transactions"
     " (user_id, sequence, transaction_type, source, token_amount, balance_before, balance_after, actor,"
     " usage_request_id, created_at)"
     " SELECT user_id, 4, transaction_type, source, token_amount, 75, 90, actor, usage_request_id, created_at"
     " FROM tokenledger.token_transactions" +
         gina(3),
     in_chain("reversal_twice", "gina", 4, "one for req_g1", "2")},
    {"DELETE FROM tokenledger.idempotency_keys WHERE scope = 'reversal'",
     in_chain("reversal_without_key", "gina", 3, "the key of the reversal of req_g1", "none")},
    {"DELETE FROM tokenledger.idempotency_keys WHERE scope = 'reversal'",
     in_chain("transaction_without_key", "gina", 3, "a key that posted it", "request usage req_g1")},
    {keys + "posted_sequences = '{2}' WHERE scope = 'reversal'",
     in_chain("key_of_transaction", "gina", 2, "reversal req_g1", "")},
    {keys + "command_hash = sha256('x') WHERE scope = 'reversal'",
     {.check = "key_hash", .expected = "the SHA-256 of its command", .found = ""}},
};

const std::vector<tampering> with_payments = {
    {"DELETE FROM tokenledger.payments" + of_pi_1,
     of_payment("purchase_without_payment", "pi_1", "a credited payment", "no such payment")},
    {"DELETE FROM tokenledger.token_transactions" + alice(1),
     of_payment("payment_without_purchase", "pi_1", "a purchase of 1000 by alice", "none")},
    {payments + "user_id = 'bob'" + of_pi_1, of_payment("purchase_user", "pi_1", "bob", "alice")},
    {payments + "tokens = 1001" + of_pi_1, of_payment("purchase_tokens", "pi_1", "1001", "1000")},
    {payments + "amount_cents = 998" + of_pi_1, of_payment("purchase_amount", "pi_1", "998", "999")},
    {payments + "currency = 'eur'" + of_pi_1, of_payment("purchase_currency", "pi_1", "eur", "usd")},
    {payments + "pack = 'vast'" + of_pi_1, of_payment("purchase_pack", "pi_1", "vast", "starter")},
    {payments + "quantity = 2" + of_pi_1, of_payment("purchase_quantity", "pi_1", "2", "1")},
    {payments + "credited_at = credited_at + interval '1 second'" + of_pi_1,
     of_payment("purchase_time", "pi_1", "", "")},
    {payments + "tokens = NULL" + of_pi_1,
     of_payment("payment_credit", "pi_1", "a whole credit or none", "1 of its columns are null")},
    {payments + "lost_cents = 1000" + of_pi_1,
     of_payment("payment_totals", "pi_1", "0 to 1000 tokens taken, 0 to 999 cents lost",
                "500 tokens, 1000 cents")},
    {payments + "taken_tokens = 1 WHERE payment_intent_id = 'pi_4'",
     of_payment("payment_totals", "pi_4", "0 to 0 tokens taken, 0 to 0 cents lost", "1 tokens, 0 cents")},
    {"DROP INDEX tokenledger.token_transactions_purchase_once; INSERT INTO tokenledger.token_transactions"
     " (user_id, sequence, transaction_type, source, token_amount, balance_before, balance_after,"
     " amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id, pack, quantity, created_at)"
     " SELECT user_id, 5, transaction_type, source, token_amount, 500, 1500, amount_paid_cents, currency,"
     " stripe_payment_intent_id, stripe_event_id, pack, quantity, created_at"
     " FROM tokenledger.token_transactions" +
         alice(1) + "; " + accounts + "balance = 1500, last_sequence = 5 WHERE user_id = 'alice'",
     in_chain("purchase_twice", "alice", 5, "one purchase of a payment", "2")},
    {"ALTER TABLE tokenledger.payments DROP CONSTRAINT payments_pkey;"
     " INSERT INTO tokenledger.payments SELECT * FROM tokenledger.payments" +
         of_pi_1,
     of_payment("payment_twice", "pi_1", "one row of a payment", "2")},
    {rows + "user_id = 'carol', sequence = 2" + alice(2),
     in_chain("refund_user", "carol", 2, "alice", "carol")},
    {rows + "currency = 'eur'" + alice(2), in_chain("refund_currency", "alice", 2, "usd", "eur")},
    {payments + "taken_tokens = 499" + of_pi_1, of_payment("refund_tokens", "pi_1", "499", "500")},
    {"DELETE FROM tokenledger.token_transactions" + alice(2),
     of_payment("refund_tokens", "pi_1", "500", "0")},
    {rows + "amount_paid_cents = -400" + alice(2), of_payment("refund_money", "pi_1", "500", "400")},
    {payments + "taken_tokens = 499" + of_pi_1, of_payment("settlement_tokens", "pi_1", "500", "499")},
    {"UPDATE tokenledger.payment_refunds SET amount_cents = 999" + of_pi_1,
     of_payment("settlement_tokens", "pi_1", "1000", "500")},
    {"UPDATE tokenledger.payment_dispute_transactions SET amount_cents = 999, takes_money = false",
     of_payment("settlement_tokens", "pi_2", "0", "1000")},
    {"UPDATE tokenledger.payment_dispute_transactions SET currency = 'eur'; INSERT INTO"
     " tokenledger.payment_dispute_transactions VALUES ('pi_2', 'dp_1', 'txn_2', false, 333, 'eur')",
     of_payment("settlement_tokens", "pi_2", "666", "1000")},
    {"UPDATE tokenledger.payment_dispute_transactions SET amount_cents = NULL, currency = NULL;"
     " UPDATE tokenledger.payment_disputes SET signs_only = true, status = 'won'; INSERT INTO"
     " tokenledger.payment_dispute_transactions VALUES ('pi_2', 'dp_1', 'txn_2', false)",
     of_payment("settlement_tokens", "pi_2", "0", "1000")},
    {"UPDATE tokenledger.payment_refunds SET currency = 'jpy'" + of_pi_1,
     of_payment("settlement_tokens", "pi_1", "0", "500")},
    {payments + "refunded_cumulative_cents = 999, refunded_currency = 'usd'" + of_pi_1,
     of_payment("settlement_tokens", "pi_1", "1000", "500")},
    {payments + "refunded_cumulative_cents = 999 WHERE payment_intent_id = 'pi_6'",
     of_payment("settlement_tokens", "pi_6", "10", "0")},
    {payments + "lost_cents = 100" + of_pi_1, of_payment("settlement_money", "pi_1", "500", "100")},
    {"INSERT INTO tokenledger.payment_refunds VALUES ('pi_nowhere', 're_9', 1, false, true)",
     of_payment("detail_without_payment", "pi_nowhere", "a payment", "refund re_9 of none")},
    {payments + "has_details = false" + of_pi_1,
     of_payment("detail_not_read", "pi_1", "has_details of the payment", "refund re_1")},
    {"DELETE FROM tokenledger.payment_disputes", of_payment("detail_without_dispute", "pi_2", "its dispute",
                                                            "balance transaction txn_1 of dispute dp_1")},
    {"UPDATE tokenledger.payment_disputes SET status = 'strange'",
     of_payment("detail_value", "pi_2", "", "dispute dp_1")},
    {"UPDATE tokenledger.payment_dispute_transactions SET takes_money = false",
     of_payment("detail_value", "pi_2", "", "balance transaction txn_1 of dispute dp_1")},
    {"UPDATE tokenledger.payment_dispute_transactions SET amount_cents = 0",
     of_payment("detail_value", "pi_2", "", "balance transaction txn_1 of dispute dp_1")},
};

const std::vector<tampering> with_events = {
    {"DELETE FROM tokenledger.stripe_events" + of_event("evt_1"),
     in_chain("event_missing", "alice", 1, "the event behind it", "none")},
    {"DELETE FROM tokenledger.stripe_events" + of_event("evt_2"),
     in_chain("event_missing", "alice", 2, "the event behind it", "none")},
    {events + "result = 'parked', reason = 'bad_payload'" + of_event("evt_1"),
     of_event("event_result", "evt_1", "applied", "parked bad_payload")},
    {events + "result = 'parked', reason = 'bad_payload'" + of_event("evt_2"),
     of_event("event_result", "evt_2", "applied, or parked for a refund that is not counted",
              "parked bad_payload")},
    {events + "payment_intent_id = 'pi_9'" + of_event("evt_1"),
     of_event("event_payment", "evt_1", "pi_1", "pi_9")},
    {events + "payment_intent_id = 'pi_9'" + of_event("evt_2"),
     of_event("event_payment", "evt_2", "pi_1", "pi_9")},
    {events + "result = 'applied'" + of_event("evt_14"),
     of_event("event_without_purchase", "evt_14", "a purchase", "none")},
    {events + "evidence = NULL, evidence_format = NULL" + of_event("evt_1"),
     of_event("event_evidence", "evt_1", "evidence", "none")},
    {events + "evidence = NULL, evidence_format = NULL" + of_event("evt_7"),
     of_event("event_evidence", "evt_7", "evidence", "none")},
    {events + "evidence = NULL, evidence_format = NULL, result = 'ignored'" + of_event("evt_2"),
     of_event("event_evidence", "evt_2", "evidence", "none")},
    {events + "result = 'waiting'" + of_event("evt_2"),
     of_event("waiting_credited", "evt_2", "settled: its payment is credited", "waiting")},
    {events + "livemode = false" + of_event("evt_2"),
     {.check = "payment_mode",
      .payment_intent_id = "pi_1",
      .event_id = "evt_2",
      .expected = "live mode, as evt_1",
      .found = "test mode"}},
    {events + "result = 'ignored', livemode = false" + of_event("evt_2"),
     {.check = "payment_mode",
      .payment_intent_id = "pi_1",
      .event_id = "evt_2",
      .expected = "live mode, as evt_1",
      .found = "test mode"}},
    {payments + "has_details = false WHERE payment_intent_id = 'pi_4'",
     of_event("waiting_not_read", "evt_7", "a payment with has_details", "has_details is false")},
    {events + "payment_intent_id = 'pi_9'" + of_event("evt_7"),
     of_event("waiting_not_read", "evt_7", "a payment with has_details", "no such payment")},
    {events + "evidence = set_byte(evidence, 20, (get_byte(evidence, 20) + 1) % 256)" + of_event("evt_1"),
     of_event("evidence_damaged", "evt_1", "evidence of format 2", "")},
    {events + "evidence = 'x'" + of_event("evt_7"),
     of_event("evidence_damaged", "evt_7", "evidence of format 2", "1 bytes that do not unpack")},
    {events + "evidence = " + a_frame_alone + of_event("evt_7"),
     of_event("evidence_damaged", "evt_7", "evidence of format 2", "20 bytes that do not unpack")},
    {events + "evidence_format = 1" + of_event("evt_7"),
     of_event("evidence_damaged", "evt_7", "evidence of format 1", "")},
    // The id of another dictionary: bytes 5 to 8 of a frame with a small one.
    {events + "evidence = set_byte(evidence, 5, 1)" + of_event("evt_7"),
     of_event("evidence_damaged", "evt_7", "evidence of format 2", "")},
    {"DELETE FROM tokenledger.evidence_dictionaries",
     {.check = "dictionary_missing", .expected = "dictionary " + dictionary_id, .found = "none"}},
    {"UPDATE tokenledger.evidence_dictionaries SET dictionary = dictionary || 'x'",
     {.check = "dictionary_damaged"}},
    {"UPDATE tokenledger.evidence_dictionaries SET dictionary_sha256 = sha256('x')",
     {.check = "dictionary_damaged"}},
    {"INSERT INTO tokenledger.evidence_dictionaries VALUES (sha256('x'), 77, 'y')",
     {.check = "dictionary_damaged"}},
    {events + "evidence_format = 7" + of_event("evt_12"),
     of_event("evidence_damaged", "evt_12", "evidence of format 1 or 2", "format 7")},
};

} // namespace

BOOST_AUTO_TEST_SUITE(tampering_is_found)

BOOST_AUTO_TEST_CASE(with_rows_chains_accounts_and_usage) {
    check_each<reversed_fixture>(with_chains);
}

BOOST_AUTO_TEST_CASE(with_requests_keys_and_archives) {
    check_each<reversed_fixture>(with_requests);
}

BOOST_AUTO_TEST_CASE(with_reversals) {
    check_each<reversed_fixture>(reversed);
}

BOOST_AUTO_TEST_CASE(with_payments_refunds_and_disputes) {
    check_each<reversed_fixture>(with_payments);
}

BOOST_AUTO_TEST_CASE(with_events_and_evidence) {
    check_each<reversed_fixture>(with_events);
}

BOOST_AUTO_TEST_CASE(with_a_case_for_every_check) {
    std::set<std::string, std::less<>> tried;
    for (const auto* cases :
         {&with_chains, &with_requests, &reversed, &with_payments, &with_events, &tamperings_with_lots()}) {
        for (const tampering& each : *cases)
            tried.insert(each.found.check);
    }
    std::set<std::string, std::less<>> known = {"settlement_tokens", "settlement_money", "evidence_damaged",
                                                "dictionary_missing", "dictionary_damaged"};
    for (const ledger::verify_rule& rule : ledger::twice_check().rules)
        known.emplace(rule.slug);
    for (const ledger::verify_check& check : ledger::verify_checks()) {
        for (const ledger::verify_rule& rule : check.rules)
            known.emplace(rule.slug);
    }
    BOOST_TEST(tried == known, boost::test_tools::per_element());
    // The operator's documentation.
    const std::string page = source_file("docs/verify.md");
    for (const std::string& slug : known)
        BOOST_TEST(page.find("`" + slug + "`") != std::string::npos, slug << " is not in docs/verify.md");
}

BOOST_AUTO_TEST_SUITE_END()
