// The store's steps, each against a real database.
#include "store_fixture.hpp"

#include <functional>
#include <limits>
#include <thread>

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::store_failure;

BOOST_FIXTURE_TEST_SUITE(store_steps, store_fixture)

BOOST_AUTO_TEST_CASE(begin_returns_the_events_that_are_committed) {
    const std::vector<std::string_view> ids = {"evt_1", "evt_2", "evt_\"{},\\'", "evt_1"};
    BOOST_TEST(store->begin({.events = ids}).committed.empty());
    store->rollback();
    open_batch(*store, {ignored_command("evt_1"), ignored_command("evt_\"{},\\'")}).run();
    const auto known = store->begin({.events = ids}).committed;
    store->rollback();
    BOOST_TEST(known.size() == 2U);
    BOOST_TEST(known.contains("evt_\"{},\\'"));
    BOOST_TEST((known.at("evt_1") == ledger::event_state{}));
    BOOST_TEST(store->begin({}).committed.empty());
}

BOOST_AUTO_TEST_CASE(begin_locks_nothing_if_an_event_is_known) {
    open_batch(*store, {ignored_command("evt_1")}).run();
    const std::vector<std::string_view> ids = {"evt_1", "evt_2"};
    const std::vector<std::string_view> payments = {"pi_1"};
    const std::vector<std::string_view> users = {"user_1"};
    const auto opened = store->begin({.events = ids, .payments = payments, .accounts = users});
    BOOST_TEST(opened.committed.size() == 1U);
    BOOST_TEST(!opened.payments.has_value());
    BOOST_TEST(!opened.accounts.has_value());
    BOOST_TEST(value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tokenledgerd'"
                     " AND datname = current_database() AND backend_xid IS NOT NULL") == "0");
    store->commit();
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.payments") == "0");
}

BOOST_AUTO_TEST_CASE(begin_locks_accounts_too_if_all_payments_are_new) {
    const std::vector<std::string_view> ids = {"evt_1"};
    const std::vector<std::string_view> payments = {"pi_1", "pi_2"};
    const std::vector<std::string_view> users = {"user_1"};
    const auto opened = store->begin({.events = ids, .payments = payments, .accounts = users});
    BOOST_TEST(opened.committed.empty());
    BOOST_TEST_REQUIRE(opened.payments.has_value());
    BOOST_TEST((*opened.payments == ledger::payment_map{{"pi_1", {}}, {"pi_2", {}}}));
    BOOST_TEST_REQUIRE(opened.accounts.has_value());
    BOOST_TEST(opened.accounts->accounts.size() == 1U);
    BOOST_TEST(opened.accounts->now_us > 0);
    store->rollback();
    check_untouched();
}

BOOST_AUTO_TEST_CASE(begin_reads_a_known_payment_and_leaves_accounts_unlocked) {
    open_batch(*store, {purchase_by("evt_1", "pi_1", "user_1")}).run();
    const std::vector<std::string_view> payments = {"pi_1", "pi_2"};
    const std::vector<std::string_view> users = {"user_2"};
    const auto opened = store->begin({.payments = payments, .accounts = users});
    BOOST_TEST_REQUIRE(opened.payments.has_value());
    BOOST_TEST(opened.payments->at("pi_1").credit.has_value());
    BOOST_TEST(!opened.payments->at("pi_2").credit.has_value());
    BOOST_TEST(!opened.accounts.has_value());
    store->rollback();
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_accounts") == "1");
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_rolled_back_leaves_no_open_transaction) {
    const std::vector<std::string_view> ids = {"evt_1"};
    BOOST_TEST(store->begin({.events = ids}).committed.empty());
    store->rollback();
    BOOST_TEST(value("SELECT state FROM pg_stat_activity WHERE application_name = 'tokenledgerd'"
                     " AND datname = current_database()") == "idle");
}

BOOST_AUTO_TEST_CASE(payments_are_created_empty_and_later_read_with_their_credit) {
    open_batch first(*store, {purchase_by("evt_1", "pi_b", "user_1")});
    first.run();
    static_cast<void>(store->begin({}));
    const std::vector<std::string_view> ids = {"pi_a", "pi_b", "pi_c"};
    const auto locked = store->lock_payments(ids);
    store->rollback();
    const ledger::payment_map expected = {{"pi_a", {}},
                                          {"pi_b",
                                           {ledger::credit{.user_id = "user_1",
                                                           .tokens = 100,
                                                           .amount_cents = 999,
                                                           .currency = "usd",
                                                           .catalog = "",
                                                           .pack = "starter",
                                                           .quantity = 1,
                                                           .credited_at_us = first.known.now_us},
                                            {{.livemode = true, .account = ""}}}},
                                          {"pi_c", {}}};
    BOOST_TEST((locked == expected));
}

BOOST_AUTO_TEST_CASE(an_existing_payment_without_credit_is_read_without_credit) {
    database.session().run("INSERT INTO tokenledger.payments VALUES ('pi_1')");
    static_cast<void>(store->begin({}));
    const std::vector<std::string_view> ids = {"pi_1"};
    BOOST_TEST((store->lock_payments(ids) == ledger::payment_map{{"pi_1", {}}}));
    store->rollback();
}

BOOST_AUTO_TEST_CASE(accounts_are_created_empty_and_later_read_with_their_balance) {
    open_batch first(*store,
                     {purchase_by("evt_1", "pi_1", "user_1"), purchase_by("evt_2", "pi_2", "user_1", 11)});
    first.run();
    static_cast<void>(store->begin({}));
    const std::vector<std::string_view> ids = {"user_0", "user_1"};
    const auto locked = store->lock_accounts(ids);
    store->rollback();
    BOOST_TEST_REQUIRE(locked.accounts.size() == 2U);
    BOOST_TEST((locked.accounts.at("user_0") == ledger::account_state{}));
    const ledger::account_state expected = {
        .balance = 111, .last_sequence = 2, .last_created_at_us = first.known.now_us};
    BOOST_TEST((locked.accounts.at("user_1") == expected));
    BOOST_TEST(locked.now_us > first.known.now_us);
}

BOOST_AUTO_TEST_CASE(times_read_back_to_the_microsecond) {
    for (const std::int64_t at : {std::int64_t{1}, std::int64_t{1'699'999'999'999'999},
                                  std::int64_t{1'763'824'999'123'457}, std::int64_t{4'102'444'800'000'001}}) {
        const std::string user = "user_" + std::to_string(at);
        open_batch batch(*store, {purchase_by("evt_" + user, "pi_" + user, user)});
        batch.lock();
        batch.rows.transactions[0].created_at_us = at;
        batch.rows.accounts[0].second.last_created_at_us = at;
        batch.rows.payments[0].state.credit->credited_at_us = at;
        static_cast<void>(batch.apply());
        store->commit();
        static_cast<void>(store->begin({}));
        const std::vector<std::string_view> ids = {user};
        BOOST_TEST(store->lock_accounts(ids).accounts.at(user).last_created_at_us == at);
        store->rollback();
        BOOST_TEST(value("SELECT (extract(epoch FROM created_at) * 1000000)::bigint FROM"
                         " tokenledger.token_transactions WHERE user_id = '" +
                         user + "'") == std::to_string(at));
        BOOST_TEST(value("SELECT credited_at = created_at FROM tokenledger.payments p JOIN"
                         " tokenledger.token_transactions t ON stripe_payment_intent_id = payment_intent_id"
                         " WHERE t.user_id = '" +
                         user + "'") == "t");
    }
}

BOOST_AUTO_TEST_CASE(the_clock_is_read_while_the_locks_are_held) {
    static_cast<void>(store->begin({}));
    const std::vector<std::string_view> ids = {"user_1", "user_2"};
    static_cast<void>(store->lock_accounts(ids));
    store->commit();
    // Another session holds the last account until a known time of the database's clock.
    sql_session holder(database.url());
    holder.run("BEGIN; SELECT FROM tokenledger.token_accounts WHERE user_id = 'user_2' FOR UPDATE");
    std::int64_t now_us = 0;
    std::thread waiting([&] {
        static_cast<void>(store->begin({}));
        now_us = store->lock_accounts(ids).now_us;
        store->rollback();
    });
    database.session().wait_until("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
    const std::string released_at =
        holder.value("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    holder.run("COMMIT");
    waiting.join();
    BOOST_TEST(now_us > std::stoll(released_at));
}

BOOST_AUTO_TEST_CASE(without_an_account_to_lock_the_time_is_taken_when_the_rows_are_written) {
    static_cast<void>(store->begin({}));
    BOOST_TEST(store->lock_accounts({}).now_us == 0); // no lock that a reader would wait for
    store->rollback();
    const std::string before = value("SELECT clock_timestamp()");
    open_batch(*store, {ignored_command("evt_1")}).run();
    BOOST_TEST(value("SELECT received_at > '" + before +
                     "' AND received_at < clock_timestamp() FROM tokenledger.stripe_events") == "t");
}

BOOST_AUTO_TEST_CASE(every_column_of_a_purchase_is_stored_as_planned) {
    open_batch batch(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    batch.evidence[0] = std::string("\0\x01\xff{},\"\\'", 9);
    batch.run();
    BOOST_TEST(
        value(
            "SELECT concat_ws('|', user_id, sequence, transaction_type, source, token_amount, balance_before,"
            " balance_after, amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id, pack,"
            " quantity, num_nulls(reason, reference, idempotency_key, actor, counterparty_user_id,"
            " usage_request_id, metadata)) FROM tokenledger.token_transactions") ==
        "user_1|1|purchase|token_pack|100|0|100|999|usd|pi_1|evt_1|starter|1|7");
    BOOST_TEST(
        value(
            "SELECT concat_ws('|', event_id, event_type, result, reason IS NULL, payment_intent_id, endpoint,"
            " account IS NULL, api_version, livemode, extract(epoch FROM stripe_created_at)::bigint,"
            " evidence_format, encode(evidence, 'hex')) FROM tokenledger.stripe_events") ==
        "evt_1|payment_intent.succeeded|applied|t|pi_1|/stripe/webhook|t|2025-03-31.basil|t|1700000000|2|"
        "0001ff7b7d2c225c27");
    BOOST_TEST(value("SELECT concat_ws('|', payment_intent_id, user_id, tokens, amount_cents, currency,"
                     " catalog = '', pack, quantity) FROM tokenledger.payments") ==
               "pi_1|user_1|100|999|usd|t|starter|1");
    BOOST_TEST(
        value("SELECT concat_ws('|', user_id, balance, last_sequence) FROM tokenledger.token_accounts") ==
        "user_1|100|1");
}

BOOST_AUTO_TEST_CASE(absent_members_of_an_ignored_event_are_stored_as_null) {
    ledger::stripe_command bare = ignored_command("evt_1");
    bare.event.api_version = "";
    bare.event.livemode = std::nullopt;
    bare.event.created = std::nullopt;
    bare.effect = ledger::ignore_event{ledger::reason::livemode_mismatch};
    open_batch(*store, {bare}).run();
    BOOST_TEST(
        value("SELECT concat_ws('|', result, reason, num_nulls(payment_intent_id, account, api_version,"
              " livemode, stripe_created_at, evidence, evidence_format)) FROM tokenledger.stripe_events") ==
        "ignored|livemode_mismatch|7");
}

BOOST_AUTO_TEST_CASE(an_event_with_an_impossible_date_is_stored_without_it) {
    std::vector<ledger::command> batch;
    for (const std::int64_t created :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{253'402'300'800},
          std::numeric_limits<std::int64_t>::max()}) {
        ledger::stripe_command event = ignored_command("evt_" + std::to_string(created));
        event.event.created = created;
        batch.emplace_back(event);
    }
    ledger::stripe_command last = ignored_command("evt_last");
    last.event.created = 253'402'300'799;
    batch.emplace_back(last);
    open_batch(*store, batch).run();
    BOOST_TEST(value("SELECT count(*) || ' ' || max(stripe_created_at AT TIME ZONE 'UTC') FROM"
                     " tokenledger.stripe_events") == "5 9999-12-31 23:59:59");
}

BOOST_AUTO_TEST_CASE(positions_of_events_follow_the_order_of_the_batch) {
    std::vector<ledger::command> batch;
    for (int i = 100; i > 0; --i)
        batch.emplace_back(
            purchase_by("evt_" + std::to_string(i), "pi_" + std::to_string(i), "user_" + std::to_string(i)));
    open_batch(*store, batch).run();
    BOOST_TEST(
        value("SELECT string_agg(event_id, ' ' ORDER BY position) = (SELECT string_agg('evt_' || n, ' '"
              " ORDER BY n DESC) FROM generate_series(1, 100) n) FROM tokenledger.stripe_events") == "t");
}

BOOST_AUTO_TEST_CASE(an_event_id_committed_meanwhile_is_reported_if_no_row_depends_on_it) {
    open_batch late(
        *store, {ignored_command("evt_1"), ignored_command("evt_2"), purchase_by("evt_3", "pi_3", "user_1")});
    late.lock();
    const auto other = new_store();
    open_batch(*other, {ignored_command("evt_2")}).run();
    BOOST_TEST((late.apply() == std::vector<std::size_t>{1}));
    store->commit();
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events") == "3");
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

BOOST_AUTO_TEST_CASE(an_event_id_committed_meanwhile_is_a_conflict_if_a_balance_depends_on_it) {
    open_batch late(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    late.lock();
    const auto other = new_store();
    ledger::stripe_command parked = ignored_command("evt_1");
    parked.effect = ledger::park_event{ledger::reason::bad_payload};
    open_batch(*other, {parked}).run();
    BOOST_TEST((failure_of([&] { late.apply(); }) == store_failure::conflict));
    store->rollback();
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_transactions") == "0");
    open_batch(*store, {purchase_by("evt_2", "pi_1", "user_1")}).run(); // on the same connection
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

BOOST_AUTO_TEST_CASE(a_plan_that_does_not_match_the_database_is_a_conflict) {
    open_batch(*store, {purchase_by("evt_1", "pi_1", "user_1")}).run();
    // A second credit of a payment, and a sequence number that goes back.
    open_batch credited(*store, {purchase_by("evt_2", "pi_2", "user_1")});
    credited.lock();
    credited.rows.payments[0].id = "pi_1";
    BOOST_TEST((failure_of([&] { credited.apply(); }) == store_failure::conflict));
    store->rollback();
    open_batch rewound(*store, {purchase_by("evt_3", "pi_3", "user_1")});
    rewound.lock();
    rewound.rows.accounts[0].second.last_sequence = 1;
    BOOST_TEST((failure_of([&] { rewound.apply(); }) == store_failure::conflict));
    store->rollback();
    BOOST_TEST(value("SELECT concat_ws(' ', balance, last_sequence) FROM tokenledger.token_accounts") ==
               "100 1");
}

BOOST_AUTO_TEST_CASE(a_row_that_cannot_be_stored_is_refused_and_the_connection_is_kept) {
    const auto backend = [&] {
        return value("SELECT pid FROM pg_stat_activity WHERE application_name = 'tokenledgerd'"
                     " AND datname = current_database()");
    };
    static_cast<void>(store->begin({.events = std::vector<std::string_view>{"evt_1"}}));
    store->rollback();
    const std::string before = backend();
    for (const auto& spoil : std::vector<std::function<void(open_batch&)>>{
             [](open_batch& b) { b.rows.transactions[0].balance_after += 1; },
             [](open_batch& b) { b.rows.transactions[0].currency = "USD"; },
             [](open_batch& b) { b.rows.transactions[0].pack = "\xff"; },
             [](open_batch& b) { b.rows.transactions[0].pack = std::string("a\0b", 3); },
             [](open_batch& b) { b.rows.payments[0].state.credit->tokens = 0; },
             [](open_batch& b) {
                 std::get<ledger::stripe_command>(b.batch[0]).event.type = std::string(256, 'x');
             },
         }) {
        open_batch batch(*store, {purchase_by("evt_1", "pi_1", "user_1")});
        batch.lock();
        spoil(batch);
        BOOST_TEST((failure_of([&] { batch.apply(); }) == store_failure::refused));
        store->rollback();
    }
    BOOST_TEST(backend() == before);
    check_untouched();
}

BOOST_AUTO_TEST_CASE(an_id_that_is_not_valid_text_is_refused_when_locking) {
    for (const std::string_view id :
         {std::string_view("\xff"), std::string_view("a\0b", 3), std::string_view("")}) {
        const std::vector<std::string_view> ids = {id};
        static_cast<void>(store->begin({}));
        BOOST_TEST(
            (failure_of([&] { static_cast<void>(store->lock_payments(ids)); }) == store_failure::refused));
        store->rollback();
        static_cast<void>(store->begin({}));
        BOOST_TEST(
            (failure_of([&] { static_cast<void>(store->lock_accounts(ids)); }) == store_failure::refused));
        store->rollback();
    }
    check_untouched();
}

BOOST_AUTO_TEST_CASE(a_rolled_back_batch_leaves_nothing) {
    open_batch batch(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    batch.lock();
    static_cast<void>(batch.apply());
    store->rollback();
    check_untouched();
    store->rollback(); // without a transaction it does nothing
}

BOOST_AUTO_TEST_CASE(an_empty_batch_commits_nothing) {
    static_cast<void>(store->begin({}));
    store->commit();
    open_batch(*store, {}).run();
    check_untouched();
}

BOOST_AUTO_TEST_CASE(a_batch_of_a_thousand_purchases_is_one_transaction) {
    std::vector<ledger::command> batch;
    for (int i = 0; i < 1000; ++i)
        batch.emplace_back(purchase_by("evt_" + std::to_string(i), "pi_" + std::to_string(i),
                                       "user_" + std::to_string(i % 7), i + 1));
    open_batch(*store, batch).run();
    BOOST_TEST(value("SELECT sum(balance) FROM tokenledger.token_accounts") == "500500");
    BOOST_TEST(value("SELECT count(DISTINCT xmin::text) FROM tokenledger.token_transactions") == "1");
}

BOOST_AUTO_TEST_CASE(the_daemons_role_has_the_rights_for_every_step) {
    database.session().run(source_file("migrations/roles.sql"));
    const auto daemon = new_store("tokenledger_daemon");
    static_cast<void>(daemon->begin({.events = std::vector<std::string_view>{"evt_1"}}));
    daemon->rollback();
    open_batch(*daemon, {purchase_by("evt_1", "pi_1", "user_1")}).run();
    open_batch(*daemon, {purchase_by("evt_2", "pi_1", "user_1"), purchase_by("evt_3", "pi_3", "user_1")})
        .run();
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "200");
}

BOOST_AUTO_TEST_SUITE_END()
