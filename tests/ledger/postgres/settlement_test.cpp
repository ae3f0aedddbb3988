// Refunds and disputes in PostgreSQL: facts read back unchanged, and the rows are those of the memory store.
#include "amounts.hpp"
#include "memory_store.hpp"
#include "payment_commands.hpp"
#include "row_checks.hpp"
#include "store_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>

using namespace tokenledger;
using namespace tokenledger::test;
using ledger::payment_facts;
using ledger::result;

namespace {

ledger::payment_map read_back(ledger::store& where, const std::vector<std::string_view>& ids) {
    static_cast<void>(where.begin({}));
    ledger::payment_map found = where.lock_payments(ids);
    where.rollback();
    return found;
}

// The planned state of each payment that the batch changes.
ledger::payment_map planned(const ledger::batch_plan& rows) {
    ledger::payment_map made;
    for (const ledger::payment_row& row : rows.payments)
        made.emplace(row.id, row.state);
    return made;
}

payment_facts everything() {
    payment_facts facts{.amount_requested_cents = greatest, .refunded_cumulative_cents = greatest - 1};
    facts.refunds["re_1"] = {
        .amount_cents = greatest, .status = ledger::refund_status::voided, .moved_money = true};
    facts.refunded_currency = "usd";
    facts.refunds["re_2"] = {.amount_cents = 0,
                             .status = ledger::refund_status::counting,
                             .moved_money = false,
                             .currency = "usd"};
    facts.refunds["re_\"{},\\' \n"] = {.amount_cents = 1, .moved_money = true};
    facts.disputes["dp_1"] = {.amount_cents = greatest,
                              .currency = "eur",
                              .balance_transactions = {{"txn_1", ledger::movement_of(-greatest - 1, "chf")},
                                                       {"txn_2", ledger::movement_of(greatest, "eur")},
                                                       {"txn_3", ledger::movement_of(-1, "")},
                                                       {"txn_\"{}ü", {.takes_money = true}}},
                              .funds_withdrawn = true,
                              .status = ledger::dispute_status::lost};
    facts.disputes["dp_2"] = {
        .balance_transactions = {{"txn_1", {}}}, .funds_reinstated = true, .signs_only = true};
    facts.disputes["dp_3"] = {.amount_cents = 7, .status = ledger::dispute_status::closed};
    facts.disputes["dp_4"] = {.currency = "usd", .status = ledger::dispute_status::won};
    return facts;
}

// Small and contradictory facts: each batch changes some and leaves the rest.
payment_facts any_facts(std::mt19937_64& random) {
    const auto pick = [&](std::uint64_t below) { return static_cast<std::int64_t>(random() % below); };
    payment_facts facts{.refunded_cumulative_cents = pick(2) * pick(2000)};
    facts.refunded_currency = pick(2) == 0 ? "" : "usd";
    for (std::int64_t count = pick(3); count > 0; --count)
        facts.refunds["re_" + std::to_string(pick(3))] = {.amount_cents = pick(900),
                                                          .status =
                                                              static_cast<ledger::refund_status>(pick(2)),
                                                          .moved_money = pick(2) == 0,
                                                          .currency = pick(2) == 0 ? "" : "usd"};
    for (std::int64_t count = pick(3); count > 0; --count) {
        ledger::dispute_fact& fact = facts.disputes["dp_" + std::to_string(pick(2))];
        fact.amount_cents = pick(900);
        fact.currency = pick(2) == 0 ? "" : "usd";
        const std::int64_t cents = pick(5) - 2;
        fact.balance_transactions["txn_" + std::to_string(pick(3))] =
            cents != 0 ? ledger::movement_of(cents, pick(2) == 0 ? "" : "usd")
                       : ledger::dispute_movement{.takes_money = pick(2) == 0};
        fact.signs_only = pick(3) == 0;
        fact.funds_withdrawn = pick(2) == 0;
        fact.funds_reinstated = pick(2) == 0;
        fact.status = static_cast<ledger::dispute_status>(pick(4));
    }
    return facts;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(settlement_rows, store_fixture)

BOOST_AUTO_TEST_CASE(every_field_of_the_facts_reads_back_unchanged) {
    open_batch batch(*store, {update_command("evt_1", "pi_1", everything()),
                              update_command("evt_2", "pi_2", {.refunded_cumulative_cents = 1}),
                              end_command("evt_3", "pi_3", {.canceled = true}),
                              end_command("evt_4", "pi_4", {.not_ours = true})});
    batch.run();
    const ledger::payment_map found = read_back(*store, {"pi_1", "pi_2", "pi_3", "pi_4"});
    BOOST_TEST((found == planned(batch.rows)));
    BOOST_TEST((found.at("pi_1").facts == everything()));
    BOOST_TEST((found.at("pi_1").waiting == std::vector<std::string>{"evt_1"}));
    BOOST_TEST(found.at("pi_2").facts.refunded_cumulative_cents == 1);
    BOOST_TEST(found.at("pi_3").facts.canceled);
    BOOST_TEST(found.at("pi_4").facts.not_ours);
}

BOOST_AUTO_TEST_CASE(the_totals_of_a_credited_payment_read_back_with_its_facts) {
    open_batch first(*store, {purchase_by("evt_1", "pi_1", "user_1")});
    first.run();
    payment_facts facts = everything();
    facts.amount_requested_cents = 1000;
    open_batch second(*store, {update_command("evt_2", "pi_1", facts)});
    second.run();
    const ledger::payment_map found = read_back(*store, {"pi_1"});
    BOOST_TEST((found == planned(second.rows)));
    BOOST_TEST(found.at("pi_1").taken_tokens == 100);
    BOOST_TEST(found.at("pi_1").lost_cents == 999);
    BOOST_TEST((found.at("pi_1").credit == first.rows.payments.at(0).state.credit));
}

BOOST_AUTO_TEST_CASE(facts_merged_over_many_batches_read_back_as_planned) {
    const std::vector<std::string_view> ids = {"pi_1", "pi_2", "pi_3"};
    std::mt19937_64 random(1);
    ledger::payment_map expected = read_back(*store, ids);
    for (const std::string_view id : ids)
        expected.try_emplace(std::string(id));
    for (int round = 0; round < 60; ++round) {
        std::vector<ledger::command> commands;
        for (std::uint64_t count = 1 + random() % 4; count > 0; --count) {
            const std::string event = "evt_" + std::to_string(round) + "_" + std::to_string(count);
            const std::string payment(ids[random() % ids.size()]);
            if (round >= 10 && random() % 12 == 0)
                commands.emplace_back(purchase_by(event, payment, "user_1"));
            else
                commands.emplace_back(update_command(event, payment, any_facts(random)));
        }
        open_batch batch(*store, commands);
        batch.run();
        for (const auto& [id, state] : planned(batch.rows))
            expected[id] = state;
        BOOST_REQUIRE((read_back(*store, ids) == expected));
    }
    BOOST_TEST(value(broken_payments) == "0");
    BOOST_TEST(value(broken_chains) == "0");
}

BOOST_AUTO_TEST_CASE(events_wait_in_commit_order_and_keep_their_evidence_when_released) {
    std::vector<std::string> order;
    for (const std::string event : {"evt_c", "evt_a", "evt_d", "evt_b"}) {
        order.push_back(event);
        const std::vector<ledger::command> batch = {
            update_command(event, "pi_1", {.refunded_cumulative_cents = std::int64_t(order.size())})};
        BOOST_TEST((ledger::run_batch(*store, batch).at(0).result == result::waiting));
        BOOST_TEST((read_back(*store, {"pi_1"}).at("pi_1").waiting == order));
    }
    BOOST_TEST(value(waiting_events) == "4");
    const std::vector<ledger::command> purchase = {purchase_by("evt_p", "pi_1", "user_1", 1000)};
    BOOST_TEST(ledger::run_batch(*store, purchase).at(0).posted.size() == 2U);
    BOOST_TEST(value("SELECT string_agg(concat_ws(' ', event_id, result, reason, evidence IS NOT NULL), ', '"
                     " ORDER BY position) FROM tokenledger.stripe_events") ==
               "evt_c applied t, evt_a applied t, evt_d applied t, evt_b applied t, evt_p applied t");
    BOOST_TEST(
        value("SELECT concat_ws(' ', stripe_event_id, token_amount, amount_paid_cents, pack IS NULL) FROM"
              " tokenledger.token_transactions WHERE transaction_type = 'refund'") == "evt_b -4 -4 t");
    BOOST_TEST(value(broken_payments) == "0");
}

BOOST_AUTO_TEST_CASE(waiting_events_are_released_as_parked_or_ignored_with_their_reason) {
    payment_facts release;
    release.refunds["re_1"] = {.amount_cents = 1};
    ledger::stripe_command in_part = purchase_by("evt_2", "pi_1", "user_1");
    std::get<ledger::purchase>(in_part.effect).amount_requested_cents = 1000;
    for (const std::vector<ledger::command>& batch :
         {std::vector<ledger::command>{update_command("evt_1", "pi_1", release),
                                       update_command("evt_3", "pi_2", release)},
          std::vector<ledger::command>{in_part, end_command("evt_4", "pi_2", {.not_ours = true})}})
        static_cast<void>(ledger::run_batch(*store, batch));
    BOOST_TEST(value("SELECT string_agg(concat_ws(' ', event_id, result, reason), ', ' ORDER BY event_id)"
                     " FROM tokenledger.stripe_events") ==
               "evt_1 parked partial_capture_refund, evt_2 applied, evt_3 ignored, evt_4 ignored");
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "100");
}

// Times differ: the database has its own clock.
ledger::payment_map without_times(ledger::payment_map of) {
    for (auto& [id, payment] : of) {
        if (payment.credit)
            payment.credit->credited_at_us = 0;
    }
    return of;
}

BOOST_AUTO_TEST_CASE(generated_histories_give_the_same_rows_as_the_memory_store) {
    const auto memory = std::make_shared<ledger::memory_database>();
    const auto in_memory = ledger::make_memory_store(memory);
    std::mt19937_64 random(7);
    std::vector<ledger::command> stream;
    for (int i = 0; i < 60; ++i) {
        sale made = any_sale(random, "pi_" + std::to_string(i), greatest / 60);
        made.user = "user_" + std::to_string(i % 4);
        if (i % 10 == 0)
            made.history = make_canceled_history(random, made.history.options);
        const std::vector<ledger::command> told = deliveries(random, made);
        stream.insert(stream.end(), told.begin(), told.end());
    }
    std::shuffle(stream.begin(), stream.end(), random);
    in_batches(random, stream, 12, [&](std::span<const ledger::command> batch) {
        BOOST_REQUIRE((ledger::run_batch(*store, batch) == ledger::run_batch(*in_memory, batch)));
    });
    std::vector<std::string_view> ids;
    for (const auto& [id, payment] : memory->payments)
        ids.emplace_back(id);
    BOOST_TEST((without_times(read_back(*store, ids)) == without_times(memory->payments)));
    for (const auto& row : database.session().rows("SELECT event_id, result, coalesce(reason, '')"
                                                   " FROM tokenledger.stripe_events")) {
        const auto& event = memory->events.find(*row[0])->second;
        BOOST_REQUIRE_EQUAL(*row[1], to_string(event.result));
        BOOST_REQUIRE_EQUAL(*row[2], to_string(event.reason));
    }
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.stripe_events") ==
               std::to_string(memory->events.size()));
    BOOST_TEST(value("SELECT count(*) FROM tokenledger.token_transactions") ==
               std::to_string(memory->transactions.size()));
    BOOST_TEST(value(waiting_events) == "0");
    BOOST_TEST(value(broken_payments) == "0");
    BOOST_TEST(value(broken_chains) == "0");
}

BOOST_AUTO_TEST_CASE(the_daemons_role_has_the_rights_for_settlement) {
    database.session().run(source_file("migrations/roles.sql"));
    const auto daemon = new_store("tokenledger_daemon");
    for (const ledger::stripe_command& each :
         {update_command("evt_1", "pi_1", everything()), purchase_by("evt_2", "pi_1", "user_1"),
          update_command("evt_3", "pi_1", {.refunded_cumulative_cents = greatest})})
        static_cast<void>(ledger::run_batch(*daemon, std::vector<ledger::command>{each}));
    BOOST_TEST(value("SELECT balance FROM tokenledger.token_accounts") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
