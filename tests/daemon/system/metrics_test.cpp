// The metrics of /metrics, and their documentation in docs/metrics.md.
#include "system/metrics.hpp"

#include "files.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace tokenledger::daemon;
using tokenledger::webhook::event_type;
namespace ledger = tokenledger::ledger;

bool has_line(std::string_view text, std::string_view line) {
    return ("\n" + std::string(text)).find("\n" + std::string(line) + "\n") != std::string::npos;
}

// The text between `mark` and `end`, of each line that begins with `mark`.
std::set<std::string> words_behind(std::string_view mark, const std::string& text, char end) {
    std::set<std::string> found;
    const std::string line = "\n" + std::string(mark);
    const std::string all = "\n" + text;
    for (std::size_t at = all.find(line); at != std::string::npos; at = all.find(line, at + 1))
        found.insert(all.substr(at + line.size(), all.find(end, at + line.size()) - at - line.size()));
    return found;
}

BOOST_AUTO_TEST_SUITE(metrics_served)

BOOST_AUTO_TEST_CASE(counters_count_by_label_and_render_in_the_exposition_format) {
    metrics counters;
    counters.webhook_rejected.with("no_match").Increment();
    counters.webhook_rejected.with("no_match").Increment(2);
    counters.webhook_rejected.with("quote\"back\\slash\n").Increment();
    counters.database_up.Set(1);
    BOOST_TEST(counters.webhook_rejected.value("no_match") == 3);
    BOOST_TEST(counters.webhook_rejected.value("too_old") == 0);
    BOOST_TEST(counters.webhook_rejected.total() == 4);
    const std::string text = counters.exposition();
    BOOST_TEST(has_line(text, "# TYPE tokenledger_webhook_rejected_total counter"));
    BOOST_TEST(has_line(text, R"(tokenledger_webhook_rejected_total{reason="no_match"} 3)"));
    BOOST_TEST(has_line(text, R"(tokenledger_webhook_rejected_total{reason="quote\"back\\slash\n"} 1)"));
    BOOST_TEST(text.find("reason=\"too_old\"") == std::string::npos);
    BOOST_TEST(has_line(text, "# TYPE tokenledger_database_up gauge"));
    BOOST_TEST(has_line(text, "tokenledger_database_up 1"));
}

BOOST_AUTO_TEST_CASE(labels_are_in_the_order_of_the_table_and_series_are_sorted) {
    metrics counters;
    counters.webhook_events.with("parked", event_type::other).Increment();
    counters.webhook_events.with("applied", event_type::payment_intent_succeeded).Increment();
    counters.request_duration.with("webhook", 200).Observe(0.003);
    const std::string text = counters.exposition();
    BOOST_TEST(
        text.find("tokenledger_webhook_events_total{result=\"applied\",type=\"payment_intent.succeeded\"} 1\n"
                  "tokenledger_webhook_events_total{result=\"parked\",type=\"other\"} 1\n") !=
        std::string::npos);
    BOOST_TEST(
        has_line(text, R"(tokenledger_ledger_transactions_total{type="purchase",source="token_pack"} 0)"));
    BOOST_TEST(has_line(
        text,
        R"(tokenledger_request_duration_seconds_bucket{listener="webhook",status="200",le="0.005"} 1)"));
    BOOST_TEST(
        has_line(text, R"(tokenledger_request_duration_seconds_sum{listener="webhook",status="200"} 0.003)"));
}

BOOST_AUTO_TEST_CASE(histogram_buckets_are_cumulative_include_their_bound_and_end_in_infinity) {
    metrics counters;
    for (const double size : {1.0, 2.0, 3.0, 5000.0})
        counters.batch_size.Observe(size);
    const std::string text = counters.exposition();
    BOOST_TEST(has_line(text, R"(tokenledger_batch_size_bucket{le="1"} 1)"));
    BOOST_TEST(has_line(text, R"(tokenledger_batch_size_bucket{le="2"} 2)"));
    BOOST_TEST(has_line(text, R"(tokenledger_batch_size_bucket{le="4"} 3)"));
    BOOST_TEST(has_line(text, R"(tokenledger_batch_size_bucket{le="+Inf"} 4)"));
    BOOST_TEST(has_line(text, "tokenledger_batch_size_sum 5006"));
    BOOST_TEST(has_line(text, "tokenledger_batch_size_count 4"));
}

BOOST_AUTO_TEST_CASE(bounds_are_written_as_short_decimals) {
    metrics counters;
    const std::string text = counters.exposition();
    for (const std::string_view bound : {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
                                         "0.25", "0.5", "1", "5", "+Inf"})
        BOOST_TEST(
            has_line(text, "tokenledger_commit_duration_seconds_bucket{le=\"" + std::string(bound) + "\"} 0"),
            bound);
}

BOOST_AUTO_TEST_CASE(a_time_and_a_number_of_sixteen_digits_are_written_exactly) {
    metrics counters;
    counters.secret_last_used.with("/stripe/webhook", "secret").Set(1764428241);
    counters.events_parked.with().Set(9007199254740991); // 2^53 - 1
    const std::string text = counters.exposition();
    BOOST_TEST(text.find("secret=\"secret\"} 1764428241\n") != std::string::npos);
    BOOST_TEST(has_line(text, "tokenledger_events_parked 9007199254740991"));
}

BOOST_AUTO_TEST_CASE(series_known_at_the_start_are_zero_and_others_appear_when_set) {
    metrics counters;
    const std::string text = counters.exposition();
    BOOST_TEST(has_line(text, "tokenledger_queue_depth 0"));
    BOOST_TEST(has_line(text, R"(tokenledger_batch_size_bucket{le="+Inf"} 0)"));
    BOOST_TEST(has_line(text, R"(tokenledger_ledger_transactions_total{type="refund",source="stripe"} 0)"));
    BOOST_TEST(text.find("\ntokenledger_build_info{version=\"") != std::string::npos);
    BOOST_TEST(text.find("\ntokenledger_events_parked") == std::string::npos);
    BOOST_TEST(text.find("\ntokenledger_webhook_events_total") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cleared_family_loses_its_series_and_can_be_set_again) {
    metrics counters;
    counters.secret_last_used.with("/stripe/webhook", "old").Set(1);
    counters.secret_last_used.clear();
    BOOST_TEST(counters.exposition().find("endpoint=") == std::string::npos);
    counters.secret_last_used.with("/stripe/webhook", "new").Set(2);
    BOOST_TEST(counters.exposition().find("secret=\"new\"} 2\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(postings_are_counted_by_type_and_source_and_replays_are_not) {
    metrics counters;
    ledger::posting row;
    row.type = ledger::transaction_type::grant;
    row.source = ledger::source::admin;
    ledger::outcome outcome;
    outcome.posted.push_back(row);
    counters.count_postings(outcome);
    outcome.replayed = true;
    counters.count_postings(outcome);
    BOOST_TEST(counters.ledger_transactions.value(ledger::transaction_type::grant, ledger::source::admin) ==
               1);
    BOOST_TEST(counters.ledger_transactions.total() == 1);
}

BOOST_AUTO_TEST_CASE(counts_of_several_threads_add_up_in_one_series) {
    metrics counters;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&counters] {
            for (int times = 0; times < 1000; ++times) {
                counters.webhook_rejected.with("method").Increment();
                counters.request_duration.with("webhook", 200).Observe(0.001);
            }
        });
    std::string text;
    for (int times = 0; times < 20; ++times)
        text = counters.exposition();
    for (std::thread& each : threads)
        each.join();
    text = counters.exposition();
    BOOST_TEST(has_line(text, R"(tokenledger_webhook_rejected_total{reason="method"} 4000)"));
    BOOST_TEST(has_line(
        text, R"(tokenledger_request_duration_seconds_count{listener="webhook",status="200"} 4000)"));
}

BOOST_AUTO_TEST_CASE(the_registry_and_the_table_have_the_same_families) {
    std::set<std::string> table;
    for (const metric_family& row : metric_families()) {
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_TEST(table.insert(std::string(row.name)).second);
            BOOST_TEST((&metric_family_of(row.is) == &row));
            // The library does not escape HELP.
            BOOST_TEST(!row.help.empty());
            BOOST_TEST(row.help.find_first_of("\\\n|") == std::string_view::npos);
            BOOST_TEST(!row.advice.empty());
            BOOST_TEST(row.advice.find_first_of("\n|") == std::string_view::npos);
            BOOST_TEST((row.type == prometheus::MetricType::Histogram) == !row.bounds.empty());
            for (const metric_label& each : row.labels)
                BOOST_TEST(!each.values().empty(), each.name);
        }
    }
    metrics counters;
    counters.webhook_events.with("applied", event_type::other);
    counters.webhook_rejected.with("method");
    counters.webhook_mismatches.with("livemode_mismatch");
    counters.secret_last_used.with("/stripe/webhook", "secret");
    counters.request_duration.with("webhook", 200);
    counters.events_parked.with();
    counters.events_waiting.with();
    counters.open_holds.with();
    counters.held_tokens.with();
    counters.timed_out_holds.with();
    counters.expiry_lag.with();
    const std::string text = counters.exposition();
    BOOST_TEST(words_behind("# HELP ", text, ' ') == table, boost::test_tools::per_element());
    BOOST_TEST(words_behind("# TYPE ", text, ' ') == table, boost::test_tools::per_element());
    for (const metric_family& row : metric_families()) {
        const std::string sample = "\n" + std::string(row.name) +
                                   (row.type == prometheus::MetricType::Histogram ? "_count" : "") +
                                   (row.labels.empty() ? " " : "{");
        BOOST_TEST(text.find(sample) != std::string::npos, row.name);
    }
}

BOOST_AUTO_TEST_CASE(metrics_md_matches_the_table) {
    const std::string in_tree = tokenledger::test::source_file("docs/metrics.md");
    BOOST_TEST((in_tree == metrics_reference()),
               "docs/metrics.md is out of date: cmake --build BUILD --target metrics_reference && "
               "BUILD/daemon/metrics_reference > docs/metrics.md");
    std::set<std::string> table;
    for (const metric_family& row : metric_families())
        table.insert(std::string(row.name));
    BOOST_TEST(words_behind("| `", in_tree, '`') == table, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
