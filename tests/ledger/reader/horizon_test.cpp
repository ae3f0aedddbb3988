// Rows that commit late: a walk forward ends before those that a running transaction may still write.
#include "reader_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

using strings = std::vector<std::string>;

struct two_writers : reader_fixture {
    strings transactions(ledger::page_order order, const std::string& user = "") {
        strings made;
        for (const auto& row : walk<ledger::transaction_view>(
                 [&](const auto& ask) {
                     return reader->page_of(ledger::transactions_query{{.user_id = user}, ask});
                 },
                 order, 2))
            made.push_back(row.user_id);
        return made;
    }
    strings events(ledger::page_order order) {
        strings made;
        for (const auto& row : walk<ledger::event_view>(
                 [&](const auto& ask) {
                     return reader->page_of(ledger::events_query{{}, ask});
                 },
                 order, 2))
            made.push_back(row.event_id);
        return made;
    }

    std::unique_ptr<ledger::store> other = new_store();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(queries_horizon, two_writers)

BOOST_AUTO_TEST_CASE(a_walk_forward_ends_before_a_transaction_that_may_still_commit_an_older_row) {
    run({purchase_by("evt_1", "pi_1", "alice")});
    open_batch late(*other, {purchase_by("evt_2", "pi_2", "bob")});
    late.lock(); // bob's row has its time now
    run({purchase_by("evt_3", "pi_3", "carol")});

    std::string cursor;
    const list_fn<ledger::transaction_view> list = [&](const auto& ask) {
        return reader->page_of(ledger::transactions_query{{}, ask});
    };
    const auto first = walk<ledger::transaction_view>(list, oldest_first, 10, {}, &cursor);
    BOOST_TEST_REQUIRE(first.size() == 1U);
    BOOST_TEST(first[0].user_id == "alice");
    BOOST_TEST((transactions(newest_first) == strings{"carol", "alice"})); // a walk back shows all rows
    BOOST_TEST((transactions(oldest_first, "carol") == strings{"carol"})); // a chain has no late rows

    BOOST_TEST(late.apply().empty());
    other->commit();
    const auto rest =
        reader->page_of(ledger::transactions_query{{}, {.cursor = cursor, .order = oldest_first}}).rows;
    BOOST_TEST_REQUIRE(rest.size() == 2U);
    BOOST_TEST(rest[0].user_id == "bob");
    BOOST_TEST(rest[1].user_id == "carol");
}

BOOST_AUTO_TEST_CASE(lists_of_events_usage_and_activity_wait_for_late_rows_too) {
    run({request("key_1", {granting("alice", 100)}), ignored_command("evt_1")});
    open_batch late(*other, {ignored_command("evt_2"), lone_usage(using_up("req_2", "alice", 0))});
    late.lock();
    BOOST_TEST(late.apply().empty()); // written, not committed
    run({ignored_command("evt_3"), lone_usage(using_up("req_3", "alice", 0))});
    const auto operations = [&] {
        strings made;
        for (const auto& row :
             reader->page_of(ledger::usage_query{{.user_id = "alice"}, {.order = oldest_first}}).rows)
            made.push_back(row.request_id);
        return made;
    };
    const auto entries = [&] {
        return reader->page_of(ledger::activity_query{{.user_id = "alice"}, {.order = oldest_first}})
            .rows.size();
    };
    BOOST_TEST((events(oldest_first) == strings{"evt_1"}));
    BOOST_TEST(operations().empty());
    BOOST_TEST(entries() == 1U);
    other->commit();
    BOOST_TEST((events(oldest_first) == strings{"evt_1", "evt_2", "evt_3"}));
    BOOST_TEST((operations() == strings{"req_2", "req_3"}));
    BOOST_TEST(entries() == 3U);
}

// A transaction that has begun but locks nothing that a reader sees gets the times of its rows later.
BOOST_AUTO_TEST_CASE(rows_of_a_transaction_that_began_early_but_wrote_late_come_after_those_already_shown) {
    open_batch late(*other, {ignored_command("evt_late"), lone_usage(using_up("req_late", "alice", 0))});
    const std::vector<std::string_view> ids = {"evt_late"};
    static_cast<void>(other->begin({.events = ids}));
    late.known.keys = other->read_keys(ledger::keys_to_read(late.batch)).keys;
    late.rows = ledger::plan(late.batch, late.known);

    run({ignored_command("evt_1"), lone_usage(using_up("req_1", "alice", 0))});
    std::string after_event, after_usage;
    const auto shown = walk<ledger::event_view>(
        [&](const auto& ask) {
            return reader->page_of(ledger::events_query{{}, ask});
        },
        oldest_first, 10, {}, &after_event);
    BOOST_TEST(shown.size() == 1U);
    const auto used = walk<ledger::usage_view>(
        [&](const auto& ask) {
            return reader->page_of(ledger::usage_query{{}, ask});
        },
        oldest_first, 10, {}, &after_usage);
    BOOST_TEST(used.size() == 1U);

    BOOST_TEST(late.apply().empty());
    other->commit();
    const auto events_then =
        reader->page_of(ledger::events_query{{}, {.cursor = after_event, .order = oldest_first}}).rows;
    BOOST_TEST_REQUIRE(events_then.size() == 1U);
    BOOST_TEST(events_then[0].event_id == "evt_late");
    const auto usage_then =
        reader->page_of(ledger::usage_query{{}, {.cursor = after_usage, .order = oldest_first}}).rows;
    BOOST_TEST_REQUIRE(usage_then.size() == 1U);
    BOOST_TEST(usage_then[0].request_id == "req_late");
    // All rows of a command have one time: `rebuild` takes it from the key.
    BOOST_TEST(
        value("SELECT count(*) FROM tokenledger.token_usage AS u JOIN tokenledger.idempotency_keys AS k"
              " ON k.scope = 'usage' AND k.key = u.request_id WHERE k.created_at <> u.created_at") == "0");
}

BOOST_AUTO_TEST_CASE(a_transaction_that_was_rolled_back_holds_nothing_back) {
    open_batch late(*other, {purchase_by("evt_2", "pi_2", "bob")});
    late.lock();
    run({purchase_by("evt_1", "pi_1", "alice")});
    BOOST_TEST(transactions(oldest_first).empty());
    other->rollback();
    BOOST_TEST((transactions(oldest_first) == strings{"alice"}));
}

BOOST_AUTO_TEST_CASE(a_transaction_that_only_reads_holds_nothing_back) {
    sql_session looking(database.url());
    looking.run("BEGIN; SELECT count(*) FROM tokenledger.token_transactions, tokenledger.token_accounts");
    run({purchase_by("evt_1", "pi_1", "alice")});
    BOOST_TEST((transactions(oldest_first) == strings{"alice"}));
}

BOOST_AUTO_TEST_CASE(a_writer_whose_start_is_not_visible_holds_everything_back_and_nothing_is_lost) {
    database.session().run(source_file("migrations/roles.sql"));
    ledger::postgres_options as_daemon = options;
    as_daemon.url = url_with(database.url(), "", "tokenledger_daemon");
    reader = ledger::make_postgres_reader(as_daemon);
    run({purchase_by("evt_1", "pi_1", "alice")});
    BOOST_TEST((transactions(oldest_first) == strings{"alice"}));
    {
        // Others do not see a superuser's transactions.
        open_batch late(*other, {purchase_by("evt_2", "pi_2", "bob")});
        late.lock();
        const auto page = reader->page_of(ledger::transactions_query{{}, {.order = oldest_first}});
        BOOST_TEST(page.rows.empty());
        BOOST_TEST(page.next.empty());
        BOOST_TEST((transactions(newest_first) == strings{"alice"}));
        other->rollback();
    }
    // They see those of another daemon, which has the same role.
    other = new_store("tokenledger_daemon");
    run({purchase_by("evt_3", "pi_3", "carol")});
    open_batch late(*other, {purchase_by("evt_4", "pi_4", "bob")});
    late.lock();
    run({purchase_by("evt_5", "pi_5", "dave")});
    BOOST_TEST((transactions(oldest_first) == strings{"alice", "carol"}));
    BOOST_TEST(late.apply().empty());
    other->commit();
    BOOST_TEST((transactions(oldest_first) == strings{"alice", "carol", "bob", "dave"}));
}

BOOST_AUTO_TEST_CASE(a_prepared_transaction_holds_everything_back) {
    sql_session(database.url()).run("ALTER SYSTEM SET max_prepared_transactions = 4");
    control_server("restart -m fast");
    run({purchase_by("evt_1", "pi_1", "alice")});
    sql_session two_phase(database.url());
    two_phase.run("BEGIN; INSERT INTO tokenledger.token_accounts (user_id) VALUES ('zoe');"
                  " PREPARE TRANSACTION 'late'");
    BOOST_TEST(transactions(oldest_first).empty());
    two_phase.run("ROLLBACK PREPARED 'late'");
    BOOST_TEST((transactions(oldest_first) == strings{"alice"}));
    two_phase.run("ALTER SYSTEM RESET max_prepared_transactions");
}

BOOST_AUTO_TEST_SUITE_END()
