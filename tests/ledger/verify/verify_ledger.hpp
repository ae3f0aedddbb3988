// A ledger with commands of every kind, for the tests of verify.
#pragma once

#include "ledger/verify.hpp"
#include "payment_facts.hpp"
#include "request_commands.hpp"
#include "store_fixture.hpp"
#include "writer/run_batch.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

inline ledger::payment_facts disputed(const std::string& dispute, std::int64_t cents) {
    ledger::dispute_fact fact = moved(cents, {-cents});
    fact.currency = "usd";
    return dispute_of(dispute, fact);
}

// An archive that took all rows of token_usage, and an operator's retry of a parked event.
inline const std::string archived_rows = R"sql(
WITH gone AS (DELETE FROM tokenledger.token_usage RETURNING charged_tokens)
INSERT INTO tokenledger.usage_archives (before, usages, charged_usages, charged_tokens, file_sha256)
SELECT clock_timestamp(), count(*), count(*) FILTER (WHERE charged_tokens > 0), sum(charged_tokens), sha256('x')
  FROM gone;
INSERT INTO tokenledger.idempotency_keys (scope, key, command_hash, actor, command)
VALUES ('request', 'key_retry', sha256('another'), 1000, '11:retry_event,6:evt_12,');
INSERT INTO tokenledger.event_actions (event_id, idempotency_key, action, actor, was, was_because, became, became_because)
VALUES ('evt_12', 'key_retry', 'retry', 1000, 'parked', 'unknown_pack', 'parked', 'unknown_pack');
)sql";

inline const std::string no_guards = R"sql(
DROP TRIGGER IF EXISTS token_transactions_append_only ON tokenledger.token_transactions;
DROP TRIGGER IF EXISTS evidence_dictionaries_append_only ON tokenledger.evidence_dictionaries;
DROP TRIGGER IF EXISTS token_lot_movements_append_only ON tokenledger.token_lot_movements;
DROP TRIGGER IF EXISTS stripe_events_evidence_once ON tokenledger.stripe_events;
DO $$
DECLARE
    rule record;
BEGIN
    FOR rule IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
                 WHERE connamespace = 'tokenledger'::regnamespace AND contype IN ('c', 'f') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.of, rule.conname);
    END LOOP;
END
$$;
)sql";

inline std::string for_each_table(const std::string& command) {
    return R"sql(
CREATE SCHEMA IF NOT EXISTS saved;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'tokenledger'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format(')sql" +
           command + R"sql(', name);
    END LOOP;
END
$$;
)sql";
}

inline std::string text_of(const ledger::discrepancy& what) {
    return what.check + " user=" + what.user_id + " sequence=" + what.sequence +
           " payment=" + what.payment_intent_id + " event=" + what.event_id + ": " + what.expected + " / " +
           what.found;
}

inline void check_clean(const std::vector<ledger::discrepancy>& found) {
    for (const auto& each : found)
        BOOST_ERROR(text_of(each));
}

// A store, with verify.
struct proven_fixture : store_fixture {
    void run(const std::vector<ledger::command>& batch) const {
        static_cast<void>(ledger::run_batch(*store, batch));
    }

    std::vector<ledger::discrepancy> verify(bool evidence = false) {
        std::vector<ledger::discrepancy> found;
        totals = ledger::verify({.database = options, .evidence = evidence},
                                [&](const ledger::discrepancy& each) { found.push_back(each); });
        BOOST_TEST(totals.discrepancies == static_cast<std::int64_t>(found.size()));
        return found;
    }

    // Drops triggers and constraints, as the owner of the database can, and runs `sql`.
    void tamper(const std::string& sql) { database.session().run(no_guards + sql); }

    // Save and restore all rows: faster than a new ledger for each tampering.
    void save() {
        database.session().run(for_each_table("CREATE TABLE saved.%1$I AS TABLE tokenledger.%1$I"));
    }
    void restore() {
        database.session().run(
            for_each_table("DELETE FROM tokenledger.%1$I") +
            for_each_table("INSERT INTO tokenledger.%1$I OVERRIDING SYSTEM VALUE TABLE saved.%1$I"));
    }

    ledger::verify_totals totals;
};

struct verify_fixture : proven_fixture {
    verify_fixture() {
        // alice: 1 purchase, 2 refund of half, 3 purchase, 4 its dispute.
        run({purchase_by("evt_1", "pi_1", "alice", 1000)});
        run({update_command("evt_2", "pi_1", refund_of("re_1", 500))});
        run({purchase_by("evt_3", "pi_2", "alice", 1000),
             update_command("evt_4", "pi_2", disputed("dp_1", 999))});
        // bob: 1 purchase, 2 its refund, which came first, 3 partial capture, 4 its parked refund.
        run({update_command("evt_5", "pi_3", refund_of("re_2", 999))});
        run({purchase_by("evt_6", "pi_3", "bob", 1000)});
        run({update_command("evt_7", "pi_4", refund_of("re_3", 999))}); // waits
        ledger::stripe_command captured = purchase_by("evt_8", "pi_5", "bob", 1000);
        std::get<ledger::purchase>(captured.effect).amount_requested_cents = 2000;
        run({captured});
        ledger::payment_facts unproven = refund_of("re_4", 100, ledger::refund_status::counting, false);
        unproven.refunds["re_5"] = {.amount_cents = 333, .moved_money = true};
        run({update_command("evt_9", "pi_5", unproven)});
        // carol: 1 purchase, of which a cent is refunded, which takes no token.
        run({purchase_by("evt_10", "pi_6", "carol", 10),
             update_command("evt_11", "pi_6", refund_of("re_6", 1))});
        run({parked_command("evt_12", ledger::reason::unknown_pack), ignored_command("evt_13"),
             purchase_by("evt_1", "pi_1", "alice", 1000), purchase_by("evt_14", "pi_1", "alice", 1000)});
        run({end_command("evt_15", "pi_7", {.canceled = true})});
        // frank's usage is archived; then dave: 1 grant, 2 charged usage, 3 transfer to erin.
        run({request("key_f", {granting("frank", 100), using_up("req_f1", "frank", 30)})});
        run({lone_usage(using_up("req_f2", "frank", 0))});
        database.session().run(archived_rows);
        run({request("key_1", {granting("dave", 500),
                               granting("erin", 50, ledger::grant_source::subscription, "in_1")})});
        run({lone_usage(using_up("req_1", "dave", 20))});
        run({lone_usage(using_up("req_2", "dave", 0))});
        run({request("key_2", {moving("dave", "erin", 100)})});
    }
};

// gina: 1 grant, 2 charged usage, 3 what was given back of it.
struct reversed_fixture : verify_fixture {
    reversed_fixture() {
        run({request("key_g", {granting("gina", 100)}), lone_usage(using_up("req_g1", "gina", 40)),
             lone_reversal(reversing("req_g1", "gina", 15))});
    }
};

} // namespace tokenledger::test
