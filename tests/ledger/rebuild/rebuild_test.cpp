// rebuild: it makes the same rows from the stored events and requests, and finds rows that were tampered
// with.
#include "request_commands.hpp"
#include "verify_ledger.hpp"

#include "codec/command.hpp"
#include "ledger/rebuild.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// A ledger with commands of every kind.
struct kept_ledger : store_fixture {
    kept_ledger() {
        run({purchase_by("evt_1", "pi_1", "alice", 1000)});
        run({update_command("evt_2", "pi_1", refund_of("re_1", 500)),
             purchase_by("evt_3", "pi_2", "alice", 500)});
        run({update_command("evt_4", "pi_3", refund_of("re_2", 999))});
        run({request("key_1", {granting("bob", 50, ledger::grant_source::trial, "trial of bob")}),
             purchase_by("evt_5", "pi_3", "bob", 1000), lone_usage(using_up("req_1", "alice", 7)),
             update_command("evt_6", "pi_2", disputed("dp_1", 999))});
        run({lone_usage(using_up("req_2", "carol", 0))});
        ledger::grant noted = granting("carol", 500);
        noted.metadata = R"({"b":1e3,"a":[1.50]})";
        run({request("key_2", {noted, moving("carol", "alice", 20), deducting("carol", 3)})});
        ledger::stripe_command refused = purchase_by("evt_7", "pi_7", "dora", 10);
        std::get<ledger::purchase>(refused.effect).refused = ledger::reason::unknown_pack;
        run({refused, ignored_command("evt_8"), purchase_by("evt_9", "pi_1", "alice", 1000)});
        ledger::retry_event again;
        again.event_id = "evt_7";
        again.payment_intent_id = "pi_7";
        again.effect = purchase_by("evt_7", "pi_7", "dora", 10).effect;
        run({request("key_3", {again})});
        ledger::stripe_command lost = purchase_by("evt_10", "pi_8", "", 10);
        std::get<ledger::purchase>(lost.effect).refused = ledger::reason::bad_metadata;
        run({lost, update_command("evt_11", "pi_8", refund_of("re_3", 100))});
        ledger::assign_event assigned;
        assigned.event_id = "evt_10";
        assigned.payment_intent_id = "pi_8";
        assigned.user_id = "erin";
        assigned.tokens = 30;
        assigned.amount_cents = 999;
        assigned.currency = "usd";
        run({request("key_4", {assigned})});
        ledger::stripe_command junk = ignored_command("evt_12");
        junk.effect = ledger::park_event{ledger::reason::bad_payload};
        run({junk});
        run({request("key_5", {ledger::dismiss_event{"evt_12", "", "not ours"}})});
        ledger::stripe_command canceled = ignored_command("evt_13", "pi_9");
        canceled.effect = ledger::payment_update{.facts = {.canceled = true}, .moves_tokens = false};
        run({canceled, update_command("evt_14", "pi_10", refund_of("re_4", 1))});
    }

    void run(const std::vector<ledger::command>& batch) const {
        for (const ledger::outcome& each : ledger::run_batch(*store, batch))
            BOOST_TEST((each.result != ledger::result::refused));
    }
    void tamper(const std::string& sql) { database.session().run(no_guards + sql); }

    // The differences, as "table key column: expected, found".
    std::vector<std::string> rebuild(const ledger::translate_fn& translate = {}, bool translate_all = false) {
        const test_database empty;
        const ledger::rebuild_options asked{.from = {.url = database.url()},
                                            .into = {.url = empty.url()},
                                            .translate = translate,
                                            .translate_all = translate_all,
                                            .max_batch = max_batch};
        std::vector<std::string> differences;
        totals = ledger::rebuild(asked, [&](const ledger::rebuild_difference& each) {
            differences.push_back(each.table + " " + each.key + " " + each.column + ": " + each.expected +
                                  ", " + each.found);
        });
        return differences;
    }

    std::size_t max_batch = 256;
    ledger::rebuild_totals totals;
};

const std::vector<std::string> none;

} // namespace

BOOST_FIXTURE_TEST_SUITE(making_the_ledger_again, kept_ledger)

BOOST_AUTO_TEST_CASE(a_rebuild_makes_the_same_rows_in_batches_of_any_size) {
    for (const std::size_t size : {1U, 2U, 5U, 256U}) {
        max_batch = size;
        BOOST_TEST(rebuild() == none, boost::test_tools::per_element());
    }
    // evt_8 was ignored, evt_9 was a duplicate.
    for (auto& e : rebuild())
        BOOST_TEST_MESSAGE(e);
    BOOST_TEST(totals.events == 12);
    BOOST_TEST(totals.requests == 7);
    BOOST_TEST(totals.rows > 40);
}

BOOST_AUTO_TEST_CASE(a_tampered_row_is_found_and_named) {
    const std::vector<std::pair<std::string, std::string>> tamperings = {
        {"UPDATE tokenledger.token_transactions SET token_amount = 5000, balance_after = 5000"
         " WHERE user_id = 'alice' AND sequence = 1",
         "token_transactions alice 1 token_amount: 1000, 5000"},
        {"DELETE FROM tokenledger.token_transactions WHERE user_id = 'bob' AND sequence = 3",
         "token_transactions bob 3 : a row, nothing"},
        {"INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, "
         "token_amount,"
         " balance_before, balance_after, created_at) VALUES ('mallory', 1, 'grant', 'admin', 5, 0, 5, "
         "now())",
         "token_transactions mallory 1 : nothing, a row"},
        {"UPDATE tokenledger.token_transactions SET created_at = created_at - interval '1 day' WHERE user_id "
         "= 'dora'",
         "token_transactions dora 1 created_at: "},
        {"UPDATE tokenledger.token_transactions SET metadata = '{\"b\":1e4,\"a\":[1.50]}'"
         " WHERE metadata IS NOT NULL",
         "token_transactions carol 1 metadata::jsonb: {\"a\": [1.50], \"b\": 1000}, {\"a\": [1.50], \"b\": "
         "10000}"},
        {"UPDATE tokenledger.token_accounts SET balance = 77 WHERE user_id = 'carol'",
         "token_accounts carol balance: 477, 77"},
        {"UPDATE tokenledger.payments SET refunded_cumulative_cents = 3 WHERE payment_intent_id = 'pi_1'",
         "payments pi_1 refunded_cumulative_cents: 0, 3"},
        {"UPDATE tokenledger.payment_refunds SET failed = true WHERE refund_id = 're_1'",
         "payment_refunds pi_1 re_1 failed: false, true"},
        {"UPDATE tokenledger.payment_disputes SET status = 'won'",
         "payment_disputes pi_2 dp_1 status: undecided, won"},
        {"UPDATE tokenledger.payment_disputes SET signs_only = true",
         "payment_disputes pi_2 dp_1 signs_only: false, true"},
        {"UPDATE tokenledger.payment_dispute_transactions SET amount_cents = -998",
         "payment_dispute_transactions pi_2 dp_1 txn_1 amount_cents: -999, -998"},
        {"UPDATE tokenledger.payment_dispute_transactions SET currency = 'eur'",
         "payment_dispute_transactions pi_2 dp_1 txn_1 currency: usd, eur"},
        {"UPDATE tokenledger.payment_refunds SET currency = 'jpy' WHERE refund_id = 're_1'",
         "payment_refunds pi_1 re_1 currency: null, jpy"},
        {"UPDATE tokenledger.payments SET refunded_currency = 'jpy' WHERE payment_intent_id = 'pi_1'",
         "payments pi_1 refunded_currency: null, jpy"},
        {"DELETE FROM tokenledger.payment_dispute_transactions",
         "payment_dispute_transactions pi_2 dp_1 txn_1 : a row, nothing"},
        {"UPDATE tokenledger.stripe_events SET result = 'applied', reason = NULL WHERE event_id = 'evt_12'",
         "stripe_events evt_12 result: dismissed, applied"},
        {"UPDATE tokenledger.event_actions SET actor = 0 WHERE action = 'assign'",
         "event_actions key_4 actor: 1000, 0"},
        {"UPDATE tokenledger.idempotency_keys SET posted_sequences = '{2}' WHERE key = 'key_1'",
         "idempotency_keys request key_1 posted_sequences: {3}, {2}"},
        {"UPDATE tokenledger.token_usage SET cost_estimate = 1 WHERE request_id = 'req_2'",
         "token_usage carol req_2 cost_estimate: 0.0123456789, 1"},
    };
    for (const auto& [sql, found] : tamperings) {
        BOOST_TEST_CONTEXT(sql) {
            kept_ledger fresh;
            fresh.tamper(sql);
            const auto differences = fresh.rebuild();
            BOOST_TEST_REQUIRE(!differences.empty());
            BOOST_TEST(std::any_of(differences.begin(), differences.end(),
                                   [&](const std::string& each) { return each.starts_with(found); }),
                       "found only " << differences.front());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_stored_effect_is_checked_against_the_rows_that_it_caused) {
    ledger::stripe_effect more = purchase_by("evt_1", "pi_1", "alice", 2000).effect;
    tamper("UPDATE tokenledger.stripe_events SET effect = '" + ledger::encode(more) +
           "' WHERE event_id = 'evt_1'");
    const auto differences = rebuild();
    BOOST_TEST_REQUIRE(!differences.empty());
    BOOST_TEST(differences.front() == "token_accounts alice balance: 1012, 513");
}

BOOST_AUTO_TEST_CASE(evidence_and_effects_that_cannot_be_read_are_differences) {
    tamper("UPDATE tokenledger.stripe_events SET evidence = '\\x00' WHERE event_id = 'evt_1';"
           "UPDATE tokenledger.stripe_events SET effect = '7:nothing,' WHERE event_id = 'evt_3'");
    const auto differences = rebuild();
    BOOST_TEST_REQUIRE(differences.size() > 2U);
    BOOST_TEST(differences.at(0) == "stripe_events evt_3 effect: an effect, 7:nothing,");
    BOOST_TEST(differences.at(1) == "stripe_events evt_1 evidence: evidence, bytes that do not unpack");
}

BOOST_AUTO_TEST_CASE(events_are_translated_anew_from_their_bytes_if_asked_for) {
    const auto as_then = [](const ledger::stripe_event& stored) -> std::optional<ledger::stripe_command> {
        ledger::stripe_command made{.event = stored, .effect = {}};
        BOOST_TEST(stored.body == "{\"id\":\"" + stored.id + "\"}");
        if (stored.id == "evt_1")
            made.effect = purchase_by(stored.id, stored.payment_intent_id, "alice", 1100).effect;
        return made;
    };
    const auto differences = rebuild(as_then, true);
    BOOST_TEST(totals.translated_anew == 11); // all but the ignored one, which has no bytes
    BOOST_TEST_REQUIRE(!differences.empty());
    BOOST_TEST(differences.front().starts_with("token_accounts alice balance: "));
}

BOOST_AUTO_TEST_CASE(redacted_events_are_replayed_from_their_stored_effect) {
    tamper("UPDATE tokenledger.stripe_events SET evidence = NULL, evidence_format = NULL,"
           " evidence_sha256 = sha256('') WHERE event_id IN ('evt_1', 'evt_2')");
    BOOST_TEST(rebuild() == none, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(events_without_a_stored_effect_are_translated_anew) {
    tamper("UPDATE tokenledger.stripe_events SET effect = NULL WHERE event_id = 'evt_1'");
    const auto today = [](const ledger::stripe_event& stored) -> std::optional<ledger::stripe_command> {
        return purchase_by(stored.id, stored.payment_intent_id, "alice", 1000);
    };
    BOOST_TEST(rebuild(today) == none, boost::test_tools::per_element());
    BOOST_TEST(totals.translated_anew == 1);
    BOOST_TEST(rebuild().front() == "stripe_events evt_1 evidence: an event of a configured endpoint, bytes "
                                    "that cannot be translated today");
}

BOOST_AUTO_TEST_CASE(the_target_of_a_rebuild_must_have_an_empty_schema) {
    const ledger::rebuild_options onto_itself{.from = {.url = database.url()},
                                              .into = {.url = database.url()}};
    BOOST_CHECK_THROW(static_cast<void>(ledger::rebuild(onto_itself, {})), ledger::rebuild_refused);
    const test_database nothing(test_database::contents::nothing);
    const ledger::rebuild_options no_schema{.from = {.url = database.url()}, .into = {.url = nothing.url()}};
    BOOST_CHECK_THROW(static_cast<void>(ledger::rebuild(no_schema, {})), ledger::rebuild_refused);
}

BOOST_AUTO_TEST_SUITE_END()
