// Redaction: which evidence is replaced by its hash, and which role can do it.
#include "codec/evidence.hpp"
#include "ledger/redact.hpp"
#include "verify_ledger.hpp"

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// Just long enough ago to be accepted.
constexpr const char* settled = "clock_timestamp() - interval '61 s'";

struct redact_fixture : verify_fixture {
    redact_fixture() {
        database.session().run(
            "UPDATE tokenledger.stripe_events SET received_at = received_at - interval '1 hour'");
    }
    ledger::redact_request request_of(const std::string& before) {
        return {.database = options,
                .before_us =
                    std::stoll(value("SELECT (extract(epoch FROM " + before + ") * 1000000)::bigint")),
                .progress = [this](std::int64_t redacted) { steps.push_back(redacted); }};
    }
    ledger::redact_totals redact(const std::string& before = settled) {
        return ledger::redact_evidence(request_of(before));
    }
    ledger::redact_preview preview(const std::string& before = settled) {
        return ledger::preview_redaction(request_of(before));
    }
    void check_clean() {
        for (const auto& each : verify(true))
            BOOST_ERROR(text_of(each));
    }
    std::string with_evidence() {
        return value("SELECT string_agg(event_id, ' ' ORDER BY position) FROM tokenledger.stripe_events"
                     " WHERE evidence IS NOT NULL");
    }
    std::vector<std::int64_t> steps;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(redacting_evidence, redact_fixture)

BOOST_AUTO_TEST_CASE(evidence_is_replaced_by_its_hash_and_the_books_stay_correct) {
    const std::string rest =
        "SELECT string_agg(concat_ws(' ', event_id, position, event_type, result, reason,"
        " payment_intent_id, endpoint, received_at), ';' ORDER BY position)"
        " FROM tokenledger.stripe_events";
    const std::string before = value(rest);
    const auto totals_of_it = redact();
    BOOST_TEST(totals_of_it.damaged == 0);
    // Waiting and parked events keep their bytes: evt_7, evt_9 and evt_12.
    BOOST_TEST(with_evidence() == "evt_7 evt_9 evt_12");
    BOOST_TEST(value("SELECT string_agg(event_id, ' ' ORDER BY position) FROM tokenledger.stripe_events"
                     " WHERE evidence_sha256 = sha256(convert_to(E't=1,v1=2\\n{\"id\":\"' || event_id || "
                     "'\"}', 'UTF8'))") == "evt_1 evt_2 evt_3 evt_4 evt_5 evt_6 evt_8 evt_10 evt_11");
    BOOST_TEST(totals_of_it.redacted == 9);
    BOOST_TEST(value(rest) == before);
    check_clean();
    BOOST_TEST(redact().redacted == 0); // nothing is left to do
}

BOOST_AUTO_TEST_CASE(events_received_later_keep_their_evidence) {
    BOOST_TEST(
        redact("(SELECT received_at FROM tokenledger.stripe_events WHERE event_id = 'evt_3')").redacted == 2);
    BOOST_TEST(value("SELECT string_agg(event_id, ' ' ORDER BY position) FROM tokenledger.stripe_events"
                     " WHERE evidence_sha256 IS NOT NULL") == "evt_1 evt_2");
    check_clean();
}

BOOST_AUTO_TEST_CASE(the_preview_counts_the_events_and_changes_nothing) {
    const auto found = preview();
    BOOST_TEST(found.events == 9);
    const std::string as_text = "to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    const std::string of_event = " FROM tokenledger.stripe_events WHERE event_id = ";
    BOOST_TEST(found.first_received == value("SELECT " + as_text + of_event + "'evt_1'"));
    BOOST_TEST(found.last_received == value("SELECT " + as_text + of_event + "'evt_11'"));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events WHERE evidence_sha256 IS NOT NULL") ==
               "0");
    BOOST_TEST(redact().redacted == found.events);
    const auto after = preview();
    BOOST_TEST(after.events == 0);
    BOOST_TEST(after.first_received == "");
}

BOOST_AUTO_TEST_CASE(a_time_less_than_a_minute_in_the_past_is_refused) {
    for (const char* before : {"clock_timestamp() - interval '55 s'", "clock_timestamp() + interval '1 day'",
                               "timestamptz '2999-01-01 00:00Z'"}) {
        BOOST_CHECK_THROW(static_cast<void>(redact(before)), ledger::redact_refused);
        BOOST_CHECK_THROW(static_cast<void>(preview(before)), ledger::redact_refused);
    }
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events WHERE evidence_sha256 IS NOT NULL") ==
               "0");
}

BOOST_AUTO_TEST_CASE(many_events_are_redacted_in_batches) {
    tamper("INSERT INTO tokenledger.stripe_events (event_id, event_type, result, endpoint, evidence_format, "
           "evidence, received_at)"
           " SELECT 'many_' || n, 'x', 'applied', '/', evidence_format, evidence, received_at FROM "
           "tokenledger.stripe_events,"
           " generate_series(1, 500) n WHERE event_id = 'evt_1'");
    BOOST_TEST(redact().redacted == 509);
    BOOST_TEST(steps == (std::vector<std::int64_t>{200, 400, 509}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(damaged_evidence_is_counted_and_not_replaced) {
    tamper("UPDATE tokenledger.stripe_events SET evidence = 'x' WHERE event_id = 'evt_2'");
    const auto totals_of_it = redact();
    BOOST_TEST(totals_of_it.redacted == 8);
    BOOST_TEST(totals_of_it.damaged == 1);
    BOOST_TEST(with_evidence() == "evt_2 evt_7 evt_9 evt_12");
}

BOOST_AUTO_TEST_CASE(the_daemons_role_cannot_redact_and_the_owner_can) {
    database.session().run(source_file("migrations/roles.sql"));
    options.url = url_with(database.url(), "", "tokenledger_daemon");
    BOOST_CHECK_THROW(static_cast<void>(redact()), ledger::redact_refused);
    sql_session daemon(options.url);
    const std::string of_evt_1 = " WHERE event_id = 'evt_1'";
    BOOST_TEST(daemon
                   .refused("UPDATE tokenledger.stripe_events SET evidence = NULL, evidence_format = NULL,"
                            " evidence_sha256 = sha256('x')" +
                            of_evt_1)
                   .sqlstate == "42501");
    BOOST_TEST(daemon
                   .refused("UPDATE tokenledger.stripe_events SET evidence = NULL, evidence_format = NULL" +
                            of_evt_1)
                   .sqlstate == "TL002");
    options.url = url_with(database.url(), "", "tokenledger_owner");
    BOOST_TEST(redact().redacted == 9);
    check_clean();
}

BOOST_AUTO_TEST_CASE(evidence_and_its_hash_cannot_be_changed_in_any_other_way) {
    const std::string set = "UPDATE tokenledger.stripe_events SET ";
    const std::string of_evt_1 = " WHERE event_id = 'evt_1'";
    for (const char* role : {"origin", "replica"}) {
        database.session().run(std::string("SET session_replication_role = ") + role);
        for (const char* change :
             {"evidence = 'y'", "evidence_format = 7", "evidence = NULL, evidence_format = NULL",
              "evidence = NULL, evidence_format = NULL, result = 'ignored'"}) {
            BOOST_TEST_CONTEXT(role << ": " << change)
            BOOST_TEST(database.session().refused(set + change + of_evt_1).sqlstate == "TL002");
        }
    }
    BOOST_TEST(database.session().refused(set + "evidence_sha256 = sha256('x')" + of_evt_1).sqlstate ==
               "TL002");
    static_cast<void>(redact());
    for (const char* change : {"evidence_sha256 = sha256('x')", "evidence_sha256 = NULL",
                               "evidence_sha256 = NULL, evidence = 'x', evidence_format = 1"}) {
        BOOST_TEST_CONTEXT("redacted: " << change)
        BOOST_TEST(database.session().refused(set + change + of_evt_1).sqlstate == "TL002");
    }
}

BOOST_AUTO_TEST_SUITE_END()
