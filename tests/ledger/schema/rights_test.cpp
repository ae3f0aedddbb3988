// Append-only tables and privileges, as the database itself enforces them.
#include "schema_rows.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// Roles belong to the whole server: after the first call, every migrated database of this run grants to them.
void make_roles(test_database& database) {
    database.session().run(source_file("migrations/roles.sql"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(rights)

BOOST_FIXTURE_TEST_CASE(no_statement_can_change_or_delete_a_transaction, database_with_account) {
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
            const sql_error error = session().refused(attempt);
            BOOST_TEST_CONTEXT(role << ": " << attempt) {
                BOOST_TEST(error.sqlstate == "TL001");
                BOOST_TEST(std::string(error.what()).find("the ledger is append-only") != std::string::npos);
            }
        }
    }
    BOOST_TEST(session().value("SELECT t::text FROM tokenledger.token_transactions t") == before);
}

BOOST_FIXTURE_TEST_CASE(an_account_with_transactions_cannot_be_renamed_or_deleted, database_with_account) {
    session().run(insert("token_transactions", a_purchase));
    BOOST_TEST(refusing("UPDATE tokenledger.token_accounts SET user_id = 'user_3'") ==
               "token_transactions_account");
    BOOST_TEST(refusing("DELETE FROM tokenledger.token_accounts") == "token_transactions_account");
}

BOOST_FIXTURE_TEST_CASE(the_daemons_role_can_add_to_the_ledger_but_not_rewrite_it, database_with_account) {
    make_roles(*this);
    session().run("SET ROLE tokenledger_daemon");
    session().run(insert("token_transactions", a_purchase));
    session().run(insert("stripe_events", an_event));
    session().run(insert("payments", a_credit));
    session().run("UPDATE tokenledger.token_accounts SET created_at = now()");
    session().run("UPDATE tokenledger.stripe_events SET result = 'dismissed', reason = 'because'");
    BOOST_TEST(session().refused("UPDATE tokenledger.stripe_events SET evidence = 'y'").sqlstate == "TL002");
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
        "UPDATE tokenledger.stripe_events SET event_type = 'y'",
        "UPDATE tokenledger.idempotency_keys SET command_hash = 'x'",
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

BOOST_FIXTURE_TEST_CASE(the_report_role_can_only_read, database_with_account) {
    make_roles(*this);
    session().run("SET ROLE tokenledger_report");
    for (const char* table : {"token_accounts", "token_transactions", "token_usage", "stripe_events",
                              "payments", "idempotency_keys", "schema_migrations"})
        session().run(std::string("SELECT * FROM tokenledger.") + table);
    BOOST_TEST(session().refused("INSERT INTO tokenledger.token_accounts (user_id) VALUES ('x')").sqlstate ==
               "42501");
    BOOST_TEST(session().refused("UPDATE tokenledger.token_accounts SET balance = 1").sqlstate == "42501");
}

BOOST_FIXTURE_TEST_CASE(a_role_without_grants_can_read_nothing, database_with_account) {
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

BOOST_FIXTURE_TEST_CASE(grant_privileges_revokes_other_grants, database_with_account) {
    make_roles(*this);
    session().run("GRANT ALL ON tokenledger.token_transactions TO tokenledger_daemon, PUBLIC");
    session().run("SELECT tokenledger.grant_privileges()");
    BOOST_TEST(
        session().value("SELECT has_table_privilege('tokenledger_daemon', 'tokenledger.token_transactions',"
                        " 'UPDATE, DELETE, TRUNCATE')") == "f");
}
BOOST_AUTO_TEST_SUITE_END()
