// Metadata of grants: stored as sent, never longer, and listed in pages of bounded size.
#include "base/text.hpp"
#include "ledger/schema.hpp"
#include "postgres/store.hpp"
#include "reader_fixture.hpp"

#include <algorithm>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

constexpr std::size_t most_metadata = 8192; // bytes

// The most metadata allowed, of numbers that take 309 digits each when written out.
std::string hostile_metadata() {
    std::string made = "{\"a\":[1e308";
    while (made.size() + 8 <= most_metadata)
        made += ",1e308";
    return made + "]}";
}

ledger::grant granting_with(const std::string& user, std::string metadata) {
    ledger::grant made = granting(user, 1);
    made.metadata = std::move(metadata);
    return made;
}

struct metadata_fixture : reader_fixture {
    void grant(std::size_t rows, const std::string& metadata) {
        constexpr std::size_t at_once = 50;
        for (std::size_t row = 0; row < rows; row += at_once) {
            std::vector<ledger::operation> all;
            for (std::size_t i = row; i < std::min(rows, row + at_once); ++i)
                all.emplace_back(granting_with("user_" + std::to_string(i % 3), metadata));
            run({request("key_" + std::to_string(row), all)});
        }
    }
    list_fn<ledger::transaction_view> transactions = [this](const ledger::page_request& ask) {
        return reader->page_of(ledger::transactions_query{{}, ask});
    };
    list_fn<ledger::activity_view> activity = [this](const ledger::page_request& ask) {
        return reader->page_of(ledger::activity_query{{}, ask});
    };
};

template <class Row>
std::vector<std::size_t> page_sizes(const list_fn<Row>& list, ledger::page_order order, std::size_t limit) {
    std::vector<std::size_t> sizes;
    ledger::page_request ask{.limit = limit, .order = order};
    for (bool more = true; more;) {
        const ledger::page<Row> got = list(ask);
        BOOST_TEST_REQUIRE(!got.rows.empty());
        sizes.push_back(got.rows.size());
        ask.cursor = got.next;
        more = got.more;
    }
    return sizes;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(metadata, metadata_fixture)

BOOST_AUTO_TEST_CASE(metadata_is_stored_and_shown_as_sent) {
    const std::string sent =
        R"({"b":1.50,"a":1e308,"c":[1E-7,-0,{"z":"\u0001","y":null}],"":12345678901234567890})";
    run({request("key_1", {granting_with("alice", sent)})});
    BOOST_TEST(value("SELECT metadata::text FROM tokenledger.token_transactions") == sent);
    BOOST_TEST(reader->page_of(ledger::transactions_query{{}, {}}).rows.at(0).metadata == sent);
    BOOST_TEST(value("SELECT metadata ->> 'a' FROM tokenledger.token_transactions") == "1e308");
    BOOST_TEST(value("SELECT metadata::jsonb @> '{\"b\":1.5}' FROM tokenledger.token_transactions") == "t");
}

BOOST_AUTO_TEST_CASE(numbers_with_large_exponents_are_not_stored_written_out) {
    const std::string sent = hostile_metadata();
    BOOST_TEST(sent.size() > most_metadata - 10);
    run({request("key_1", {granting_with("alice", sent)})});
    BOOST_TEST(value("SELECT octet_length(metadata::text) FROM tokenledger.token_transactions") ==
               std::to_string(sent.size()));
    BOOST_TEST(reader->page_of(ledger::transactions_query{{}, {}}).rows.at(0).metadata == sent);
}

BOOST_AUTO_TEST_CASE(is_numeric_accepts_exactly_the_numbers_that_jsonb_can_hold) {
    sql_session& here = database.session();
    for (const std::string& number :
         {std::string("1e-16383"), std::string("-1.5e-16382"), std::string("0e-16383"), std::string("1e308"),
          std::string("-1.7976931348623157e308"), std::string("-0"), "0." + std::string(8000, '1'),
          "0." + std::string(8000, '1') + "e-8383"}) {
        BOOST_TEST(base::is_numeric(number), number);
        BOOST_TEST(here.value("SELECT ('[" + number + "]')::jsonb IS NOT NULL") == "t", number);
    }
    for (const std::string& number :
         {std::string("1e-20000"), std::string("1e-16384"), std::string("-1.5e-16383"),
          std::string("0e-16384"), "0." + std::string(8000, '1') + "e-8384"}) {
        BOOST_TEST(!base::is_numeric(number), number);
        BOOST_TEST(here.refused("SELECT ('[" + number + "]')::jsonb").sqlstate == "22003", number);
    }
}

BOOST_AUTO_TEST_CASE(the_largest_and_the_smallest_cost_are_stored_exactly) {
    int number = 0;
    for (const std::string& cost : {std::string("9e99"), std::string("1e-99"), std::string(64, '9'),
                                    "0." + std::string(62, '1'), "0." + std::string(58, '1') + "e-99"}) {
        BOOST_TEST_REQUIRE(base::is_cost(cost));
        const std::string name = std::to_string(++number);
        ledger::usage used = using_up("req_" + name, "alice", 0);
        used.cost_estimate = cost;
        run({request("key_" + name, {used})});
        BOOST_TEST(value("SELECT cost_estimate = " + cost +
                         " FROM tokenledger.token_usage WHERE request_id = 'req_" + name + "'") == "t");
    }
}

BOOST_AUTO_TEST_CASE(a_page_ends_before_it_is_too_large_and_all_pages_have_every_row_once) {
    constexpr std::size_t rows = 700;
    grant(rows, hostile_metadata());
    const std::size_t most_rows = ledger::max_page_bytes / most_metadata;
    for (const auto order : {newest_first, oldest_first}) {
        for (const auto& sizes : {page_sizes(transactions, order, ledger::max_page_limit),
                                  page_sizes(activity, order, ledger::max_page_limit)}) {
            BOOST_TEST_REQUIRE(sizes.size() == 2U);
            BOOST_TEST(sizes.at(0) < most_rows);
            BOOST_TEST(sizes.at(0) > most_rows * 3 / 4);
            BOOST_TEST(sizes.at(0) + sizes.at(1) == rows);
        }
        // The limit of rows still applies if it is smaller.
        BOOST_TEST(page_sizes(transactions, order, 300) == (std::vector<std::size_t>{300, 300, 100}),
                   boost::test_tools::per_element());
    }
    std::vector<std::string> seen;
    ledger::page_request ask{.limit = ledger::max_page_limit, .order = oldest_first};
    for (bool more = true; more;) {
        const auto got = transactions(ask);
        for (const auto& row : got.rows)
            seen.push_back(row.user_id + " " + std::to_string(row.sequence));
        ask.cursor = got.next;
        more = got.more;
    }
    std::sort(seen.begin(), seen.end());
    BOOST_TEST(seen.size() == rows);
    BOOST_TEST((std::adjacent_find(seen.begin(), seen.end()) == seen.end()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(rows_of_an_earlier_schema_keep_their_metadata_and_stay_append_only) {
    test_database database(test_database::contents::nothing);
    const ledger::postgres_options options{.url = database.url()};
    for (const ledger::migration& each : ledger::known_migrations()) {
        if (each.name == "keep_metadata_as_sent")
            break;
        database.session().run("BEGIN; " + std::string(each.sql) + "; COMMIT");
    }
    database.session().run(
        "INSERT INTO tokenledger.token_accounts (user_id, balance, last_sequence, last_transaction_at)"
        " VALUES ('alice', 5, 1, now());"
        "INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, "
        "token_amount,"
        " balance_before, balance_after, idempotency_key, actor, metadata, created_at)"
        " VALUES ('alice', 1, 'grant', 'admin', 5, 0, 5, 'k', 1, '{\"b\": 1.50, \"a\": 1e3}', now())");
    BOOST_TEST(!ledger::migrate(options).empty());
    const std::string kept =
        "SELECT concat_ws(' ', pg_typeof(metadata), metadata::text, metadata::jsonb ->> 'b')"
        " FROM tokenledger.token_transactions";
    BOOST_TEST(database.session().value(kept) == "json {\"a\": 1000, \"b\": 1.50} 1.50");
    for (const char* change :
         {"UPDATE tokenledger.token_transactions SET metadata = NULL",
          "DELETE FROM tokenledger.token_transactions", "TRUNCATE tokenledger.token_transactions"})
        BOOST_TEST(database.session().refused(change).sqlstate == "TL001");
    const auto store = ledger::make_postgres_store(options);
    static_cast<void>(ledger::run_batch(*store, std::vector<ledger::command>{request(
                                                    "key_2", {granting_with("alice", R"({"z":1,"a":2})")})}));
    BOOST_TEST(database.session().value(
                   "SELECT metadata::text FROM tokenledger.token_transactions WHERE sequence = 2") ==
               R"({"z":1,"a":2})");
}
