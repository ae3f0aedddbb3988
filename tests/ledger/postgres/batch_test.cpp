// run_batch over PostgreSQL: the rows are those that the planner's tests expect in memory.
#include "codec/evidence.hpp"
#include "row_checks.hpp"
#include "store_fixture.hpp"
#include "writer/run_batch.hpp"

#include <array>
#include <future>
#include <random>

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::reason;
using ledger::result;
using ledger::store_failure;

BOOST_FIXTURE_TEST_SUITE(batches, store_fixture)

BOOST_AUTO_TEST_CASE(a_purchase_is_credited_once_however_often_it_is_delivered) {
    const std::vector<ledger::command> batch = {purchase_by("evt_1", "pi_1", "user_1"),
                                                purchase_by("evt_1", "pi_1", "user_1")};
    const auto first = ledger::run_batch(*store, batch);
    BOOST_TEST((first[0].result == result::applied));
    BOOST_TEST(
        (first[0].posted.at(0) ==
         ledger::posting{.user_id = "user_1", .sequence = 1, .token_amount = 100, .balance_after = 100}));
    BOOST_TEST((first[1].result == result::duplicate));
    for (const auto& outcome : ledger::run_batch(*store, batch))
        BOOST_TEST((outcome.result == result::duplicate));
    const std::vector<ledger::command> other_id = {purchase_by("evt_2", "pi_1", "user_1")};
    BOOST_TEST((ledger::run_batch(*store, other_id)[0].result == result::duplicate));
    BOOST_TEST(
        value("SELECT string_agg(concat_ws(' ', event_id, result, evidence IS NULL), ', ' ORDER BY position)"
              " FROM tokenledger.stripe_events") == "evt_1 applied f, evt_2 duplicate t");
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

BOOST_AUTO_TEST_CASE(a_batch_of_duplicates_writes_no_wal) {
    const std::vector<ledger::command> batch = {purchase_by("evt_1", "pi_1", "user_1"),
                                                ignored_command("evt_2")};
    static_cast<void>(ledger::run_batch(*store, batch));
    // The WAL is that of the whole server, so others may write to it; a batch that wrote would do so every
    // time.
    bool silent = false;
    for (int attempt = 0; attempt < 20 && !silent; ++attempt) {
        const std::string before = value("SELECT pg_current_wal_insert_lsn()");
        static_cast<void>(ledger::run_batch(*store, batch));
        silent = value("SELECT pg_current_wal_insert_lsn()") == before;
    }
    BOOST_TEST(silent);
}

BOOST_AUTO_TEST_CASE(evidence_of_a_parked_event_is_stored_byte_for_byte) {
    ledger::stripe_command parked = ignored_command("evt_2");
    parked.effect = ledger::park_event{reason::bad_payload};
    parked.event.body = std::string("{\"\0\xff\n}", 7);
    const std::vector<ledger::command> batch = {purchase_by("evt_1", "pi_1", "user_1"), parked,
                                                ignored_command("evt_3")};
    static_cast<void>(ledger::run_batch(*store, batch));
    const auto rows =
        database.session().rows("SELECT encode(evidence, 'hex'), reason FROM tokenledger.stripe_events"
                                " ORDER BY event_id");
    BOOST_TEST_REQUIRE(rows.size() == 3U);
    BOOST_TEST(!rows[2][0].has_value());
    BOOST_TEST((rows[1][1] == std::optional<std::string>("bad_payload")));
    std::string packed;
    for (std::size_t i = 0; i < rows[1][0]->size(); i += 2)
        packed.push_back(static_cast<char>(std::stoi(rows[1][0]->substr(i, 2), nullptr, 16)));
    BOOST_TEST((ledger::unpack_evidence(packed) ==
                ledger::evidence{parked.event.signature_header, parked.event.body}));
}

BOOST_AUTO_TEST_CASE(a_purchase_that_would_overflow_is_parked_and_the_rest_of_the_batch_is_applied) {
    const std::int64_t all = std::numeric_limits<std::int64_t>::max();
    const std::vector<ledger::command> batch = {purchase_by("evt_1", "pi_1", "user_1", all),
                                                purchase_by("evt_2", "pi_2", "user_1", 1),
                                                purchase_by("evt_3", "pi_3", "user_2", 1)};
    const auto outcomes = ledger::run_batch(*store, batch);
    BOOST_TEST((outcomes[1].reason == reason::store_refused));
    BOOST_TEST((outcomes[2].result == result::applied));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts WHERE user_id = 'user_1'") ==
               std::to_string(all));
    BOOST_TEST(value(broken_chains) == "0");
}

BOOST_AUTO_TEST_CASE(concurrent_batches_that_credit_few_accounts_do_not_deadlock) {
    database.session().run("ALTER DATABASE " + database.name() + " SET deadlock_timeout = '5ms'");
    constexpr int workers = 3;
    constexpr int batches = 40;
    constexpr int per_batch = 12;
    std::array<int, workers> conflicts{};
    std::array<std::int64_t, workers> credited{};
    std::vector<std::future<void>> running;
    for (int worker = 0; worker < workers; ++worker) {
        running.push_back(std::async(std::launch::async, [&, worker] {
            const auto own = new_store();
            std::mt19937 random(static_cast<unsigned>(worker));
            for (int b = 0; b < batches; ++b) {
                std::vector<ledger::command> batch;
                for (int i = 0; i < per_batch; ++i) {
                    const std::string name =
                        std::to_string(worker) + "_" + std::to_string(b) + "_" + std::to_string(i);
                    // Every third payment is shared with the other workers.
                    const std::string payment =
                        random() % 3 == 0 ? "pi_shared_" + std::to_string(random() % 200) : "pi_" + name;
                    batch.emplace_back(purchase_by("evt_" + name, payment,
                                                   "user_" + std::to_string(random() % 4), 1 + random() % 9));
                }
                std::shuffle(batch.begin(), batch.end(), random);
                for (const auto& outcome :
                     run_again_on_conflict(*own, batch, conflicts[std::size_t(worker)])) {
                    for (const ledger::posting& each : outcome.posted)
                        credited[std::size_t(worker)] += each.token_amount;
                }
            }
        }));
    }
    for (auto& each : running)
        each.get();
    for (const int count : conflicts)
        BOOST_TEST(count == 0);
    BOOST_TEST(value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == "0");
    BOOST_TEST(value(broken_chains) == "0");
    BOOST_TEST(value("SELECT sum(balance) FROM tokenledger.token_accounts") ==
               std::to_string(credited[0] + credited[1] + credited[2]));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events") ==
               std::to_string(workers * batches * per_batch));
    BOOST_TEST(value("SELECT count(*) - count(DISTINCT stripe_payment_intent_id) FROM "
                     "tokenledger.token_transactions") == "0");
}

BOOST_AUTO_TEST_CASE(an_event_delivered_to_several_receivers_at_once_is_applied_by_one) {
    for (int round = 0; round < 20; ++round) {
        const std::string name = std::to_string(round);
        const std::vector<ledger::command> batch = {purchase_by("evt_" + name, "pi_" + name, "user_1")};
        std::vector<std::future<result>> receivers;
        for (int i = 0; i < 3; ++i)
            receivers.push_back(std::async(std::launch::async, [&] {
                int conflicts = 0;
                const auto own = new_store();
                return run_again_on_conflict(*own, batch, conflicts)[0].result;
            }));
        int applied = 0;
        for (auto& each : receivers) {
            const result outcome = each.get();
            BOOST_TEST((outcome == result::applied || outcome == result::duplicate));
            applied += outcome == result::applied ? 1 : 0;
        }
        BOOST_TEST(applied == 1);
    }
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "2000");
    BOOST_TEST(value(broken_chains) == "0");
}

BOOST_AUTO_TEST_CASE(a_batch_in_doubt_that_runs_again_has_no_second_effect) {
    // The first COMMIT succeeds, but with a warning, so the store reports it in doubt.
    database.session().run("CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS"
                           " $$ BEGIN RAISE WARNING 'doubt'; RETURN NULL; END $$;"
                           "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON tokenledger.stripe_events"
                           " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()");
    const std::vector<ledger::command> batch = {purchase_by("evt_1", "pi_1", "user_1")};
    BOOST_TEST((failure_of([&] { static_cast<void>(ledger::run_batch(*store, batch)); }) ==
                store_failure::in_doubt));
    BOOST_TEST((ledger::run_batch(*store, batch)[0].result == result::duplicate));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

// Stripe sends an event to every endpoint that matches. One that ignores it must not hide it from the others.
BOOST_AUTO_TEST_CASE(an_ignored_or_parked_event_is_applied_at_the_endpoint_it_is_for) {
    ledger::stripe_command parked = ignored_command("evt_2");
    parked.effect = ledger::park_event{reason::livemode_mismatch};
    parked.event.body = "what the other endpoint got";
    const std::vector<ledger::command> wrong = {ignored_command("evt_1"), parked};
    const auto first = ledger::run_batch(*store, wrong);
    BOOST_TEST((first[0].result == result::ignored));
    BOOST_TEST((first[1].result == result::parked));
    for (const auto& again : ledger::run_batch(*store, wrong))
        BOOST_TEST((again.result == result::duplicate));

    const std::vector<ledger::command> right = {purchase_by("evt_1", "pi_1", "user_1"),
                                                purchase_by("evt_2", "pi_2", "user_1")};
    for (const auto& outcome : ledger::run_batch(*store, right))
        BOOST_TEST((outcome.result == result::applied));
    for (const auto& batch : {wrong, right}) {
        for (const auto& again : ledger::run_batch(*store, batch))
            BOOST_TEST((again.result == result::duplicate));
    }
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "200");
    BOOST_TEST(value("SELECT string_agg(concat_ws(' ', event_id, result, reason, evidence IS NOT NULL), ', '"
                     " ORDER BY event_id) FROM tokenledger.stripe_events") ==
               "evt_1 applied t, evt_2 applied t");
}

BOOST_AUTO_TEST_SUITE_END()
