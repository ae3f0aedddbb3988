// The reader: accounts, payments, events, lists and reports.
#include "reader_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tokenledger;
using ledger::transactions_query;
using namespace tokenledger::test;
using ledger::source;
using ledger::transaction_type;

namespace {

using strings = std::vector<std::string>;

strings totals_of(const ledger::account_view& account) {
    strings made;
    for (const ledger::type_total& each : account.totals)
        made.push_back(std::string(to_string(each.type)) + " " + std::to_string(each.count) + " " +
                       each.tokens);
    return made;
}

template <class Row, class Name>
strings names(const std::vector<Row>& rows, Name name) {
    strings made;
    for (const Row& row : rows)
        made.push_back(name(row));
    return made;
}

std::string short_name(const ledger::transaction_view& row) {
    return row.user_id + " " + std::to_string(row.sequence) + " " + std::string(to_string(row.type)) + " " +
           std::to_string(row.token_amount);
}

std::string event_name(const ledger::event_view& row) {
    return row.event_id + " " + row.result + (row.reason.empty() ? "" : " " + row.reason);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(queries, full_ledger)

BOOST_AUTO_TEST_CASE(an_account_shows_its_balance_its_totals_and_the_payments_in_dispute) {
    const auto alice = reader->account("alice").value();
    BOOST_TEST(std::to_string(alice.balance) ==
               value("SELECT balance FROM tokenledger.token_accounts WHERE user_id = 'alice'"));
    BOOST_TEST(alice.last_sequence == 4);
    BOOST_TEST((totals_of(alice) == strings{"purchase 2 2000", "refund 2 -1500"}));
    BOOST_TEST((alice.disputed_payments == strings{"pi_2"}));
    BOOST_TEST(alice.created_at_us > 1'700'000'000'000'000);
    BOOST_TEST(alice.last_transaction_at_us.value() >= alice.created_at_us);
    const auto dave = reader->account("dave").value();
    BOOST_TEST((totals_of(dave) == strings{"deduction 1 -20", "grant 1 500", "transfer 1 -100"}));
    BOOST_TEST(dave.disputed_payments.empty());
    BOOST_TEST(!reader->account("nobody"));
}

BOOST_AUTO_TEST_CASE(a_payment_is_not_in_dispute_after_the_dispute_was_lost_or_won) {
    ledger::payment_facts facts = disputed("dp_1", 999);
    for (const auto status : {ledger::dispute_status::lost, ledger::dispute_status::won}) {
        facts.disputes["dp_1"].status = status;
        run({update_command(status == ledger::dispute_status::won ? "evt_21" : "evt_20", "pi_2", facts)});
        BOOST_TEST(reader->account("alice").value().disputed_payments.empty());
        const auto payment = reader->payment("pi_2").value();
        BOOST_TEST(!payment.entitlement.value().in_dispute);
        BOOST_TEST(payment.taken_tokens == (status == ledger::dispute_status::won ? 0 : 1000));
    }
}

BOOST_AUTO_TEST_CASE(a_balance_can_be_read_at_any_time_and_sequence) {
    const auto rows = walk<ledger::transaction_view>(
        [&](const auto& ask) {
            return reader->page_of(transactions_query{{.user_id = "alice"}, ask});
        },
        oldest_first, 100);
    BOOST_TEST_REQUIRE(rows.size() == 4U);
    for (const ledger::transaction_view& row : rows) {
        const auto by_sequence = reader->balance_at_sequence("alice", row.sequence).value();
        BOOST_TEST(by_sequence.balance == row.balance_after);
        BOOST_TEST(by_sequence.created_at_us.value() == row.created_at_us);
        // Several rows may have the same time: the last of them counts.
        const auto last =
            std::find_if(rows.rbegin(), rows.rend(), [&](const ledger::transaction_view& other) {
                return other.created_at_us <= row.created_at_us;
            });
        const auto by_time = reader->balance_at_time("alice", row.created_at_us).value();
        BOOST_TEST(by_time.sequence == last->sequence);
        BOOST_TEST(by_time.balance == last->balance_after);
        BOOST_TEST(reader->balance_at_time("alice", row.created_at_us - 1).value().sequence < row.sequence);
    }
    const auto before = reader->balance_at_time("alice", 0).value();
    BOOST_TEST(before.sequence == 0);
    BOOST_TEST(before.balance == 0);
    BOOST_TEST(!before.created_at_us);
    BOOST_TEST(reader->balance_at_time("alice", INT64_MAX).value().sequence == 4);
    BOOST_TEST(reader->balance_at_time("alice", INT64_MIN).value().sequence == 0);
    BOOST_TEST(reader->balance_at_sequence("alice", 0).value().balance == 0);
    BOOST_TEST(!reader->balance_at_sequence("alice", 5));
    BOOST_TEST(!reader->balance_at_sequence("alice", -1));
    BOOST_TEST(!reader->balance_at_time("nobody", INT64_MAX));
}

BOOST_AUTO_TEST_CASE(a_payment_is_shown_with_credit_facts_entitlement_rows_and_events) {
    const auto half = reader->payment("pi_1").value();
    BOOST_TEST(half.credit.value().user_id == "alice");
    BOOST_TEST(half.credit.value().pack == "starter");
    BOOST_TEST(half.taken_tokens == 500);
    BOOST_TEST(half.lost_cents == 500);
    BOOST_TEST(half.entitlement.value().taken_tokens == half.taken_tokens);
    BOOST_TEST(half.facts.refunds.at("re_1").amount_cents == 500);
    BOOST_TEST(
        (names(half.transactions, short_name) == strings{"alice 1 purchase 1000", "alice 2 refund -500"}));
    BOOST_TEST(
        (names(half.events, event_name) == strings{"evt_1 applied", "evt_2 applied", "evt_14 duplicate"}));
    const auto contested = reader->payment("pi_2").value();
    BOOST_TEST(contested.facts.disputes.at("dp_1").balance_transactions.at("txn_1").amount_cents == -999);
    BOOST_TEST(contested.entitlement.value().in_dispute);
    const auto refund_first = reader->payment("pi_3").value();
    BOOST_TEST((names(refund_first.events, event_name) == strings{"evt_5 applied", "evt_6 applied"}));
    const auto waiting = reader->payment("pi_4").value();
    BOOST_TEST(!waiting.credit);
    BOOST_TEST(!waiting.entitlement);
    BOOST_TEST((names(waiting.events, event_name) == strings{"evt_7 waiting"}));
    BOOST_TEST((names(reader->payment("pi_5").value().events, event_name) ==
                strings{"evt_8 applied", "evt_9 parked partial_capture_refund"}));
    BOOST_TEST(reader->payment("pi_5").value().entitlement.value().unproven_refund);
    BOOST_TEST(reader->payment("pi_7").value().facts.canceled);
    BOOST_TEST(!reader->payment("pi_8"));
}

BOOST_AUTO_TEST_CASE(a_payment_known_only_from_an_ignored_event_is_shown_with_it) {
    run({ignored_command("evt_30", "pi_30")});
    const auto payment = reader->payment("pi_30").value();
    BOOST_TEST(!payment.credit);
    BOOST_TEST((names(payment.events, event_name) == strings{"evt_30 ignored"}));
}

BOOST_AUTO_TEST_CASE(an_event_is_found_by_id_and_its_evidence_is_read_byte_for_byte) {
    ledger::stripe_command odd = purchase_by("evt_40", "pi_40", "alice");
    odd.event.body = std::string("{\"a\": \"\0\n\\x\"}", 12);
    odd.event.account = "acct_1";
    run({odd});
    const auto event = reader->event("evt_40").value();
    BOOST_TEST(event.type == "payment_intent.succeeded");
    BOOST_TEST(event.result == "applied");
    BOOST_TEST(event.payment_intent_id == "pi_40");
    BOOST_TEST(event.endpoint == "/stripe/webhook");
    BOOST_TEST(event.account == "acct_1");
    BOOST_TEST(event.livemode.value());
    BOOST_TEST(event.stripe_created_at.value() == 1'700'000'000);
    BOOST_TEST(event.has_evidence);
    const auto evidence = reader->evidence("evt_40").value();
    BOOST_TEST(evidence.readable);
    BOOST_TEST(evidence.signature_header == "t=1,v1=2");
    BOOST_TEST(evidence.body == odd.event.body);
    BOOST_TEST(!reader->event("evt_13").value().has_evidence);
    BOOST_TEST(!reader->evidence("evt_13"));
    BOOST_TEST(!reader->event("evt_404"));
    BOOST_TEST(!reader->evidence("evt_404"));
    tamper("UPDATE tokenledger.stripe_events SET evidence = 'damaged' WHERE event_id = 'evt_40'");
    BOOST_TEST(!reader->evidence("evt_40").value().readable);
}

BOOST_AUTO_TEST_CASE(purchases_show_their_refunded_tokens_and_amount) {
    const auto rows = rows_of(ledger::purchases_query{{.user_id = "alice"}, {}});
    BOOST_TEST_REQUIRE(rows.size() == 2U);
    BOOST_TEST(short_name(rows[0].transaction) == "alice 3 purchase 1000");
    BOOST_TEST(rows[0].refunded_tokens == 1000);
    BOOST_TEST(rows[0].refunded_cents == 999);
    BOOST_TEST(rows[0].transaction.amount_paid_cents.value() == 999);
    BOOST_TEST(rows[1].refunded_tokens == 500);
    BOOST_TEST(rows_of(ledger::purchases_query{{}, {}}).size() == 5U);
}

BOOST_AUTO_TEST_CASE(every_column_of_a_row_reads_back_unchanged) {
    ledger::grant granted = granting("zoe", 1000, ledger::grant_source::subscription, "in_zoe");
    granted.metadata = R"({"plan": "it's \"pro\""})";
    run({request("key_zoe", {granted, moving("zoe", "dave", 10), using_up("req_zoe", "zoe", 7)})});
    const auto rows = rows_of(transactions_query{{.user_id = "zoe"}, {.order = oldest_first}});
    BOOST_TEST_REQUIRE(rows.size() == 3U);
    BOOST_TEST((rows[0].type == transaction_type::grant && rows[0].source == source::subscription));
    BOOST_TEST(rows[0].reason == "because");
    BOOST_TEST(rows[0].reference == "in_zoe");
    BOOST_TEST(rows[0].idempotency_key == "key_zoe");
    BOOST_TEST(rows[0].actor.value() == operator_uid);
    BOOST_TEST(rows[0].metadata == granted.metadata);
    BOOST_TEST(!rows[0].amount_paid_cents);
    BOOST_TEST(rows[1].counterparty_user_id == "dave");
    BOOST_TEST(rows[2].usage_request_id == "req_zoe");
    BOOST_TEST(rows[2].balance_before == 990);
    BOOST_TEST(rows[2].balance_after == 983);
    const auto used = rows_of(ledger::usage_query{{.user_id = "zoe"}, {}}).at(0);
    BOOST_TEST(used.request_id == "req_zoe");
    BOOST_TEST(used.model_used == "a-model");
    BOOST_TEST(used.input_tokens.value() == 300);
    BOOST_TEST(used.cost_estimate == "0.0123456789");
    BOOST_TEST(used.charged_tokens == 7);
    BOOST_TEST(used.deduction_sequence.value() == 3);
    BOOST_TEST(used.actor.value() == operator_uid);
}

BOOST_AUTO_TEST_CASE(charged_usage_and_its_deduction_are_one_entry_of_the_activity) {
    const auto rows = rows_of(ledger::activity_query{{.user_id = "dave"}, {.order = oldest_first}});
    BOOST_TEST_REQUIRE(rows.size() == 4U); // three transactions, one operation that was not charged
    const auto charged = std::find_if(rows.begin(), rows.end(), [](const ledger::activity_view& row) {
        return row.transaction && row.transaction->sequence == 2;
    });
    BOOST_TEST_REQUIRE((charged != rows.end()));
    BOOST_TEST(charged->usage.value().request_id == "req_1");
    BOOST_TEST(charged->usage.value().deduction_sequence.value() == 2);
    BOOST_TEST(std::count_if(rows.begin(), rows.end(),
                             [](const ledger::activity_view& row) { return !row.transaction; }) == 1);
    // The deduction of archived usage stays.
    database.session().run("DELETE FROM tokenledger.token_usage WHERE request_id = 'req_1'");
    const auto after = rows_of(ledger::activity_query{{.user_id = "dave"}, {}});
    BOOST_TEST(after.size() == 4U);
}

BOOST_AUTO_TEST_CASE(activity_rows_with_the_same_time_keep_their_order_across_pages) {
    database.session().run(
        "INSERT INTO tokenledger.token_accounts (user_id, balance, last_sequence, last_transaction_at)"
        " SELECT 'tie_' || u, 3, 3, '2026-01-01' FROM generate_series(1, 3) AS u;"
        " INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, "
        "token_amount,"
        " balance_before, balance_after, idempotency_key, actor, created_at)"
        " SELECT 'tie_' || u, k, 'grant', 'admin', 1, k - 1, k, 'key', 1, '2026-01-01'"
        " FROM generate_series(1, 3) AS u, generate_series(1, 3) AS k;"
        " INSERT INTO tokenledger.token_usage (user_id, request_id, action_type, tokens_used, created_at)"
        " SELECT 'tie_' || u, 'req_' || u || k, 'chat', 1, '2026-01-01'"
        " FROM generate_series(1, 3) AS u, generate_series(1, 3) AS k");
    const auto name = [](const ledger::activity_view& row) {
        return row.transaction ? row.transaction->user_id + std::to_string(row.transaction->sequence)
                               : row.usage->user_id + row.usage->request_id;
    };
    for (const std::string& user : strings{"", "tie_2"}) {
        strings expected;
        for (const std::string& each : strings{"1", "2", "3"}) {
            if (!user.empty() && user != "tie_" + each)
                continue;
            for (const char* sequence : {"1", "2", "3"})
                expected.push_back("tie_" + each + sequence);
            for (const char* request : {"1", "2", "3"})
                expected.push_back("tie_" + each + "req_" + each + request);
        }
        const ledger::activity_filter filter{
            .user_id = user, .period = {.from_us = 1'767'225'600'000'000, .to_us = 1'767'225'600'000'001}};
        for (const std::size_t limit : {1U, 2U, 3U, 4U, 5U, 7U, 100U}) {
            const list_fn<ledger::activity_view> list = [&](const auto& ask) {
                return reader->page_of(ledger::activity_query{filter, ask});
            };
            BOOST_TEST(names(walk(list, oldest_first, limit), name) == expected,
                       boost::test_tools::per_element());
            strings backward = names(walk(list, newest_first, limit), name);
            std::reverse(backward.begin(), backward.end());
            BOOST_TEST(backward == expected, boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(events_can_be_listed_by_result_reason_type_and_payment) {
    const auto of = [&](const ledger::event_filter& filter) {
        return names(rows_of(ledger::events_query{filter, {.order = oldest_first}}),
                     [](const ledger::event_view& row) { return row.event_id; });
    };
    BOOST_TEST((of({.result = "waiting"}) == strings{"evt_7"}));
    BOOST_TEST((of({.result = "parked"}) == strings{"evt_9", "evt_12"}));
    BOOST_TEST((of({.reason = "unknown_pack"}) == strings{"evt_12"}));
    BOOST_TEST((of({.type = "charge.dispute.created"}) == strings{"evt_4"}));
    BOOST_TEST((of({.payment_intent_id = "pi_1"}) == strings{"evt_1", "evt_2", "evt_14"}));
    BOOST_TEST((of({.result = "duplicate", .payment_intent_id = "pi_1"}) == strings{"evt_14"}));
    BOOST_TEST(of({}).size() == 15U);
    BOOST_TEST(of({.result = "expired"}).empty());
}

BOOST_AUTO_TEST_CASE(a_period_includes_its_first_microsecond_and_excludes_its_end) {
    const auto rows = rows_of(transactions_query{{}, {.limit = 1000, .order = oldest_first}});
    BOOST_TEST_REQUIRE(rows.size() > 10U);
    for (const std::string& user : strings{"", "alice", "bob"}) {
        for (const auto& [from, to] : {std::pair(rows[2].created_at_us, rows[7].created_at_us),
                                       std::pair(rows[5].created_at_us, rows[5].created_at_us + 1)}) {
            strings expected;
            for (const auto& row : rows) {
                if (row.created_at_us >= from && row.created_at_us < to &&
                    (user.empty() || row.user_id == user))
                    expected.push_back(short_name(row));
            }
            const ledger::period period{.from_us = from, .to_us = to};
            BOOST_TEST((names(rows_of(transactions_query{{.user_id = user, .period = period},
                                                         {.order = oldest_first}}),
                              short_name) == expected));
            std::int64_t counted = 0;
            for (const auto& each :
                 reader->transaction_report({.user_id = user, .period = period}, ledger::report_span::whole))
                counted += each.count;
            BOOST_TEST(counted == static_cast<std::int64_t>(expected.size()));
        }
    }
}

BOOST_AUTO_TEST_CASE(reports_are_exact_sums_and_never_mix_currencies) {
    ledger::stripe_command euros = purchase_by("evt_50", "pi_50", "alice", 7);
    std::get<ledger::purchase>(euros.effect).currency = "eur";
    run({euros});
    const auto rows = reader->transaction_report({}, ledger::report_span::whole);
    const auto name = [](const ledger::transaction_report_row& row) {
        return row.day + std::string(to_string(row.type)) + " " + std::string(to_string(row.source)) + " " +
               row.pack + " " + row.currency + " " + std::to_string(row.count) + " " + row.tokens + " " +
               row.amount_paid_cents;
    };
    BOOST_TEST_INFO_SCOPE(names(rows, name).size());
    BOOST_TEST(
        names(rows, name) ==
            (strings{"deduction usage   2 -50 ", "grant admin   2 600 ", "grant subscription   1 50 ",
                     "purchase token_pack starter eur 1 7 999", "purchase token_pack starter usd 5 4010 4995",
                     "refund stripe starter usd " +
                         value("SELECT concat_ws(' ', count(*), sum(token_amount), sum(amount_paid_cents))"
                               " FROM tokenledger.token_transactions WHERE transaction_type = 'refund'"),
                     "transfer admin   2 0 "}),
        boost::test_tools::per_element());
    const auto days = reader->transaction_report({}, ledger::report_span::day);
    BOOST_TEST(days.front().day == value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')"));
}

BOOST_AUTO_TEST_CASE(an_invalid_query_is_refused_with_its_fault) {
    using ledger::query_fault;
    const auto asking = [&](const ledger::transaction_filter& filter, const ledger::page_request& request) {
        return fault_of([&] { static_cast<void>(reader->page_of(transactions_query{filter, request})); });
    };
    BOOST_TEST((asking({}, {.limit = 0}) == query_fault::bad_limit));
    BOOST_TEST((asking({}, {.limit = 1001}) == query_fault::bad_limit));
    BOOST_TEST((asking({.user_id = std::string("a\0b", 3)}, {}) == query_fault::bad_text));
    for (const std::string& cursor : strings{"x", "00", "not a cursor", "31", std::string(5000, '0')})
        BOOST_TEST((asking({}, {.cursor = cursor}) == query_fault::bad_cursor));
    const std::string cursor = reader->page_of(transactions_query{{}, {.limit = 1}}).next;
    BOOST_TEST_REQUIRE(!cursor.empty());
    BOOST_TEST(rows_of(transactions_query{{}, {.limit = 7, .cursor = cursor}}).size() == 7U);
    BOOST_TEST((asking({.user_id = "alice"}, {.cursor = cursor}) == query_fault::bad_cursor));
    BOOST_TEST((asking({}, {.cursor = cursor, .order = oldest_first}) == query_fault::bad_cursor));
    BOOST_TEST(
        (asking({}, {.cursor = cursor.substr(0, cursor.size() - 2) + "00"}) == query_fault::bad_cursor));
    const ledger::purchases_query other{{}, {.cursor = cursor}};
    BOOST_TEST((fault_of([&] { static_cast<void>(rows_of(other)); }) == query_fault::bad_cursor));
    BOOST_TEST((fault_of([&] { static_cast<void>(reader->account("\xff")); }) == query_fault::bad_text));
}

BOOST_AUTO_TEST_CASE(a_reader_that_lost_its_connection_fails_once_and_reconnects) {
    BOOST_TEST(reader->account("alice").has_value());
    database.session().run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                           " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    BOOST_TEST((failure_of([&] { static_cast<void>(reader->account("alice")); }) ==
                ledger::store_failure::unavailable));
    BOOST_TEST(reader->account("alice").has_value());
}

BOOST_AUTO_TEST_CASE(a_reader_waits_no_longer_than_its_statement_timeout) {
    ledger::postgres_options hasty = options;
    hasty.statement_timeout = std::chrono::milliseconds(50);
    const auto other = ledger::make_postgres_reader(hasty);
    sql_session holder(database.url());
    holder.run("BEGIN; LOCK TABLE tokenledger.token_accounts IN ACCESS EXCLUSIVE MODE");
    BOOST_TEST((failure_of([&] { static_cast<void>(other->account("alice")); }) ==
                ledger::store_failure::unavailable));
    holder.run("ROLLBACK");
    BOOST_TEST(other->account("alice").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
