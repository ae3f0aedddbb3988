// Queries of operators: the length of the queue, actions, rows by actor, and assigned packs.
#include "action_fixture.hpp"
#include "reader_fixture.hpp"

#include <string>
#include <vector>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;
using strings = std::vector<std::string>;

struct operator_fixture : action_fixture {
    std::unique_ptr<ledger::reader> reader = ledger::make_postgres_reader(options);

    [[nodiscard]] strings actions_of(const std::string& payment) const {
        strings told;
        const auto explained = reader->payment(payment);
        for (const ledger::event_view& event : explained.value().events) {
            for (const ledger::event_action_view& did : event.actions)
                told.push_back(event.event_id + " " + did.action + " " + std::to_string(did.actor) + " " +
                               did.reason + " " + did.was + " " + did.became);
        }
        return told;
    }
    [[nodiscard]] strings rows_of(std::int64_t actor, ledger::page_order order, std::size_t limit) const {
        strings told;
        for (const ledger::transaction_view& row : walk<ledger::transaction_view>(
                 [&](const auto& ask) {
                     return reader->page_of(ledger::transactions_query{{.actor = actor}, ask});
                 },
                 order, limit))
            told.push_back(row.user_id + " " + std::to_string(row.token_amount));
        return told;
    }
    void grant_as(std::int64_t actor, const std::string& key, const std::string& user, std::int64_t tokens) {
        auto asked = std::get<ledger::admin_command>(request(key, {granting(user, tokens)}));
        asked.actor = actor;
        run({asked});
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(queries_of_operators, operator_fixture)

BOOST_AUTO_TEST_CASE(the_queue_counts_parked_and_waiting_events_without_expired_ones) {
    BOOST_TEST((reader->queue() == ledger::queue_view{}));
    run({unknown_pack("evt_1", "pi_1"), unknown_pack("evt_2", "pi_2"), refund("evt_3", "pi_3", 300),
         refund("evt_4", "pi_4", 300), buys("evt_5", "pi_5")});
    BOOST_TEST((reader->queue() == ledger::queue_view{.parked = 2, .waiting = 2}));
    database.session().run("UPDATE tokenledger.stripe_events SET received_at = now() - interval '31 days'"
                           " WHERE event_id IN ('evt_1', 'evt_4')");
    BOOST_TEST((reader->queue() == ledger::queue_view{.parked = 2, .waiting = 1}));
    act("key_1", dismissing("evt_1", "pi_1"));
    BOOST_TEST((reader->queue() == ledger::queue_view{.parked = 1, .waiting = 1}));
}

BOOST_AUTO_TEST_CASE(a_payment_and_an_event_show_the_actions_and_a_list_does_not) {
    run({unknown_pack("evt_1", "pi_1"), unknown_pack("evt_2", "pi_1"), refund("evt_3", "pi_2", 300)});
    BOOST_TEST((actions_of("pi_1") == strings{}));
    act("key_1", dismissing("evt_2", "pi_1", "a test of ours"));
    act("key_2", assigning("evt_1", "pi_1"));
    BOOST_TEST((actions_of("pi_1") == strings{"evt_1 assign 1000 they wrote to us parked applied",
                                              "evt_2 dismiss 1000 a test of ours parked dismissed"}));
    BOOST_TEST((actions_of("pi_2") == strings{}));
    BOOST_TEST(reader->event("evt_2").value().actions.size() == 1U);
    for (const ledger::event_view& row : reader->page_of(ledger::events_query{{}, {}}).rows)
        BOOST_TEST(row.actions.empty());
}

BOOST_AUTO_TEST_CASE(transactions_can_be_listed_by_actor) {
    run({buys("evt_1", "pi_1")}); // without an actor
    for (int i = 1; i <= 5; ++i)
        grant_as(i % 2 == 0 ? 0 : 4'294'967'295, "key_" + std::to_string(i), "bob", i);
    for (const std::size_t limit : {1U, 2U, 100U}) {
        BOOST_TEST((rows_of(4'294'967'295, newest_first, limit) == strings{"bob 5", "bob 3", "bob 1"}));
        BOOST_TEST((rows_of(0, oldest_first, limit) == strings{"bob 2", "bob 4"}));
    }
    BOOST_TEST((rows_of(1, newest_first, 100) == strings{}));
    const auto cursor = reader->page_of(ledger::transactions_query{{.actor = 0}, {.limit = 1}}).next;
    BOOST_TEST((fault_of([&] {
                    static_cast<void>(
                        reader->page_of(ledger::transactions_query{{}, {.limit = 1, .cursor = cursor}}));
                }) == ledger::query_fault::bad_cursor));
}

BOOST_AUTO_TEST_CASE(an_assigned_pack_is_shown_with_the_payment_and_in_the_report_by_pack) {
    run({unknown_pack("evt_1", "pi_1")});
    auto assigned = std::get<ledger::assign_event>(assigning("evt_1", "pi_1", {.tokens = 2000}));
    assigned.catalog = "partners";
    assigned.pack = "starter";
    assigned.quantity = 2;
    act("key_1", assigned);
    run({refund("evt_2", "pi_1", 450)});
    const ledger::credit_view credit = reader->payment("pi_1").value().credit.value();
    BOOST_TEST(credit.catalog + "/" + credit.pack == "partners/starter");
    BOOST_TEST(credit.quantity == 2);
    strings sums;
    for (const ledger::transaction_report_row& row :
         reader->transaction_report({}, ledger::report_span::whole))
        sums.push_back(row.pack + " " + row.tokens + " " + row.amount_paid_cents);
    BOOST_TEST((sums == strings{"starter 2000 900", "starter -1000 -450"}));
    check_clean(verify(true));
}

BOOST_AUTO_TEST_SUITE_END()
