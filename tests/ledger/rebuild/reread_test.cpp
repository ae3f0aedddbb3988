// reread: disputes that an earlier version stored with signs only. The migration alone changes nothing;
// reread reads the amounts from the evidence and settles by them. verify and rebuild find no fault in either
// case.
#include "verify_ledger.hpp"

#include "codec/command.hpp"
#include "codec/evidence.hpp"
#include "ledger/rebuild.hpp"
#include "ledger/reread.hpp"

#include "base/hex.hpp"
#include "ledger/schema.hpp"
#include "postgres/store.hpp"

#include <map>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

using strings = std::vector<std::string>;

constexpr std::string_view this_migration = "20261129110000";

ledger::dispute_fact dispute_of(ledger::dispute_status status, const std::vector<std::int64_t>& moved) {
    ledger::dispute_fact fact = test::moved(1999, status, moved);
    fact.currency = "usd";
    return fact;
}

// The facts as that version stored them.
ledger::payment_facts without_amounts(ledger::payment_facts facts) {
    for (auto& [id, dispute] : facts.disputes) {
        dispute.signs_only = true;
        for (auto& [transaction, moved] : dispute.balance_transactions)
            moved = {.takes_money = moved.takes_money};
    }
    return facts;
}

std::string quoted(const std::string& text) {
    return text.empty() ? "NULL" : "'" + text + "'";
}

// Filled by SQL, in the tables as they were before amounts were stored. Every payment is 2000 tokens for 1999
// cents.
struct ledger_of_signs {
    ledger_of_signs() {
        for (const ledger::migration& each : ledger::known_migrations()) {
            if (each.version < this_migration)
                run("BEGIN; " + std::string(each.sql) + "; COMMIT");
        }
        using ledger::dispute_status;
        // Lost, with a part returned: as many signs of either kind, so all tokens were given back.
        buy("alice", "pi_1");
        dispute("pi_1", "dp_1", "funds_withdrawn", dispute_of(dispute_status::undecided, {-1999}), -2000);
        dispute("pi_1", "dp_1", "closed", dispute_of(dispute_status::lost, {-1999, 400}), 2000);
        // Won, with an adjustment: two signs against one, so no token was given back.
        buy("bob", "pi_2");
        dispute("pi_2", "dp_2", "funds_withdrawn", dispute_of(dispute_status::undecided, {-1999}), -2000);
        dispute("pi_2", "dp_2", "closed", dispute_of(dispute_status::won, {-1999, -50, 2049}), 0);
        // The same as the first, but its bytes are redacted.
        buy("carol", "pi_3");
        dispute("pi_3", "dp_3", "closed", dispute_of(dispute_status::lost, {-1999, 400}), 0);
        run("UPDATE tokenledger.stripe_events SET evidence = NULL, evidence_format = NULL, evidence_sha256 = "
            "sha256('x')"
            " WHERE payment_intent_id = 'pi_3' AND event_type LIKE 'charge.dispute.%'");
        // It waits for its purchase.
        run("INSERT INTO tokenledger.payments (payment_intent_id, has_details) VALUES ('pi_4', true)");
        dispute("pi_4", "dp_4", "closed", dispute_of(dispute_status::lost, {-1999, 400}), 0);
        run("UPDATE tokenledger.stripe_events SET result = 'waiting' WHERE payment_intent_id = 'pi_4'");
    }

    void run(const std::string& sql) { database.session().run(sql); }
    std::string value(const std::string& sql) { return database.session().value(sql); }

    void event(const std::string& type, const std::string& payment, const ledger::stripe_effect& effect) {
        ++events;
        run("INSERT INTO tokenledger.stripe_events (event_id, event_type, result, payment_intent_id, "
            "endpoint, livemode,"
            " received_at, evidence_format, evidence, effect) VALUES ('evt_" +
            std::to_string(events) + "', '" + type + "', 'applied', '" + payment +
            "', '/stripe/webhook', true, " + now() + ", 2, '\\x" +
            base::to_hex(ledger::pack_evidence("t=1,v1=2", body())) + "', '" + ledger::encode(effect) + "')");
    }
    [[nodiscard]] std::string now() const {
        return "'2026-11-22 16:00:00+00'::timestamptz + interval '" + std::to_string(events) + " s'";
    }
    [[nodiscard]] std::string body() const { return "body of evt_" + std::to_string(events); }

    void buy(const std::string& user, const std::string& payment) {
        ledger::stripe_command made = purchase_by("", payment, user, 2000);
        std::get<ledger::purchase>(made.effect).amount_cents = 1999;
        event("payment_intent.succeeded", payment, made.effect);
        run("INSERT INTO tokenledger.token_accounts (user_id) VALUES ('" + user +
            "');"
            " INSERT INTO tokenledger.payments (payment_intent_id, user_id, tokens, amount_cents, currency, "
            "catalog,"
            " pack, quantity, credited_at, has_details) VALUES ('" +
            payment + "', '" + user + "', 2000, 1999, 'usd', '', 'starter', 1, " + now() + ", true)");
        post(user, payment, 2000, "purchase");
    }

    void dispute(const std::string& payment, const std::string& id, const std::string& what,
                 ledger::dispute_fact told, std::int64_t tokens) {
        told.funds_withdrawn = what == "funds_withdrawn";
        const ledger::payment_facts facts = test::dispute_of(id, told);
        event("charge.dispute." + what, payment, ledger::payment_update{.facts = without_amounts(facts)});
        said[body()] = facts;
        const std::string status = told.status == ledger::dispute_status::won    ? "won"
                                   : told.status == ledger::dispute_status::lost ? "lost"
                                                                                 : "undecided";
        run("INSERT INTO tokenledger.payment_disputes (payment_intent_id, dispute_id, amount_cents, currency,"
            " funds_withdrawn, funds_reinstated, status) VALUES ('" +
            payment + "', '" + id + "', 1999, 'usd', " + (told.funds_withdrawn ? "true" : "false") +
            ", false, '" + status +
            "') ON CONFLICT (payment_intent_id, dispute_id) DO UPDATE SET status = EXCLUDED.status");
        for (const auto& [transaction, moved] : told.balance_transactions)
            run("INSERT INTO tokenledger.payment_dispute_transactions (payment_intent_id, dispute_id,"
                " balance_transaction_id, takes_money) VALUES ('" +
                payment + "', '" + id + "', '" + transaction + "', " +
                (moved.takes_money ? "true" : "false") + ") ON CONFLICT DO NOTHING");
        if (tokens != 0)
            post(
                value("SELECT user_id FROM tokenledger.payments WHERE payment_intent_id = '" + payment + "'"),
                payment, tokens, "refund");
    }

    void post(const std::string& user, const std::string& payment, std::int64_t tokens,
              const std::string& type) {
        const bool bought = type == "purchase";
        const std::string amount = std::to_string(tokens);
        const std::string cents = tokens < 0 ? "-1999" : "1999";
        run("INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, "
            "token_amount,"
            " balance_before, balance_after, amount_paid_cents, currency, stripe_payment_intent_id, "
            "stripe_event_id,"
            " pack, quantity, created_at) SELECT user_id, last_sequence + 1, '" +
            type + "', '" + (bought ? "token_pack" : "stripe") + "', " + amount + ", balance, balance + " +
            amount + ", " + cents + ", 'usd', '" + payment + "', 'evt_" + std::to_string(events) + "', " +
            quoted(bought ? "starter" : "") + ", " + (bought ? "1" : "NULL") + ", " + now() +
            " FROM tokenledger.token_accounts WHERE user_id = '" + user +
            "'; UPDATE tokenledger.token_accounts SET balance = balance + " + amount +
            ", last_sequence = last_sequence + 1, last_transaction_at = " + now() + " WHERE user_id = '" +
            user + "'");
        if (!bought)
            run("UPDATE tokenledger.payments SET taken_tokens = taken_tokens - " + amount +
                ", lost_cents = lost_cents - " + cents + " WHERE payment_intent_id = '" + payment + "'");
    }

    ledger::reread_totals reread() {
        return ledger::reread_disputes(
            {.database = options, .read = [&](std::string_view body) -> std::optional<ledger::payment_facts> {
                 const auto found = said.find(std::string(body));
                 return found == said.end() ? std::nullopt : std::optional(found->second);
             }});
    }

    strings verify() {
        strings found;
        static_cast<void>(
            ledger::verify({.database = options, .evidence = true},
                           [&](const ledger::discrepancy& each) { found.push_back(text_of(each)); }));
        return found;
    }
    strings rebuild() {
        const test_database empty;
        strings differences;
        static_cast<void>(
            ledger::rebuild({.from = options, .into = {.url = empty.url()}}, [&](const auto& each) {
                differences.push_back(each.table + " " + each.key + " " + each.column + ": " + each.expected +
                                      ", " + each.found);
            }));
        return differences;
    }
    std::string balances() {
        return value("SELECT string_agg(user_id || ' ' || balance, ', ' ORDER BY user_id) FROM "
                     "tokenledger.token_accounts");
    }
    void require_proven() {
        BOOST_TEST(verify() == strings{}, boost::test_tools::per_element());
        BOOST_TEST(rebuild() == strings{}, boost::test_tools::per_element());
    }

    test_database database{test_database::contents::nothing};
    ledger::postgres_options options{.url = database.url()};
    std::map<std::string, ledger::payment_facts> said; // by body
    int events = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(disputes_read_again, ledger_of_signs)

BOOST_AUTO_TEST_CASE(the_migration_alone_changes_no_balance_and_the_books_stay_correct) {
    BOOST_TEST(ledger::migrate(options).size() >= 1U);
    BOOST_TEST(balances() == "alice 2000, bob 0, carol 2000");
    require_proven();
}

BOOST_AUTO_TEST_CASE(a_reread_settles_disputes_by_their_amounts_with_a_new_row) {
    static_cast<void>(ledger::migrate(options));
    const ledger::reread_totals done = reread();
    BOOST_TEST(done.events == 5);
    BOOST_TEST(done.posted == 2);
    BOOST_TEST(done.unreadable == 0);
    BOOST_TEST(done.left == 1); // carol's: its bytes are gone, so nothing changes
    BOOST_TEST(balances() == "alice 401, bob 2000, carol 2000");
    BOOST_TEST(
        value("SELECT concat_ws(' ', transaction_type, token_amount, amount_paid_cents, stripe_event_id) FROM"
              " tokenledger.token_transactions WHERE user_id = 'alice' ORDER BY sequence DESC LIMIT 1") ==
        "refund -1599 -1599 reread:evt_3");
    BOOST_TEST(
        value("SELECT string_agg(amount_cents || ' ' || currency, ', ' ORDER BY balance_transaction_id) FROM"
              " tokenledger.payment_dispute_transactions WHERE dispute_id = 'dp_2'") ==
        "-1999 usd, -50 usd, 2049 usd");
    BOOST_TEST(value("SELECT amount_cents IS NULL FROM tokenledger.payment_dispute_transactions"
                     " WHERE dispute_id = 'dp_3' LIMIT 1") == "t");
    require_proven();
}

BOOST_AUTO_TEST_CASE(a_second_reread_does_nothing) {
    static_cast<void>(ledger::migrate(options));
    static_cast<void>(reread());
    const std::string before = value("SELECT count(*) FROM tokenledger.stripe_events");
    const ledger::reread_totals again = reread();
    BOOST_TEST(again.events == 0);
    BOOST_TEST(again.posted == 0);
    BOOST_TEST(again.left == 1);
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events") == before);
}

BOOST_AUTO_TEST_CASE(a_waiting_dispute_is_settled_by_its_amounts_when_the_purchase_comes) {
    static_cast<void>(ledger::migrate(options));
    static_cast<void>(reread());
    ledger::stripe_command bought = purchase_by("evt_90", "pi_4", "dave", 2000);
    std::get<ledger::purchase>(bought.effect).amount_cents = 1999;
    const auto store = ledger::make_postgres_store(options);
    static_cast<void>(ledger::run_batch(*store, std::vector<ledger::command>{bought}));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts WHERE user_id = 'dave'") == "401");
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events WHERE result = 'waiting'") == "0");
    require_proven();
}

BOOST_AUTO_TEST_CASE(evidence_that_cannot_be_read_is_counted_and_changes_nothing) {
    static_cast<void>(ledger::migrate(options));
    said.clear();
    const ledger::reread_totals done = reread();
    BOOST_TEST(done.events == 0);
    BOOST_TEST(done.unreadable == 5);
    BOOST_TEST(done.left == 4);
    BOOST_TEST(balances() == "alice 2000, bob 0, carol 2000");
    require_proven();
}

BOOST_AUTO_TEST_CASE(a_new_event_of_such_a_dispute_settles_it_by_its_amounts) {
    static_cast<void>(ledger::migrate(options));
    ledger::stripe_command told = ignored_command("evt_90", "pi_3");
    told.event.type = "charge.dispute.updated";
    told.effect = ledger::payment_update{
        .facts = test::dispute_of("dp_3", dispute_of(ledger::dispute_status::lost, {-1999, 400}))};
    const auto store = ledger::make_postgres_store(options);
    static_cast<void>(ledger::run_batch(*store, std::vector<ledger::command>{told}));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts WHERE user_id = 'carol'") == "401");
    require_proven();
}

BOOST_AUTO_TEST_CASE(an_event_id_that_would_become_too_long_is_hashed) {
    BOOST_TEST(ledger::reread_event_id("evt_1") == "reread:evt_1");
    BOOST_TEST(ledger::reread_event_id(std::string(248, 'x')).size() == 255U);
    const std::string longest = ledger::reread_event_id(std::string(255, 'x'));
    BOOST_TEST(longest.size() == 7U + 64U);
    BOOST_TEST(longest != ledger::reread_event_id(std::string(254, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()
