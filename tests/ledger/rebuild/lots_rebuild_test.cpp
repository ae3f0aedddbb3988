// rebuild of ledgers with lots and holds: it posts the same expiries at the same times, whatever the batches
// are, and what it made is correct by itself.
#include "lots_ledger.hpp"
#include "random_lots.hpp"

#include "ledger/rebuild.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <initializer_list>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// The differences, as "table key column: expected, found", and what verify says of the rebuilt ledger.
std::vector<std::string> rebuild(const proven_fixture& of, std::size_t max_batch) {
    const test_database empty;
    std::vector<std::string> found;
    static_cast<void>(ledger::rebuild(
        {.from = of.options, .into = {.url = empty.url()}, .max_batch = max_batch}, [&](const auto& each) {
            found.push_back(each.table + " " + each.key + " " + each.column + ": " + each.expected + ", " +
                            each.found);
        }));
    static_cast<void>(
        ledger::verify({.database = {.url = empty.url()}},
                       [&](const ledger::discrepancy& each) { found.push_back("verify " + text_of(each)); }));
    return found;
}

void require_rebuilt(proven_fixture& of, std::initializer_list<std::size_t> sizes) {
    check_clean(of.verify());
    for (const std::size_t size : sizes) {
        BOOST_TEST_CONTEXT("batches of " << size)
        BOOST_TEST(rebuild(of, size) == std::vector<std::string>(), boost::test_tools::per_element());
    }
}

std::string amounts(timed_ledger& of, const std::string& user) {
    return of.value("SELECT string_agg(token_amount::text, ' ' ORDER BY sequence) FROM"
                    " tokenledger.token_transactions WHERE user_id = '" +
                    user + "'");
}

} // namespace

BOOST_AUTO_TEST_SUITE(making_lots_and_holds_again)

BOOST_AUTO_TEST_CASE(a_rebuild_posts_the_same_expiries_in_batches_of_any_size) {
    lots_ledger books;
    BOOST_TEST(amounts(books, "ann") == "100 300 50 -30 -30 -25 -15 10 -10 -60");
    BOOST_TEST(amounts(books, "cat") == "1000 -300 -700 -100 500");
    BOOST_TEST(amounts(books, "dan") == "100 -100 500 -100 -400 100 -100");
    BOOST_TEST(amounts(books, "eve") == "100 -40 -150");
    require_rebuilt(books, {1, 2, 7, 256});
}

BOOST_AUTO_TEST_CASE(an_expiry_that_a_refused_deduction_met_by_the_clock_of_the_database_is_rebuilt) {
    proven_fixture books;
    const std::string soon = books.value(
        "SELECT (extract(epoch FROM clock_timestamp() + interval '300 milliseconds') * 1000000)::bigint");
    books.run({request("key_1", {granting_until("alice", 100, std::stoll(soon)), granting("alice", 5)})});
    books.run({lone_usage(using_up("req_1", "alice", 30))});
    books.database.session().wait_until("SELECT extract(epoch FROM clock_timestamp()) * 1000000 >= " + soon,
                                        "t");
    books.run({request("key_2", {deducting("alice", 6)})});
    BOOST_TEST(books.value("SELECT string_agg(concat_ws(' ', source, token_amount), ', ' ORDER BY sequence)"
                           " FROM tokenledger.token_transactions") ==
               "admin 100, admin 5, usage -30, expiry -70");
    BOOST_TEST(books.value("SELECT count(*) FROM tokenledger.idempotency_keys WHERE key = 'key_2'") == "0");
    require_rebuilt(books, {1, 256});
}

BOOST_AUTO_TEST_CASE(a_lot_whose_end_nobody_posted_yet_is_rebuilt_and_still_due) {
    timed_ledger books;
    books.grant("alice", 100, timed_ledger::day);
    books.grant("alice", 100, 2 * timed_ledger::day);
    books.at(3 * timed_ledger::day);
    books.ask(granting("bob", 1));
    require_rebuilt(books, {1, 256});
}

BOOST_AUTO_TEST_CASE(what_a_reversal_returns_after_the_hold_of_a_lot_has_ended_is_rebuilt) {
    timed_ledger books;
    books.grant("alice", 300, 12 * timed_ledger::hour);
    books.must(lone_usage(using_up("req_1", "alice", 100)));
    books.must(lone(holding("h1", "alice", 150, 86'400)));
    books.at(13 * timed_ledger::hour);
    books.refuses(deducting("alice", 1000));
    books.must(lone(capturing("h1", "alice", 60)));
    books.at(14 * timed_ledger::hour);
    books.must(lone_reversal(reversing("req_1", "alice", 80)));
    books.must(lone_reversal(reversing("h1", "alice")));
    BOOST_TEST(amounts(books, "alice") == "300 -100 -50 -60 -90 80 -80 60 -60");
    require_rebuilt(books, {1, 2, 3, 256});
}

BOOST_AUTO_TEST_CASE(what_a_reversal_returns_is_one_row_also_where_a_hold_had_a_part_of_the_lot) {
    timed_ledger books;
    books.grant("alice", 300, 12 * timed_ledger::hour);
    books.must(lone_usage(using_up("req_1", "alice", 200)));
    books.must(lone(holding("h1", "alice", 50, 86'400)));
    books.at(13 * timed_ledger::hour);
    books.refuses(deducting("alice", 1000));
    books.must(lone(ledger::release{.hold_id = "h1", .user_id = "alice"}));
    books.must(lone_reversal(reversing("req_1", "alice", 80)));
    BOOST_TEST(amounts(books, "alice") == "300 -200 -50 -50 80 -80");
    require_rebuilt(books, {1, 2, 256});
}

BOOST_AUTO_TEST_CASE(a_part_of_a_capture_returns_to_the_same_lots_in_a_batch_with_it_or_alone) {
    timed_ledger books;
    books.grant("alice", 100, 8 * timed_ledger::day);
    books.must(lone(holding("h1", "alice", 50, 3600)));
    books.grant("alice", 40, 7 * timed_ledger::day); // used first, but the hold has tokens of the other
    books.must(lone(capturing("h1", "alice", 80)));
    books.must(lone_reversal(reversing("h1", "alice", 40)));
    require_rebuilt(books, {1, 2, 256});
}

BOOST_AUTO_TEST_CASE(a_refund_that_fails_in_part_returns_to_the_same_lots_in_a_batch_with_it_or_alone) {
    timed_ledger books;
    books.buy("pi_1", "alice", 100, 0);
    books.ask(deducting("alice", 100));
    books.grant("alice", 50, 8 * timed_ledger::day);
    books.grant("alice", 50, 7 * timed_ledger::day);
    books.refund("pi_1", "re_1", 40);
    books.refund("pi_1", "re_2", 30);
    books.refund_fails("pi_1", "re_2", 30);
    require_rebuilt(books, {1, 2, 256});
}

BOOST_AUTO_TEST_CASE(a_pack_that_expired_can_be_refunded_in_whole) {
    timed_ledger books;
    books.buy("pi_1", "alice", 1000, 30);
    books.ask(deducting("alice", 300));
    books.at(30 * timed_ledger::day);
    books.refund("pi_1", "re_1", 1000);
    BOOST_TEST(amounts(books, "alice") == "1000 -300 -700 -300");
    books.refund_fails("pi_1", "re_1", 1000);
    BOOST_TEST(amounts(books, "alice") == "1000 -300 -700 -300 300");
    require_rebuilt(books, {1, 256});
}

BOOST_AUTO_TEST_CASE(a_hold_that_lost_its_lot_to_a_refund_is_extended_as_before) {
    timed_ledger books;
    books.buy("pi_1", "alice", 50, 3);
    books.grant("alice", 50, 4 * timed_ledger::day);
    books.grant("alice", 100, 5 * timed_ledger::day);
    books.must(lone(holding("h1", "alice", 100, 3600)));
    books.refund("pi_1", "re_1", 50);
    books.ask(ledger::extension{.hold_id = "h1", .user_id = "alice", .timeout_seconds = 3600, .tokens = 120});
    require_rebuilt(books, {1, 2, 256});
}

BOOST_AUTO_TEST_CASE(any_history_of_lots_and_holds_is_correct_and_rebuilt) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            random_lots books(seed);
            for (int batch = 0; batch < 120; ++batch)
                books.step();
            BOOST_TEST(books.value("SELECT count(*) > 10 FROM tokenledger.token_transactions WHERE source = "
                                   "'expiry'") == "t");
            require_rebuilt(books, {1, 5, 256});
        }
    }
}

BOOST_AUTO_TEST_CASE(a_tampered_lot_movement_or_hold_is_found_and_named) {
    const std::vector<std::pair<std::string, std::string>> tamperings = {
        {"UPDATE tokenledger.token_lots SET priority = 7 WHERE user_id = 'ann' AND lot = 2",
         "token_lots ann 2 priority: 50, 7"},
        {"UPDATE tokenledger.token_lots SET expires_at = NULL WHERE user_id = 'ben'",
         "token_lots ben 1 expires_at: "},
        {"UPDATE tokenledger.token_lots SET expired_tokens = 1 WHERE user_id = 'cat' AND lot = 1",
         "token_lots cat 1 expired_tokens: 700, 1"},
        {"DELETE FROM tokenledger.token_lots WHERE user_id = 'dan'", "token_lots dan 1 : a row, nothing"},
        {"UPDATE tokenledger.token_lot_movements SET tokens = -29 WHERE user_id = 'ann' AND sequence = 4",
         "token_lot_movements ann 4 1 tokens: -30, -29"},
        {"INSERT INTO tokenledger.token_lot_movements VALUES ('ann', 4, 2, -1)",
         "token_lot_movements ann 4 2 : nothing, a row"},
        {"UPDATE tokenledger.token_holds SET reserved_tokens = '{19}' WHERE hold_id = 'h3'",
         "token_holds ann h3 reserved_tokens: {20}, {19}"},
        {"UPDATE tokenledger.token_holds SET ended = 'captured' WHERE hold_id = 'h2'",
         "token_holds ann h2 ended: released, captured"},
        {"UPDATE tokenledger.token_transactions SET effective_at = created_at WHERE user_id = 'cat'"
         " AND sequence = 3",
         "token_transactions cat 3 effective_at: "},
        {"UPDATE tokenledger.idempotency_keys SET posted_sequences = '{4}' WHERE scope = 'expiry'"
         " AND posted_user_ids = '{cat}'",
         "idempotency_keys expiry "},
    };
    lots_ledger books;
    books.tamper("");
    books.save();
    for (const auto& [sql, found] : tamperings) {
        BOOST_TEST_CONTEXT(sql) {
            books.database.session().run(sql);
            const auto differences = rebuild(books, 256);
            BOOST_TEST_REQUIRE(!differences.empty());
            BOOST_TEST(std::any_of(differences.begin(), differences.end(),
                                   [&](const std::string& each) { return each.starts_with(found); }),
                       "found only " << differences.front());
            books.restore();
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
