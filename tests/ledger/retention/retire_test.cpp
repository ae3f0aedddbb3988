// Deleting old ignored events: only those without facts, by which role, and beside a daemon.
#include "ledger/retire.hpp"
#include "verify_ledger.hpp"

#include <future>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

struct retire_fixture : verify_fixture {
    std::int64_t retire(const std::string& before = "clock_timestamp() - interval '61 s'",
                        bool only_count = false, const std::string& user = "") {
        return retire_before(
            std::stoll(value("SELECT (extract(epoch FROM " + before + ") * 1000000)::bigint")), only_count,
            user);
    }
    std::int64_t retire_before(std::int64_t us, bool only_count = false, const std::string& user = "") {
        ledger::retire_request request{
            .database = options,
            .before_us = us,
            .only_count = only_count,
            .progress = [this](std::int64_t looked_at, std::int64_t) { steps.push_back(looked_at); },
            .batch_events = batch};
        request.database.url = url_with(options.url, "", user);
        return ledger::retire_ignored_events(request);
    }
    void run(const std::vector<ledger::command>& batch_of) {
        static_cast<void>(ledger::run_batch(*store, batch_of));
    }
    void grow_old() {
        database.session().run(
            "UPDATE tokenledger.stripe_events SET received_at = received_at - interval '1 day'");
    }
    std::string events() {
        return value("SELECT coalesce(string_agg(event_id, ' ' ORDER BY position), '') FROM "
                     "tokenledger.stripe_events");
    }
    void check_clean() {
        for (const auto& each : verify(true))
            BOOST_ERROR(text_of(each));
    }

    std::size_t batch = 2000;
    std::vector<std::int64_t> steps;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(retiring_ignored_events, retire_fixture)

BOOST_AUTO_TEST_CASE(ignored_events_without_facts_are_deleted_and_all_others_stay) {
    const std::string before = events(); // the ledger of verify_ledger.hpp
    // evt_waits waited and was released as ignored; evt_fact is ignored and brings a fact.
    run({update_command("evt_waits", "pi_foreign", refund_of("re_1", 100))});
    run({end_command("evt_fact", "pi_foreign", {.canceled = true}), ignored_command("evt_silent"),
         ignored_command("evt_silent_too")});
    BOOST_TEST(
        value("SELECT string_agg(concat_ws(' ', result, evidence IS NOT NULL, effect IS NOT NULL), ', '"
              " ORDER BY position) FROM tokenledger.stripe_events WHERE payment_intent_id = 'pi_foreign'") ==
        "ignored t t, ignored f t");
    BOOST_TEST(retire() == 0); // nothing is old enough
    grow_old();
    const std::int64_t silent = std::stoll(
        value("SELECT count(*) FROM tokenledger.stripe_events WHERE result = 'ignored' AND evidence IS NULL"
              " AND evidence_sha256 IS NULL AND effect IS NULL"));
    BOOST_TEST(silent >= 2);
    BOOST_TEST(retire("clock_timestamp() - interval '61 s'", true) == silent);
    BOOST_TEST(events().find("evt_silent") != std::string::npos); // only counted
    BOOST_TEST(retire() == silent);
    BOOST_TEST(events().find("evt_silent") == std::string::npos);
    BOOST_TEST(events().find("evt_waits evt_fact") != std::string::npos);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events WHERE result <> 'ignored'") ==
               value("SELECT count(*) FROM unnest(string_to_array('" + before +
                     "', ' ')) AS was (id)"
                     " JOIN tokenledger.stripe_events ON event_id = id WHERE result <> 'ignored'"));
    check_clean();
    BOOST_TEST(retire() == 0);
}

BOOST_AUTO_TEST_CASE(events_received_later_stay) {
    run({ignored_command("evt_old")});
    grow_old();
    run({ignored_command("evt_new")});
    BOOST_TEST(retire() >= 1);
    BOOST_TEST(events().find("evt_old") == std::string::npos);
    BOOST_TEST(events().find("evt_new") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_events_of_the_same_time_are_deleted_in_batches) {
    database.session().run(
        "INSERT INTO tokenledger.stripe_events (event_id, event_type, result, endpoint, received_at)"
        " SELECT 'evt_' || n, 'x', 'ignored', '/', '2026-01-01' FROM generate_series(100, 399) n");
    batch = 100;
    BOOST_TEST(retire() == 300);
    BOOST_TEST((steps == std::vector<std::int64_t>{100, 200, 300, 300}));
}

BOOST_AUTO_TEST_CASE(an_event_that_is_delivered_again_is_ignored_again) {
    run({ignored_command("evt_again")});
    grow_old();
    BOOST_TEST(retire() >= 1);
    BOOST_TEST(
        (ledger::run_batch(*store, {{ignored_command("evt_again")}})[0].result == ledger::result::ignored));
    check_clean();
}

BOOST_AUTO_TEST_CASE(an_event_that_an_endpoint_takes_over_meanwhile_stays) {
    run({ignored_command("evt_taken")});
    grow_old();
    const auto other = new_store();
    open_batch taking(*other, {purchase_by("evt_taken", "pi_taken", "user_1")});
    taking.lock();
    static_cast<void>(taking.apply());
    const std::int64_t before =
        std::stoll(value("SELECT (extract(epoch FROM now() - interval '61 s') * 1000000)::bigint"));
    auto retiring = std::async(std::launch::async, [&] { return retire_before(before); });
    database.session().wait_until("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted", "t");
    other->commit();
    static_cast<void>(retiring.get());
    BOOST_TEST(value("SELECT result FROM tokenledger.stripe_events WHERE event_id = 'evt_taken'") ==
               "applied");
}

BOOST_AUTO_TEST_CASE(the_daemons_role_can_count_but_not_delete) {
    database.session().run(source_file("migrations/roles.sql"));
    run({ignored_command("evt_old")});
    grow_old();
    BOOST_TEST(retire("clock_timestamp() - interval '61 s'", true, "tokenledger_daemon") >= 1);
    BOOST_CHECK_THROW(
        static_cast<void>(retire("clock_timestamp() - interval '61 s'", false, "tokenledger_daemon")),
        ledger::retire_refused);
    BOOST_TEST(events().find("evt_old") != std::string::npos);
    BOOST_TEST(retire("clock_timestamp() - interval '61 s'", false, "tokenledger_owner") >= 1);
}

BOOST_AUTO_TEST_CASE(a_time_less_than_a_minute_in_the_past_is_refused) {
    BOOST_CHECK_THROW(static_cast<void>(retire("clock_timestamp() - interval '50 s'")),
                      ledger::retire_refused);
}

BOOST_AUTO_TEST_SUITE_END()
