// What the database itself guarantees, whoever writes to it.
#include "test_database.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

using namespace tokenledger;

namespace {

// Roles belong to the whole server: made once, then every migrated database of this run grants to them.
void make_roles(test::test_database& database) {
    database.session().run(test::source_file("migrations/roles.sql"));
}

using columns = std::map<std::string, std::string>;

std::string insert(const std::string& table, columns row, const columns& changes = {}) {
    for (const auto& [name, value] : changes)
        row[name] = value;
    std::string names;
    std::string values;
    for (const auto& [name, value] : row) {
        names += (names.empty() ? "" : ", ") + name;
        values += (values.empty() ? "" : ", ") + value;
    }
    return "INSERT INTO tokenledger." + table + " (" + names + ") VALUES (" + values + ")";
}

const columns a_purchase = {
    {"user_id", "'user_1'"},
    {"sequence", "1"},
    {"transaction_type", "'purchase'"},
    {"source", "'token_pack'"},
    {"token_amount", "100"},
    {"balance_before", "0"},
    {"balance_after", "100"},
    {"amount_paid_cents", "999"},
    {"currency", "'usd'"},
    {"stripe_payment_intent_id", "'pi_1'"},
    {"stripe_event_id", "'evt_1'"},
    {"pack", "'starter'"},
    {"quantity", "1"},
    {"created_at", "clock_timestamp()"},
};
const columns no_purchase = {
    {"amount_paid_cents", "NULL"}, {"currency", "NULL"}, {"stripe_payment_intent_id", "NULL"},
    {"stripe_event_id", "NULL"},   {"pack", "NULL"},     {"quantity", "NULL"}};

columns with(columns row, const columns& changes) {
    for (const auto& [name, value] : changes)
        row[name] = value;
    return row;
}

const columns a_grant = with(with(a_purchase, no_purchase), {{"transaction_type", "'grant'"},
                                                             {"source", "'admin'"},
                                                             {"actor", "1000"},
                                                             {"idempotency_key", "'key'"}});
const columns a_deduction = with(a_grant, {{"transaction_type", "'deduction'"},
                                           {"sequence", "2"},
                                           {"token_amount", "-100"},
                                           {"balance_before", "100"},
                                           {"balance_after", "0"}});
const columns a_refund = with(a_deduction, {{"transaction_type", "'refund'"},
                                            {"source", "'stripe'"},
                                            {"actor", "NULL"},
                                            {"idempotency_key", "NULL"},
                                            {"stripe_payment_intent_id", "'pi_1'"},
                                            {"stripe_event_id", "'evt_2'"}});
const columns a_transfer =
    with(a_deduction, {{"transaction_type", "'transfer'"}, {"counterparty_user_id", "'user_2'"}});
const columns a_charge =
    with(a_deduction, {{"source", "'usage'"}, {"usage_request_id", "'req_1'"}, {"idempotency_key", "NULL"}});
const columns an_event = {{"event_id", "'evt_1'"},  {"event_type", "'payment_intent.succeeded'"},
                          {"result", "'applied'"},  {"endpoint", "'/stripe/webhook'"},
                          {"evidence_format", "1"}, {"evidence", "'x'"}};
const columns a_credit = {{"payment_intent_id", "'pi_1'"}, {"user_id", "'user_1'"}, {"tokens", "100"},
                          {"amount_cents", "0"},           {"currency", "'usd'"},   {"catalog", "''"},
                          {"pack", "'starter'"},           {"quantity", "1"},       {"credited_at", "now()"}};
const columns a_use = {{"user_id", "'user_1'"},
                       {"request_id", "'req_1'"},
                       {"action_type", "'chat conversation'"},
                       {"tokens_used", "12"},
                       {"cost_estimate", "0.000000000000000000001"}};

std::string bytes(int count) {
    return "repeat('x', " + std::to_string(count) + ")";
}

struct database_with_account : test::test_database {
    database_with_account() {
        session().run("INSERT INTO tokenledger.token_accounts (user_id) VALUES ('user_1')");
    }
    // The constraint that refuses; empty if none does.
    std::string refusing(const std::string& sql) {
        session().run("BEGIN");
        std::string name;
        try {
            session().run(sql);
        } catch (const test::sql_error& error) {
            name = error.constraint.empty() ? error.sqlstate : error.constraint;
        }
        session().run("ROLLBACK");
        return name;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(schema)

BOOST_FIXTURE_TEST_CASE(rows_that_are_right_are_taken, database_with_account) {
    for (const columns& row : {a_purchase, a_grant, a_deduction, a_refund, a_transfer, a_charge})
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

BOOST_FIXTURE_TEST_CASE(transactions_that_contradict_themselves_are_refused_by_name, database_with_account) {
    const std::vector<std::tuple<columns, columns, std::string>> wrong = {
        {a_purchase, {{"user_id", "'nobody'"}}, "token_transactions_account"},
        {a_purchase, {{"sequence", "0"}}, "token_transactions_sequence"},
        {a_purchase, {{"balance_before", "1"}, {"balance_after", "101"}}, "token_transactions_first_balance"},
        {a_purchase, {{"balance_after", "101"}}, "token_transactions_balance"},
        {a_grant, {{"transaction_type", "'gift'"}}, "token_transactions_type_source"},
        {a_purchase,
         {{"source", "'admin'"}, {"actor", "1"}, {"pack", "NULL"}, {"quantity", "NULL"}},
         "token_transactions_type_source"},
        {a_grant, {{"source", "'usage'"}, {"usage_request_id", "'r'"}}, "token_transactions_type_source"},
        {a_deduction, {{"source", "'trial'"}, {"reference", "'x'"}}, "token_transactions_type_source"},
        {a_transfer, {{"source", "'stripe'"}}, "token_transactions_type_source"},
        {a_refund,
         {{"source", "'token_pack'"}, {"pack", "'p'"}, {"quantity", "1"}},
         "token_transactions_type_source"},
        {a_purchase, {{"token_amount", "-1"}, {"balance_after", "-1"}}, "token_transactions_sign"},
        {a_grant, {{"token_amount", "0"}, {"balance_after", "0"}}, "token_transactions_sign"},
        {a_deduction, {{"token_amount", "1"}, {"balance_after", "101"}}, "token_transactions_sign"},
        {a_refund, {{"token_amount", "0"}, {"balance_after", "100"}}, "token_transactions_sign"},
        {a_transfer, {{"token_amount", "-101"}, {"balance_after", "-1"}}, "token_transactions_below_zero"},
        {a_charge, {{"token_amount", "-101"}, {"balance_after", "-1"}}, "token_transactions_below_zero"},
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
        // A bigint has no more room: class 22, like a constraint a reason never to try again.
        {a_deduction, {{"balance_before", "-9223372036854775808"}, {"balance_after", "0"}}, "22003"},
    };
    for (const auto& [row, changes, constraint] : wrong) {
        const std::string statement = insert("token_transactions", row, changes);
        BOOST_TEST_CONTEXT(statement)
        BOOST_TEST(refusing(statement) == constraint);
    }
}

BOOST_FIXTURE_TEST_CASE(a_payment_is_purchased_once_per_user_and_a_place_in_the_chain_taken_once,
                        database_with_account) {
    const std::string first = insert("token_transactions", a_purchase) + "; ";
    BOOST_TEST(refusing(first + insert("token_transactions", a_purchase)) == "token_transactions_pkey");
    BOOST_TEST(
        refusing(first + insert("token_transactions", a_purchase,
                                {{"sequence", "2"}, {"balance_before", "100"}, {"balance_after", "200"}})) ==
        "token_transactions_purchase_once");
    BOOST_TEST(refusing(first + insert("token_transactions", a_refund)) == "");
}

BOOST_FIXTURE_TEST_CASE(rows_of_the_other_tables_that_contradict_themselves_are_refused_by_name,
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
        {"idempotency_keys",
         {{"scope", "'s'"}, {"key", "'k'"}, {"command_hash", "'short'"}, {"outcome", "'{}'"}},
         {},
         "idempotency_keys_command_hash"},
        {"schema_migrations", {{"version", "'1'"}, {"name", "'x'"}}, {}, "schema_migrations_version"},
    };
    for (const auto& [table, row, changes, constraint] : wrong) {
        const std::string statement = insert(table, row, changes);
        BOOST_TEST_CONTEXT(statement)
        BOOST_TEST(refusing(statement) == constraint);
    }
}

BOOST_FIXTURE_TEST_CASE(the_cost_of_an_operation_is_kept_exactly, database_with_account) {
    session().run(insert("token_usage", a_use));
    BOOST_TEST(session().value("SELECT cost_estimate FROM tokenledger.token_usage") ==
               "0.000000000000000000001");
}

BOOST_FIXTURE_TEST_CASE(a_transaction_cannot_be_changed_by_anybody_in_any_way, database_with_account) {
    session().run(insert("token_transactions", a_purchase));
    const std::string before = session().value("SELECT t::text FROM tokenledger.token_transactions t");
    const std::string attempts[] = {
        "UPDATE tokenledger.token_transactions SET reason = 'x'",
        "UPDATE tokenledger.token_transactions SET reason = 'x' WHERE false",
        "DELETE FROM tokenledger.token_transactions",
        "TRUNCATE tokenledger.token_transactions",
        "TRUNCATE tokenledger.token_accounts CASCADE",
        insert("token_transactions", a_purchase) +
            " ON CONFLICT (user_id, sequence) DO UPDATE SET reason = 'x'",
        "MERGE INTO tokenledger.token_transactions t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    };
    for (const char* role : {"origin", "replica", "local"}) {
        session().run(std::string("SET session_replication_role = ") + role);
        for (const std::string& attempt : attempts) {
            const test::sql_error error = session().refused(attempt);
            BOOST_TEST_CONTEXT(role << ": " << attempt) {
                BOOST_TEST(error.sqlstate == "TL001");
                BOOST_TEST(std::string(error.what()).find("the ledger is append-only") != std::string::npos);
            }
        }
    }
    BOOST_TEST(session().value("SELECT t::text FROM tokenledger.token_transactions t") == before);
}

BOOST_FIXTURE_TEST_CASE(an_account_with_transactions_keeps_its_name, database_with_account) {
    session().run(insert("token_transactions", a_purchase));
    BOOST_TEST(refusing("UPDATE tokenledger.token_accounts SET user_id = 'user_3'") ==
               "token_transactions_account");
    BOOST_TEST(refusing("DELETE FROM tokenledger.token_accounts") == "token_transactions_account");
}

BOOST_FIXTURE_TEST_CASE(the_daemons_role_can_add_to_the_ledger_and_not_rewrite_it, database_with_account) {
    make_roles(*this);
    session().run("SET ROLE tokenledger_daemon");
    session().run(insert("token_transactions", a_purchase));
    session().run(insert("stripe_events", an_event));
    session().run(insert("payments", a_credit));
    session().run("UPDATE tokenledger.token_accounts SET created_at = now()");
    session().run("UPDATE tokenledger.stripe_events SET result = 'dismissed', reason = 'because'");
    const std::string forbidden[] = {
        "UPDATE tokenledger.token_transactions SET reason = 'x'",
        "DELETE FROM tokenledger.token_transactions",
        "TRUNCATE tokenledger.token_transactions",
        "ALTER TABLE tokenledger.token_transactions DISABLE TRIGGER ALL",
        "DROP TRIGGER token_transactions_append_only ON tokenledger.token_transactions",
        "SET session_replication_role = replica",
        "DELETE FROM tokenledger.token_accounts",
        "DELETE FROM tokenledger.payments",
        "DELETE FROM tokenledger.stripe_events",
        "UPDATE tokenledger.stripe_events SET evidence = 'y'",
        "UPDATE tokenledger.idempotency_keys SET outcome = '{}'",
        "UPDATE tokenledger.token_usage SET tokens_used = 0",
        "INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('29990101000000', 'x')",
        "CREATE TABLE tokenledger.mine ()",
        "SELECT tokenledger.grant_privileges()",
    };
    for (const std::string& statement : forbidden) {
        BOOST_TEST_CONTEXT(statement)
        BOOST_TEST(session().refused(statement).sqlstate == "42501");
    }
}

BOOST_FIXTURE_TEST_CASE(the_reports_role_can_read_everything_and_nothing_else, database_with_account) {
    make_roles(*this);
    session().run("SET ROLE tokenledger_report");
    for (const char* table : {"token_accounts", "token_transactions", "token_usage", "stripe_events",
                              "payments", "idempotency_keys", "schema_migrations"})
        session().run(std::string("SELECT * FROM tokenledger.") + table);
    BOOST_TEST(session().refused("INSERT INTO tokenledger.token_accounts (user_id) VALUES ('x')").sqlstate ==
               "42501");
    BOOST_TEST(session().refused("UPDATE tokenledger.token_accounts SET balance = 1").sqlstate == "42501");
}

BOOST_FIXTURE_TEST_CASE(a_role_of_its_own_accord_sees_nothing, database_with_account) {
    make_roles(*this);
    session().run("DO $$ BEGIN IF to_regrole('tokenledger_test_stranger') IS NULL THEN"
                  " CREATE ROLE tokenledger_test_stranger; END IF; END $$");
    session().run("SET ROLE tokenledger_test_stranger");
    BOOST_TEST(session().refused("SELECT FROM tokenledger.token_accounts").sqlstate == "42501");
    session().run("RESET ROLE");
    BOOST_TEST(session().value("SELECT count(*) FROM pg_class, aclexplode(relacl) WHERE relnamespace ="
                               " 'tokenledger'::regnamespace AND grantee = 0") == "0");
    BOOST_TEST(session().value(
                   "SELECT count(*) FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
                   " WHERE pronamespace = 'tokenledger'::regnamespace AND grantee = 0") == "0");
}

BOOST_FIXTURE_TEST_CASE(granting_takes_away_what_should_not_be_there, database_with_account) {
    make_roles(*this);
    session().run("GRANT ALL ON tokenledger.token_transactions TO tokenledger_daemon, PUBLIC");
    session().run("SELECT tokenledger.grant_privileges()");
    BOOST_TEST(
        session().value("SELECT has_table_privilege('tokenledger_daemon', 'tokenledger.token_transactions',"
                        " 'UPDATE, DELETE, TRUNCATE')") == "f");
}

BOOST_FIXTURE_TEST_CASE(everything_is_explained_in_the_database, database_with_account) {
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

BOOST_FIXTURE_TEST_CASE(identifiers_sort_by_their_bytes, database_with_account) {
    BOOST_TEST(
        session().value("SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid"
                        " WHERE i.indrelid::regclass::text LIKE 'tokenledger.%'"
                        " AND a.attcollation NOT IN (0, '\"C\"'::regcollation)") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
