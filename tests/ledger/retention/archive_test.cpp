// Archiving usage to a file and deleting it: which rows go, which stay, and what an interruption leaves.
#include "ledger/archive.hpp"
#include "verify_ledger.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

struct archive_fixture : verify_fixture {
    ledger::archive_totals archive(const std::string& before = "clock_timestamp() - interval '30 min'") {
        file.clear();
        return ledger::archive_usage({.database = options,
                                      .before_us = microseconds(before),
                                      .write = [this](std::string_view line) { file.append(line); },
                                      .finish =
                                          [this] {
                                              finished();
                                              return std::string(32, 'h');
                                          }});
    }
    std::int64_t microseconds(const std::string& time) {
        return std::stoll(value("SELECT (extract(epoch FROM " + time + ") * 1000000)::bigint"));
    }
    // Makes all rows an hour older, because a test cannot wait for them to age.
    void age_everything() {
        tamper("UPDATE tokenledger.token_transactions SET created_at = created_at - interval '1 hour';"
               "UPDATE tokenledger.token_accounts SET last_transaction_at = last_transaction_at - interval "
               "'1 hour';"
               "UPDATE tokenledger.payments SET credited_at = credited_at - interval '1 hour';"
               "UPDATE tokenledger.usage_archives SET before = before - interval '1 hour';"
               "UPDATE tokenledger.token_usage SET created_at = created_at - interval '1 hour'");
    }
    std::string usages() { return value("SELECT count(*) FROM tokenledger.token_usage"); }
    std::string archives() { return value("SELECT count(*) FROM tokenledger.usage_archives"); }
    void check_clean() {
        for (const auto& each : verify())
            BOOST_ERROR(text_of(each));
    }
    std::string refusal_of(const std::string& before) {
        try {
            static_cast<void>(archive(before));
        } catch (const ledger::archive_refused& error) {
            return error.what();
        }
        return "not refused";
    }

    std::string file;
    std::function<void()> finished = [] {};
};

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(archiving_usage, archive_fixture)

BOOST_AUTO_TEST_CASE(old_usage_is_archived_with_all_its_columns_and_the_books_stay_correct) {
    age_everything();
    database.session().run(
        "UPDATE tokenledger.token_usage SET cost_estimate = 0.10000000000000000000000000001,"
        " action_type = E'a \"quoted\"\\nline', model_used = NULL,"
        " tokens_used = 9223372036854775807, cached_input_tokens = 3, reasoning_tokens = 0, member = 'ada',"
        " occurred_at = '2026-01-01 00:00:00.25+00', metadata = '{\"a\": 1.50}' WHERE request_id = 'req_1'");
    const std::string money = value("SELECT string_agg(t::text, ';') FROM tokenledger.token_transactions t");
    database.session().run("CREATE TABLE before AS TABLE tokenledger.token_usage");
    const auto gone = archive();
    BOOST_TEST(gone.usages == 2);
    BOOST_TEST(gone.charged_usages == 1);
    BOOST_TEST(gone.charged_tokens == "20");
    BOOST_TEST(usages() == "0");
    BOOST_TEST(value("SELECT string_agg(t::text, ';') FROM tokenledger.token_transactions t") == money);
    BOOST_TEST(value("SELECT concat_ws(' ', usages, charged_usages, charged_tokens,"
                     " convert_from(file_sha256, 'UTF8')) FROM tokenledger.usage_archives"
                     " ORDER BY before DESC LIMIT 1") == "2 1 20 " + std::string(32, 'h'));
    check_clean();

    // The file, read back as by an operator, equals the rows.
    BOOST_TEST(says(file, R"("cost_estimate":"0.10000000000000000000000000001")"));
    BOOST_TEST(says(file, R"("action_type":"a \"quoted\"\nline","model_used":null)"));
    std::string back;
    for (std::size_t at = 0; at < file.size(); at = file.find('\n', at) + 1)
        back += "('" + file.substr(at, file.find('\n', at) - at) + "'),";
    back.pop_back();
    BOOST_TEST(value("SELECT count(*) FROM (SELECT back::text FROM (VALUES " + back +
                     ") AS l (line), json_populate_record(NULL::tokenledger.token_usage, line::json) AS back"
                     " EXCEPT SELECT before::text FROM before) AS different") == "0");
    BOOST_TEST(value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'tokenledger'"
                     " AND table_name = 'token_usage' AND NOT '" +
                     file.substr(0, file.find('\n')) + "'::jsonb ? column_name") == "0");
}

BOOST_AUTO_TEST_CASE(younger_usage_stays) {
    age_everything();
    run({lone_usage(using_up("req_3", "dave", 5))});
    BOOST_TEST(archive().usages == 2);
    BOOST_TEST(usages() == "1");
    check_clean();
}

BOOST_AUTO_TEST_CASE(the_request_id_of_archived_usage_stays_used) {
    age_everything();
    static_cast<void>(archive());
    const ledger::command again = lone_usage(using_up("req_1", "dave", 20));
    const ledger::command other = lone_usage(using_up("req_1", "dave", 21));
    const auto outcomes = ledger::run_batch(*store, std::vector{again, other});
    BOOST_TEST(outcomes[0].replayed);
    BOOST_TEST(outcomes[0].posted.at(0).balance_after == 480);
    BOOST_TEST((outcomes[1].refusal == ledger::refusal::key_reused));
    BOOST_TEST(usages() == "0");
    check_clean();
}

BOOST_AUTO_TEST_CASE(the_same_rows_give_the_same_file_after_a_failed_archive) {
    age_everything();
    finished = [] { throw std::runtime_error("no space left"); };
    BOOST_CHECK_THROW(static_cast<void>(archive()), std::runtime_error);
    const std::string first = file;
    BOOST_TEST(usages() == "2");
    BOOST_TEST(archives() == "1");
    check_clean();
    finished = [] {};
    database.session().run("UPDATE tokenledger.token_usage SET actor = actor"); // moves the rows on disk
    BOOST_TEST(archive().usages == 2);
    BOOST_TEST(file == first);
}

BOOST_AUTO_TEST_CASE(a_row_that_is_committed_late_is_left_for_the_next_archive) {
    age_everything();
    finished = [this] { // after the rows were read, before they are deleted
        run({lone_usage(using_up("req_3", "dave", 5))});
        tamper("UPDATE tokenledger.token_usage SET created_at = created_at - interval '50 min'"
               " WHERE request_id = 'req_3';"
               "UPDATE tokenledger.token_transactions SET created_at = created_at - interval '50 min'"
               " WHERE usage_request_id = 'req_3';"
               "UPDATE tokenledger.token_accounts SET last_transaction_at = last_transaction_at"
               " - interval '50 min' WHERE user_id = 'dave'");
    };
    BOOST_TEST(archive("clock_timestamp() - interval '20 min'").usages == 2);
    BOOST_TEST(usages() == "1");
    check_clean();
    finished = [] {};
    BOOST_TEST(archive("clock_timestamp() - interval '10 min'").usages == 1);
    BOOST_TEST(says(file, "req_3"));
    check_clean();
}

BOOST_AUTO_TEST_CASE(only_one_archive_runs_at_a_time) {
    age_everything();
    finished = [this] {
        const std::string kept = file;
        BOOST_TEST((failure_of([&] { static_cast<void>(archive()); }) == ledger::store_failure::unavailable));
        file = kept;
    };
    BOOST_TEST(archive().usages == 2);
    BOOST_TEST(archives() == "2");
}

BOOST_AUTO_TEST_CASE(an_archive_that_was_refused_or_failed_leaves_no_lock) {
    age_everything();
    const auto locks = [this] {
        return value("SELECT count(*) FROM pg_locks WHERE relation = 'tokenledger.usage_archives'::regclass"
                     " AND mode = 'ShareRowExclusiveLock'");
    };
    finished = [] { throw std::runtime_error("disk full"); };
    // Repeated, because the server sometimes ends the connection quickly enough by itself.
    for (int turn = 0; turn < 20; ++turn) {
        BOOST_TEST(refusal_of("clock_timestamp()") != "not refused");
        BOOST_TEST(locks() == "0");
        BOOST_CHECK_THROW(static_cast<void>(archive()), std::runtime_error);
        BOOST_TEST(locks() == "0");
    }
}

BOOST_AUTO_TEST_CASE(without_old_rows_there_is_no_file_and_no_record) {
    finished = [] { BOOST_ERROR("there is no file to finish"); };
    age_everything();
    BOOST_TEST(archive("(SELECT max(before) + interval '1 us' FROM tokenledger.usage_archives)").usages == 0);
    BOOST_TEST(archives() == "1");
}

BOOST_AUTO_TEST_CASE(a_time_that_is_not_past_or_not_later_is_refused) {
    BOOST_TEST(says(refusal_of("clock_timestamp() + interval '1 day'"), "60 seconds in the past"));
    BOOST_TEST(says(refusal_of("clock_timestamp() - interval '55 s'"), "60 seconds in the past"));
    age_everything();
    const std::string last = "(SELECT max(before) FROM tokenledger.usage_archives)";
    BOOST_TEST(says(refusal_of(last), "archived already"));
    BOOST_TEST(says(refusal_of(last + " - interval '1 us'"), "archived already"));
    BOOST_TEST(refusal_of(last + " + interval '1 us'") == "not refused");
}

BOOST_AUTO_TEST_CASE(the_daemons_role_is_refused_with_advice_and_the_owner_can_archive) {
    age_everything();
    database.session().run(source_file("migrations/roles.sql"));
    options.url = url_with(database.url(), "", "tokenledger_daemon");
    const std::string refusal = refusal_of("clock_timestamp() - interval '30 min'");
    BOOST_TEST(says(refusal, "tokenledger_daemon"));
    BOOST_TEST(says(refusal, "migrate_url"));
    BOOST_TEST(usages() == "2");
    options.url = url_with(database.url(), "", "tokenledger_owner");
    BOOST_TEST(archive().usages == 2);
}

BOOST_AUTO_TEST_CASE(sums_beyond_int64_and_over_several_fetches_are_exact) {
    age_everything();
    tamper(
        "INSERT INTO tokenledger.token_usage (user_id, request_id, action_type, tokens_used, charged_tokens,"
        " deduction_sequence, created_at) SELECT 'u', 'many_' || n, 'chat', 1, 9223372036854775807, n,"
        " clock_timestamp() - interval '1 hour' FROM generate_series(1, 2500) n");
    const auto gone = archive();
    BOOST_TEST(gone.usages == 2502);
    BOOST_TEST(gone.charged_tokens == "23058430092136939517520");
    BOOST_TEST(std::count(file.begin(), file.end(), '\n') == 2502);
}

BOOST_AUTO_TEST_CASE(an_archived_file_is_recognized_by_its_hash) {
    age_everything();
    static_cast<void>(archive());
    BOOST_TEST(ledger::is_archived(options, std::string(32, 'h')));
    BOOST_TEST(!ledger::is_archived(options, std::string(32, 'i')));
}

BOOST_AUTO_TEST_SUITE_END()
