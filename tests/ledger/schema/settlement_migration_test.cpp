// A ledger that was filled under the first schema: later migrations do not change its rows, from whichever
// state they start, and refunds of its purchases settle.
#include "ledger/schema.hpp"
#include "payment_commands.hpp"
#include "postgres/store.hpp"
#include "row_checks.hpp"
#include "store_fixture.hpp"

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::result;

namespace {

const std::string old_rows = R"(
INSERT INTO tokenledger.token_accounts (user_id, balance, last_sequence, last_transaction_at, created_at) VALUES
    ('user_1', 1500, 2, '2026-11-22 16:00:01.000002+00', '2026-11-22 15:59:59+00'),
    ('user_2', 0, 0, NULL, '2026-11-22 15:59:59+00');
INSERT INTO tokenledger.payments (payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity,
    credited_at) VALUES
    ('pi_1', 'user_1', 1000, 900, 'usd', '', 'starter', 1, '2026-11-22 16:00:00+00'),
    ('pi_2', 'user_1', 500, 450, 'eur', 'partners', 'half', 2, '2026-11-22 16:00:01.000002+00'),
    ('pi_parked', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO tokenledger.stripe_events (event_id, event_type, result, reason, payment_intent_id, endpoint, livemode,
    stripe_created_at, evidence_format, evidence) VALUES
    ('evt_1', 'payment_intent.succeeded', 'applied', NULL, 'pi_1', '/stripe/webhook', true,
     '2026-11-22 16:00:00+00', 1, '\x01'),
    ('evt_2', 'payment_intent.succeeded', 'applied', NULL, 'pi_2', '/stripe/webhook', true,
     '2026-11-22 16:00:01+00', 1, '\x02'),
    ('evt_3', 'payment_intent.succeeded', 'parked', 'unknown_pack', 'pi_parked', '/stripe/webhook', true,
     '2026-11-22 16:00:02+00', 1, '\x03'),
    ('evt_4', 'charge.refunded', 'ignored', NULL, NULL, '/stripe/webhook', true, NULL, NULL, NULL);
INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, token_amount,
    balance_before, balance_after, amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id, pack,
    quantity, created_at) VALUES
    ('user_1', 1, 'purchase', 'token_pack', 1000, 0, 1000, 900, 'usd', 'pi_1', 'evt_1', 'starter', 1,
     '2026-11-22 16:00:00+00'),
    ('user_1', 2, 'purchase', 'token_pack', 500, 1000, 1500, 450, 'eur', 'pi_2', 'evt_2', 'half', 2,
     '2026-11-22 16:00:01.000002+00');
)";

// Every row of the first schema's tables, with the columns of that time.
const std::vector<std::string> old_contents = {
    "SELECT string_agg((user_id, balance, last_sequence, last_transaction_at, created_at)::text, E'\\n'"
    " ORDER BY user_id) FROM tokenledger.token_accounts",
    "SELECT string_agg((user_id, sequence, transaction_type, source, token_amount, balance_before, "
    "balance_after,"
    " amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id, pack, quantity, reason, "
    "reference,"
    " idempotency_key, actor, counterparty_user_id, usage_request_id, metadata, created_at)::text, E'\\n'"
    " ORDER BY user_id, sequence) FROM tokenledger.token_transactions",
    "SELECT string_agg((event_id, position, event_type, result, reason, payment_intent_id, endpoint, account,"
    " api_version, livemode, stripe_created_at, received_at, evidence_format, evidence)::text, E'\\n'"
    " ORDER BY position) FROM tokenledger.stripe_events",
    "SELECT string_agg((payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity,"
    " credited_at)::text, E'\\n' ORDER BY payment_intent_id) FROM tokenledger.payments"};

std::vector<std::string> read(sql_session& from) {
    std::vector<std::string> contents;
    for (const std::string& sql : old_contents)
        contents.push_back(from.value(sql));
    return contents;
}

// A database with the first migrations, with rows written after the very first.
struct first_ledger {
    explicit first_ledger(std::size_t migrations = 1) {
        for (const ledger::migration& each : ledger::known_migrations().first(migrations)) {
            database.session().run("BEGIN; " + std::string(each.sql) + "; COMMIT");
            if (&each == &ledger::known_migrations().front())
                database.session().run(old_rows);
        }
    }
    std::size_t migrate() { return ledger::migrate(options).size(); }
    ledger::outcome run(const ledger::stripe_command& one) {
        return ledger::run_batch(*store, std::vector<ledger::command>{one}).front();
    }
    std::string value(const std::string& sql) { return database.session().value(sql); }

    test_database database{test_database::contents::nothing};
    ledger::postgres_options options{.url = database.url()};
    std::unique_ptr<ledger::store> store = ledger::make_postgres_store(options);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(settlement_after_migration, first_ledger)

BOOST_AUTO_TEST_CASE(migrations_from_every_earlier_state_keep_every_row) {
    const std::size_t newest = ledger::known_migrations().size();
    BOOST_TEST_REQUIRE(newest > 1U);
    for (std::size_t applied = 1; applied < newest; ++applied) {
        BOOST_TEST_CONTEXT("after " << applied << " of " << newest << " migrations") {
            first_ledger old(applied);
            const std::vector<std::string> before = read(old.database.session());
            BOOST_TEST((ledger::inspect_schema(old.options).state == ledger::schema_state::missing));
            BOOST_TEST(old.migrate() == newest - applied);
            BOOST_TEST((ledger::inspect_schema(old.options).state == ledger::schema_state::current));
            BOOST_TEST(read(old.database.session()) == before, boost::test_tools::per_element());
            BOOST_TEST(old.value(broken_chains) == "0");
            BOOST_TEST(old.value(broken_payments) == "0");
        }
    }
}

BOOST_AUTO_TEST_CASE(refunds_of_purchases_from_before_the_migration_settle) {
    static_cast<void>(migrate());
    const ledger::outcome part = run(update_command("evt_5", "pi_1", {.refunded_cumulative_cents = 450}));
    BOOST_TEST((part.result == result::applied));
    BOOST_TEST(part.posted.at(0).sequence == 3);
    BOOST_TEST(part.posted.at(0).balance_after == 1000);
    ledger::payment_facts dispute;
    dispute.disputes["dp_1"] = {.amount_cents = 450, .currency = "eur", .funds_withdrawn = true};
    BOOST_TEST(run(update_command("evt_6", "pi_2", dispute)).posted.at(0).balance_after == 500);
    BOOST_TEST(
        run(update_command("evt_7", "pi_1", {.refunded_cumulative_cents = 900})).posted.at(0).balance_after ==
        0);
    BOOST_TEST((run(purchase_by("evt_8", "pi_1", "user_1")).reason == ledger::reason::amount_mismatch));
    BOOST_TEST(value(broken_chains) == "0");
    BOOST_TEST(value(broken_payments) == "0");
}

BOOST_AUTO_TEST_CASE(a_refund_of_a_payment_parked_before_the_migration_waits_and_is_settled) {
    static_cast<void>(migrate());
    BOOST_TEST((run(update_command("evt_5", "pi_parked", {.refunded_cumulative_cents = 999})).result ==
                result::waiting));
    BOOST_TEST(run(purchase_by("evt_6", "pi_parked", "user_2")).posted.size() == 2U);
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts WHERE user_id = 'user_2'") == "0");
    BOOST_TEST(value(waiting_events) == "0");
    BOOST_TEST(value(broken_payments) == "0");
}

BOOST_AUTO_TEST_SUITE_END()
