// Invalid rows, and the constraints that refuse them.
#include "schema_rows.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger;
using namespace tokenledger::test;

BOOST_AUTO_TEST_SUITE(schema)

BOOST_FIXTURE_TEST_CASE(valid_rows_are_accepted, database_with_account) {
    for (const columns& row : {a_purchase, a_grant, a_deduction, a_refund, a_transfer, a_charge, a_reversal})
        BOOST_TEST(refusing(insert("token_transactions", row)) == "");
    BOOST_TEST(refusing(insert("token_transactions", a_deduction,
                               {{"token_amount", "-101"}, {"balance_after", "-1"}})) == "");
    BOOST_TEST(refusing(insert("token_transactions", a_refund,
                               {{"token_amount", "-101"}, {"balance_after", "-1"}})) == "");
    BOOST_TEST(refusing(insert("token_transactions", a_purchase, {{"amount_paid_cents", "0"}})) == "");
    BOOST_TEST(refusing(insert("token_transactions", a_purchase, {{"pack", bytes(255)}})) == "");
    BOOST_TEST(refusing(insert("stripe_events", an_event)) == "");
    BOOST_TEST(refusing(insert("payments", a_credit)) == "");
    BOOST_TEST(refusing("INSERT INTO tokenledger.payments VALUES ('pi_1')") == "");
    BOOST_TEST(refusing(insert("token_usage", a_use)) == "");
}

BOOST_FIXTURE_TEST_CASE(an_invalid_transaction_is_refused_by_the_named_constraint, database_with_account) {
    const std::vector<std::tuple<columns, columns, std::string>> wrong = {
        {a_purchase, {{"user_id", "'nobody'"}}, "token_transactions_account"},
        {a_purchase, {{"sequence", "0"}}, "token_transactions_sequence"},
        {a_purchase, {{"balance_before", "1"}, {"balance_after", "101"}}, "token_transactions_first_balance"},
        {a_purchase, {{"balance_after", "101"}}, "token_transactions_balance"},
        {a_grant, {{"transaction_type", "'gift'"}}, "token_transactions_type_source"},
        {a_purchase,
         {{"source", "'admin'"}, {"actor", "1"}, {"pack", "NULL"}, {"quantity", "NULL"}},
         "token_transactions_money"},
        {a_grant, {{"source", "'usage'"}, {"usage_request_id", "'r'"}}, "token_transactions_type_source"},
        {a_deduction, {{"source", "'trial'"}, {"reference", "'x'"}}, "token_transactions_type_source"},
        {a_transfer, {{"source", "'stripe'"}}, "token_transactions_stripe"},
        {a_transfer, {{"source", "'trial'"}, {"reference", "'x'"}}, "token_transactions_type_source"},
        {a_refund,
         {{"source", "'token_pack'"}, {"pack", "'p'"}, {"quantity", "1"}},
         "token_transactions_type_source"},
        {a_purchase, {{"token_amount", "-1"}, {"balance_after", "-1"}}, "token_transactions_sign"},
        {a_grant, {{"token_amount", "0"}, {"balance_after", "0"}}, "token_transactions_sign"},
        {a_deduction, {{"token_amount", "1"}, {"balance_after", "101"}}, "token_transactions_sign"},
        {a_refund, {{"token_amount", "0"}, {"balance_after", "100"}}, "token_transactions_sign"},
        {a_reversal, {{"token_amount", "-1"}, {"balance_after", "99"}}, "token_transactions_sign"},
        {a_transfer, {{"token_amount", "-101"}, {"balance_after", "-1"}}, "token_transactions_below_zero"},
        {a_purchase, {{"stripe_payment_intent_id", "NULL"}}, "token_transactions_stripe"},
        {a_purchase, {{"stripe_event_id", "NULL"}}, "token_transactions_stripe"},
        {a_grant, {{"stripe_payment_intent_id", "'pi_1'"}}, "token_transactions_stripe"},
        {a_purchase,
         {{"amount_paid_cents", "NULL"}, {"currency", "NULL"}},
         "token_transactions_purchase_money"},
        {a_purchase, {{"amount_paid_cents", "-1"}}, "token_transactions_purchase_money"},
        {a_grant, {{"amount_paid_cents", "1"}, {"currency", "'usd'"}}, "token_transactions_money"},
        {a_refund, {{"amount_paid_cents", "1"}}, "token_transactions_money"},
        {a_purchase, {{"currency", "'USD'"}}, "token_transactions_currency"},
        {a_purchase, {{"currency", "E'usd\\n'"}}, "token_transactions_currency"},
        {a_purchase, {{"pack", "NULL"}}, "token_transactions_pack"},
        {a_purchase, {{"quantity", "NULL"}}, "token_transactions_pack"},
        {a_grant, {{"pack", "'starter'"}, {"quantity", "1"}}, "token_transactions_pack"},
        {a_purchase, {{"quantity", "0"}}, "token_transactions_quantity"},
        {a_grant, {{"source", "'subscription'"}}, "token_transactions_reference"},
        {a_grant, {{"source", "'trial'"}}, "token_transactions_reference"},
        {a_grant, {{"idempotency_key", "NULL"}}, "token_transactions_request"},
        {a_grant, {{"usage_request_id", "'req_1'"}}, "token_transactions_request"},
        {a_charge, {{"usage_request_id", "NULL"}}, "token_transactions_request"},
        {a_purchase, {{"usage_request_id", "'req_1'"}}, "token_transactions_request"},
        {a_reversal, {{"usage_request_id", "NULL"}}, "token_transactions_request"},
        {a_reversal, {{"actor", "NULL"}}, "token_transactions_actor"},
        {a_reversal, {{"amount_paid_cents", "1"}, {"currency", "'usd'"}}, "token_transactions_money"},
        {a_reversal,
         {{"stripe_payment_intent_id", "'pi_1'"}, {"stripe_event_id", "'evt_2'"}},
         "token_transactions_stripe"},
        {a_grant, {{"actor", "NULL"}}, "token_transactions_actor"},
        {a_grant, {{"actor", "-1"}}, "token_transactions_actor"},
        {a_grant, {{"actor", "4294967296"}}, "token_transactions_actor"},
        {a_purchase,
         {{"source", "'stripe'"}, {"pack", "NULL"}, {"quantity", "NULL"}},
         "token_transactions_actor"},
        {a_transfer, {{"counterparty_user_id", "NULL"}}, "token_transactions_counterparty"},
        {a_transfer, {{"counterparty_user_id", "'user_1'"}}, "token_transactions_counterparty"},
        {a_grant, {{"counterparty_user_id", "'user_2'"}}, "token_transactions_counterparty"},
        {a_purchase, {{"pack", "''"}}, "token_transactions_lengths"},
        {a_purchase, {{"pack", bytes(256)}}, "token_transactions_lengths"},
        {a_purchase, {{"stripe_event_id", bytes(256)}}, "token_transactions_lengths"},
        {a_purchase, {{"stripe_payment_intent_id", bytes(256)}}, "token_transactions_lengths"},
        {a_grant, {{"idempotency_key", bytes(256)}}, "token_transactions_lengths"},
        {a_grant, {{"reference", "''"}}, "token_transactions_lengths"},
        {a_transfer, {{"counterparty_user_id", bytes(256)}}, "token_transactions_lengths"},
        {a_charge, {{"usage_request_id", bytes(256)}}, "token_transactions_lengths"},
        // Out of range for bigint: class 22, not retried, like a constraint.
        {a_deduction, {{"balance_before", "-9223372036854775808"}, {"balance_after", "0"}}, "22003"},
    };
    for (const auto& [row, changes, constraint] : wrong) {
        const std::string statement = insert("token_transactions", row, changes);
        BOOST_TEST_CONTEXT(statement)
        BOOST_TEST(refusing(statement) == constraint);
    }
}

BOOST_FIXTURE_TEST_CASE(a_usage_is_reversed_once, database_with_account) {
    const std::string second =
        insert("token_transactions", a_reversal,
               {{"sequence", "3"}, {"balance_before", "101"}, {"balance_after", "102"}});
    BOOST_TEST(refusing(insert("token_transactions", a_reversal) + "; " + second) ==
               "token_transactions_reversal");
}

BOOST_FIXTURE_TEST_CASE(a_payment_has_one_purchase_and_a_sequence_number_is_used_once,
                        database_with_account) {
    const std::string first = insert("token_transactions", a_purchase) + "; ";
    BOOST_TEST(refusing(first + insert("token_transactions", a_purchase)) == "token_transactions_pkey");
    BOOST_TEST(
        refusing(first + insert("token_transactions", a_purchase,
                                {{"sequence", "2"}, {"balance_before", "100"}, {"balance_after", "200"}})) ==
        "token_transactions_purchase_once");
    BOOST_TEST(refusing(first + insert("token_transactions", a_refund)) == "");
}

BOOST_FIXTURE_TEST_CASE(an_invalid_row_of_another_table_is_refused_by_the_named_constraint,
                        database_with_account) {
    const std::vector<std::tuple<std::string, columns, columns, std::string>> wrong = {
        {"token_accounts", {{"user_id", "''"}}, {}, "token_accounts_user_id_length"},
        {"token_accounts", {{"user_id", bytes(256)}}, {}, "token_accounts_user_id_length"},
        {"token_accounts", {{"user_id", "'u'"}, {"last_sequence", "-1"}}, {}, "token_accounts_last_sequence"},
        {"token_accounts",
         {{"user_id", "'u'"}, {"last_sequence", "1"}},
         {},
         "token_accounts_last_transaction_at"},
        {"token_accounts",
         {{"user_id", "'u'"}, {"balance", "1"}},
         {},
         "token_accounts_balance_without_transactions"},
        {"stripe_events", an_event, {{"result", "'lost'"}}, "stripe_events_result"},
        {"stripe_events", an_event, {{"result", "'parked'"}}, "stripe_events_reason"},
        {"stripe_events", an_event, {{"evidence_format", "NULL"}}, "stripe_events_evidence"},
        {"stripe_events",
         an_event,
         {{"evidence_format", "NULL"}, {"evidence", "NULL"}},
         "stripe_events_evidence"},
        {"stripe_events", an_event, {{"event_id", bytes(256)}}, "stripe_events_lengths"},
        {"stripe_events", an_event, {{"api_version", "''"}}, "stripe_events_lengths"},
        {"stripe_events", an_event, {{"position", "1"}}, "428C9"}, // GENERATED ALWAYS
        {"payments", a_credit, {{"pack", "NULL"}}, "payments_credit_all_or_none"},
        {"payments", {{"payment_intent_id", "'pi'"}, {"tokens", "1"}}, {}, "payments_credit_all_or_none"},
        {"payments", a_credit, {{"tokens", "0"}}, "payments_tokens"},
        {"payments", a_credit, {{"amount_cents", "-1"}}, "payments_amount_cents"},
        {"payments", a_credit, {{"currency", "'us'"}}, "payments_currency"},
        {"payments", a_credit, {{"quantity", "0"}}, "payments_quantity"},
        {"payments", a_credit, {{"catalog", bytes(256)}}, "payments_lengths"},
        {"token_usage", a_use, {{"tokens_used", "-1"}}, "token_usage_tokens"},
        {"token_usage", a_use, {{"output_tokens", "-1"}}, "token_usage_tokens"},
        {"token_usage", a_use, {{"cost_estimate", "-0.1"}}, "token_usage_cost_estimate"},
        {"token_usage", a_use, {{"cost_estimate", "'NaN'"}}, "token_usage_cost_estimate"},
        {"token_usage", a_use, {{"cost_estimate", "'Infinity'"}}, "token_usage_cost_estimate"},
        {"token_usage", a_use, {{"charged_tokens", "1"}}, "token_usage_charge"},
        {"token_usage", a_use, {{"deduction_sequence", "1"}}, "token_usage_charge"},
        {"token_usage", a_use, {{"request_id", "''"}}, "token_usage_lengths"},
        {"token_usage", a_use, {{"cached_input_tokens", "-1"}}, "token_usage_details"},
        {"token_usage", a_use, {{"reasoning_tokens", "-1"}}, "token_usage_details"},
        {"token_usage", a_use, {{"member", "''"}}, "token_usage_details"},
        {"token_usage", a_use, {{"metadata", "'[]'"}}, "token_usage_details"},
        {"token_usage", a_use, {{"uncovered_tokens", "0"}}, "token_usage_uncovered"},
        {"idempotency_keys",
         {{"scope", "'usage'"}, {"key", "'k'"}, {"command_hash", "'short'"}, {"actor", "1"}},
         {},
         "idempotency_keys_command_hash"},
        {"idempotency_keys",
         {{"scope", "'s'"}, {"key", "'k'"}, {"command_hash", "sha256('')"}, {"actor", "1"}},
         {},
         "idempotency_keys_scope"},
        {"idempotency_keys",
         {{"scope", "'request'"}, {"key", "'k'"}, {"command_hash", "sha256('')"}, {"actor", "1"}},
         {},
         "idempotency_keys_command"},
        {"idempotency_keys",
         {{"scope", "'usage'"}, {"key", "'k'"}, {"command_hash", "sha256('')"}, {"actor", "-1"}},
         {},
         "idempotency_keys_actor"},
        {"idempotency_keys",
         {{"scope", "'usage'"},
          {"key", "'k'"},
          {"command_hash", "sha256('')"},
          {"actor", "1"},
          {"posted_sequences", "'{1}'"}},
         {},
         "idempotency_keys_posted"},
        {"schema_migrations", {{"version", "'1'"}, {"name", "'x'"}}, {}, "schema_migrations_version"},
    };
    for (const auto& [table, row, changes, constraint] : wrong) {
        const std::string statement = insert(table, row, changes);
        BOOST_TEST_CONTEXT(statement)
        BOOST_TEST(refusing(statement) == constraint);
    }
}

BOOST_FIXTURE_TEST_CASE(the_cost_of_usage_is_stored_exactly, database_with_account) {
    session().run(insert("token_usage", a_use));
    BOOST_TEST(session().value("SELECT cost_estimate FROM tokenledger.token_usage") ==
               "0.000000000000000000001");
}

BOOST_FIXTURE_TEST_CASE(every_table_and_column_has_a_comment_in_the_database, database_with_account) {
    BOOST_TEST(
        session().value(
            "SELECT string_agg(c.relname || '.' || a.attname, ', ') FROM pg_class c JOIN pg_attribute a"
            " ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = 'tokenledger'::regnamespace AND c.relkind = 'r'"
            " AND col_description(c.oid, a.attnum) IS NULL") == "NULL");
    BOOST_TEST(
        session().value("SELECT count(*) FROM pg_class c WHERE relnamespace = 'tokenledger'::regnamespace"
                        " AND relkind = 'r' AND obj_description(oid, 'pg_class') IS NULL") == "0");
    BOOST_TEST(
        session().value("SELECT count(*) > 0 FROM pg_class WHERE relnamespace = 'tokenledger'::regnamespace"
                        " AND relkind = 'r'") == "t");
}

BOOST_FIXTURE_TEST_CASE(the_only_foreign_key_is_from_transactions_to_accounts, database_with_account) {
    BOOST_TEST(session().value("SELECT string_agg(conname, ',') FROM pg_constraint WHERE contype = 'f'"
                               " AND connamespace = 'tokenledger'::regnamespace") ==
               "token_transactions_account");
}

BOOST_FIXTURE_TEST_CASE(indexed_text_is_sorted_by_bytes, database_with_account) {
    BOOST_TEST(
        session().value("SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid"
                        " WHERE i.indrelid::regclass::text LIKE 'tokenledger.%'"
                        " AND a.attcollation NOT IN (0, '\"C\"'::regcollation)") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
