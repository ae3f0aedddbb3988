// The planner: what a batch of commands does to a snapshot.
#include "commands.hpp"

#include "core/plan.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace {

using namespace tokenledger::ledger;
using tokenledger::test::bought;
using tokenledger::test::ignored_command;
using tokenledger::test::parked_command;
using tokenledger::test::purchase_command;

constexpr std::int64_t now_us = 1'700'000'000'000'000;

// A snapshot with all payments and accounts of the batch, all empty.
snapshot fresh_for(const std::vector<command>& batch) {
    snapshot known;
    known.now_us = now_us;
    for (const std::string_view id : payments_to_lock(batch, {}))
        known.payments.try_emplace(std::string(id));
    for (const std::string_view user : accounts_to_lock(batch, {}, known.payments))
        known.accounts.try_emplace(std::string(user));
    return known;
}

credit credit_of(const bought& what) {
    return {.user_id = what.user,
            .tokens = what.tokens,
            .amount_cents = what.amount_cents,
            .currency = what.currency,
            .catalog = "",
            .pack = "starter",
            .credited_at_us = now_us};
}

outcome only_outcome(const batch_plan& made) {
    BOOST_REQUIRE_EQUAL(made.outcomes.size(), 1U);
    return made.outcomes.front();
}

void require_nothing_posted(const batch_plan& made) {
    BOOST_TEST(made.transactions.empty());
    BOOST_TEST(made.payments.empty());
    BOOST_TEST(made.accounts.empty());
}

BOOST_AUTO_TEST_SUITE(planner)

BOOST_AUTO_TEST_CASE(a_first_purchase_starts_the_account_at_zero) {
    const std::vector<command> batch{purchase_command("evt_1", "pi_1")};
    const batch_plan made = plan(batch, fresh_for(batch));

    BOOST_REQUIRE_EQUAL(made.transactions.size(), 1U);
    const transaction_row& row = made.transactions.front();
    BOOST_TEST(row.user_id == "alice");
    BOOST_TEST(row.sequence == 1);
    BOOST_TEST(row.token_amount == 1000);
    BOOST_TEST(row.balance_before == 0);
    BOOST_TEST(row.balance_after == 1000);
    BOOST_TEST(row.amount_paid_cents == 999);
    BOOST_TEST(row.currency == "usd");
    BOOST_TEST(row.payment_intent_id == "pi_1");
    BOOST_TEST(row.event_id == "evt_1");
    BOOST_TEST(row.created_at_us == now_us);
    BOOST_TEST((only_outcome(made).result == result::applied));
    BOOST_REQUIRE_EQUAL(made.events.size(), 1U);
    BOOST_TEST(made.events.front().with_evidence);
    BOOST_TEST(made.events.front().must_be_new);
    BOOST_REQUIRE_EQUAL(made.payments.size(), 1U);
    BOOST_TEST(made.payments.front().id == "pi_1");
    BOOST_TEST((made.payments.front().state.credit == credit_of({})));
}

BOOST_AUTO_TEST_CASE(purchases_of_one_user_in_one_batch_form_a_gapless_chain) {
    std::vector<command> batch;
    for (int i = 0; i < 5; ++i)
        batch.emplace_back(purchase_command("evt_" + std::to_string(i), "pi_" + std::to_string(i)));
    snapshot known = fresh_for(batch);
    known.accounts["alice"] = {.balance = -300, .last_sequence = 7, .last_created_at_us = now_us - 1};
    const batch_plan made = plan(batch, known);

    BOOST_REQUIRE_EQUAL(made.transactions.size(), 5U);
    std::int64_t balance = -300;
    std::int64_t sequence = 7;
    for (const transaction_row& row : made.transactions) {
        BOOST_TEST(row.sequence == ++sequence);
        BOOST_TEST(row.balance_before == balance);
        balance += 1000;
        BOOST_TEST(row.balance_after == balance);
    }
    BOOST_REQUIRE_EQUAL(made.accounts.size(), 1U);
    BOOST_TEST((made.accounts.front().second ==
                account_state{.balance = balance, .last_sequence = 12, .last_created_at_us = now_us}));
}

BOOST_AUTO_TEST_CASE(created_at_does_not_go_back_when_the_clock_does) {
    const std::vector<command> batch{purchase_command("evt_1", "pi_1")};
    snapshot known = fresh_for(batch);
    known.accounts["alice"] = {.balance = 1, .last_sequence = 1, .last_created_at_us = now_us + 5'000'000};
    BOOST_TEST(plan(batch, known).transactions.front().created_at_us == now_us + 5'000'000);
}

BOOST_AUTO_TEST_CASE(an_event_committed_before_is_a_duplicate_and_writes_nothing) {
    const std::vector<command> batch{purchase_command("evt_1", "pi_1")};
    snapshot known = fresh_for(batch);
    known.committed_events.insert("evt_1");
    const batch_plan made = plan(batch, known);
    BOOST_TEST((only_outcome(made).result == result::duplicate));
    BOOST_TEST(made.events.empty());
    require_nothing_posted(made);
}

BOOST_AUTO_TEST_CASE(the_same_event_twice_in_a_batch_counts_once) {
    const std::vector<command> batch{purchase_command("evt_1", "pi_1"), purchase_command("evt_1", "pi_1")};
    const batch_plan made = plan(batch, fresh_for(batch));
    BOOST_TEST(made.transactions.size() == 1U);
    BOOST_TEST(made.events.size() == 1U);
    BOOST_TEST((made.outcomes[0].result == result::applied));
    BOOST_TEST((made.outcomes[1].result == result::duplicate));
}

BOOST_AUTO_TEST_CASE(two_events_of_one_payment_in_a_batch_credit_once) {
    const std::vector<command> batch{purchase_command("evt_1", "pi_1"), purchase_command("evt_2", "pi_1")};
    const batch_plan made = plan(batch, fresh_for(batch));
    BOOST_TEST(made.transactions.size() == 1U);
    BOOST_TEST((made.outcomes[1].result == result::duplicate));
    BOOST_REQUIRE_EQUAL(made.events.size(), 2U);
    BOOST_TEST(!made.events[1].with_evidence);
    BOOST_TEST(!made.events[1].must_be_new);
}

BOOST_AUTO_TEST_CASE(a_second_purchase_of_a_payment_with_other_owner_amount_or_currency_is_parked) {
    const auto against_first = [](const bought& second) {
        const std::vector<command> batch{purchase_command("evt_2", "pi_1", second)};
        snapshot known = fresh_for(batch);
        known.payments["pi_1"].credit = credit_of({});
        const batch_plan made = plan(batch, known);
        require_nothing_posted(made);
        return only_outcome(made);
    };
    BOOST_TEST((against_first({.user = "mallory"}) == outcome{result::parked, reason::owner_mismatch, {}}));
    BOOST_TEST(
        (against_first({.currency = "eur"}) == outcome{result::parked, reason::currency_mismatch, {}}));
    BOOST_TEST(
        (against_first({.amount_cents = 1998}) == outcome{result::parked, reason::amount_mismatch, {}}));
    BOOST_TEST((against_first({}) == outcome{result::duplicate, reason::none, {}}));
}

BOOST_AUTO_TEST_CASE(a_second_purchase_of_a_payment_is_a_duplicate_even_if_its_pack_is_unknown_now) {
    const std::vector<command> batch{purchase_command("evt_2", "pi_1", {.refused = reason::unknown_pack})};
    snapshot known = fresh_for(batch);
    known.payments["pi_1"].credit = credit_of({});
    BOOST_TEST((only_outcome(plan(batch, known)).result == result::duplicate));
}

BOOST_AUTO_TEST_CASE(a_purchase_that_the_catalogue_refuses_is_parked_with_its_evidence) {
    for (const reason why : {reason::unknown_pack, reason::amount_mismatch, reason::zero_amount,
                             reason::currency_mismatch, reason::bad_metadata}) {
        const std::vector<command> batch{purchase_command("evt_1", "pi_1", {.refused = why})};
        const batch_plan made = plan(batch, fresh_for(batch));
        BOOST_TEST((only_outcome(made) == outcome{result::parked, why, {}}));
        require_nothing_posted(made);
        BOOST_REQUIRE_EQUAL(made.events.size(), 1U);
        BOOST_TEST(made.events.front().with_evidence);
        BOOST_TEST(!made.events.front().must_be_new);
    }
}

BOOST_AUTO_TEST_CASE(a_parked_event_does_not_block_a_valid_one_of_the_same_payment_in_its_batch) {
    const std::vector<command> batch{purchase_command("evt_1", "pi_1", {.refused = reason::unknown_pack}),
                                     purchase_command("evt_2", "pi_1")};
    const batch_plan made = plan(batch, fresh_for(batch));
    BOOST_TEST((made.outcomes[0].result == result::parked));
    BOOST_TEST((made.outcomes[1].result == result::applied));
}

BOOST_AUTO_TEST_CASE(a_purchase_that_would_overflow_the_balance_is_parked) {
    const std::vector<command> batch{purchase_command("evt_1", "pi_1", {.tokens = 2}),
                                     purchase_command("evt_2", "pi_2", {.tokens = 1})};
    snapshot known = fresh_for(batch);
    known.accounts["alice"].balance = std::numeric_limits<std::int64_t>::max() - 1;
    const batch_plan made = plan(batch, known);
    BOOST_TEST((made.outcomes[0] == outcome{result::parked, reason::store_refused, {}}));
    BOOST_TEST((made.outcomes[1].result == result::applied));
    BOOST_TEST(made.transactions.front().balance_after == std::numeric_limits<std::int64_t>::max());
}

BOOST_AUTO_TEST_CASE(ignored_and_parked_events_change_no_account_and_no_payment) {
    const std::vector<command> batch{ignored_command("evt_1"),
                                     parked_command("evt_2", reason::livemode_mismatch)};
    BOOST_TEST(payments_to_lock(batch, {}).empty());
    const batch_plan made = plan(batch, {});
    BOOST_TEST((made.outcomes[0].result == result::ignored));
    BOOST_TEST((made.outcomes[1] == outcome{result::parked, reason::livemode_mismatch, {}}));
    BOOST_TEST(!made.events[0].with_evidence);
    BOOST_TEST(made.events[1].with_evidence);
    require_nothing_posted(made);
}

BOOST_AUTO_TEST_CASE(locks_are_sorted_unique_and_only_those_needed) {
    const std::vector<command> batch{
        purchase_command("evt_1", "pi_b", {.user = "zoe"}),
        purchase_command("evt_2", "pi_a", {.user = "bob"}),
        purchase_command("evt_3", "pi_b", {.user = "zoe"}),
        purchase_command("evt_4", "pi_c", {.user = "eve"}),
        purchase_command("evt_5", "pi_d", {.user = "ann", .refused = reason::unknown_pack}),
        purchase_command("evt_6", "pi_e", {.user = "cat"})};
    const event_id_set committed{"evt_4"};
    const std::vector<std::string_view> payments{"pi_a", "pi_b", "pi_d", "pi_e"};
    BOOST_TEST((payments_to_lock(batch, committed) == payments));
    payment_map known{{"pi_a", {}}, {"pi_b", {}}, {"pi_d", {}}, {"pi_e", {credit_of({})}}};
    const std::vector<std::string_view> users{"bob", "zoe"};
    BOOST_TEST((accounts_to_lock(batch, committed, known) == users));
}

// Stripe sends an event to every endpoint that matches. One that ignores it must not hide it from the others.
BOOST_AUTO_TEST_CASE(an_event_ignored_by_one_endpoint_is_still_applied_by_another) {
    const std::vector<command> batch{ignored_command("evt_1"), purchase_command("evt_1", "pi_1"),
                                     ignored_command("evt_1")};
    const batch_plan made = plan(batch, fresh_for(batch));
    BOOST_TEST((made.outcomes[0].result == result::ignored));
    BOOST_TEST((made.outcomes[1].result == result::applied));
    BOOST_TEST((made.outcomes[2].result == result::duplicate));
    BOOST_REQUIRE_EQUAL(made.events.size(), 1U);
    BOOST_TEST(made.events.front().command == 1U);
    BOOST_TEST(made.events.front().with_evidence);

    const std::vector<command> later{purchase_command("evt_1", "pi_1"),
                                     parked_command("evt_2", reason::livemode_mismatch),
                                     ignored_command("evt_3")};
    snapshot known = fresh_for(later);
    known.unclaimed_events = {{"evt_1", {result::ignored, reason::account_mismatch}},
                              {"evt_2", {result::parked, reason::livemode_mismatch}},
                              {"evt_3", {result::ignored, reason::none}}};
    const batch_plan again = plan(later, known);
    BOOST_TEST((again.outcomes[0].result == result::applied));
    BOOST_TEST((again.outcomes[1].result == result::duplicate));
    BOOST_TEST((again.outcomes[2].result == result::duplicate));
    BOOST_TEST(again.events.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_live_event_parked_by_a_test_endpoint_is_applied_by_the_live_one) {
    const std::vector<command> batch{parked_command("evt_1", reason::livemode_mismatch),
                                     purchase_command("evt_1", "pi_1")};
    const batch_plan made = plan(batch, fresh_for(batch));
    BOOST_TEST((made.outcomes[0] == outcome{result::parked, reason::livemode_mismatch, {}}));
    BOOST_TEST((made.outcomes[1].result == result::applied));
    BOOST_REQUIRE_EQUAL(made.events.size(), 1U);
    BOOST_TEST((made.events.front().result == result::applied));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
