// The entitlement after disputes: an example for each rule.
#include "settlement_fixtures.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using namespace tokenledger::ledger::fixtures;

BOOST_AUTO_TEST_SUITE(settlement_of_disputes)

BOOST_AUTO_TEST_CASE(a_refund_and_a_dispute_take_at_most_everything) {
    paid one;
    one.refund("re_a", 600).dispute("dp_1", withdrawn(900));
    BOOST_TEST(one.now().refunded_cents == 600);
    BOOST_TEST(one.now().disputed_cents == 900);
    BOOST_TEST(one.now().lost_cents == 900);
    BOOST_TEST(one.taken() == 1000);
}

BOOST_AUTO_TEST_CASE(reinstatement_after_a_partial_refund_leaves_the_refund_taken) {
    paid one;
    one.refund("re_a", 300).dispute("dp_1", withdrawn(900));
    BOOST_TEST(one.taken() == 1000);
    one.dispute("dp_1", reinstated(900));
    BOOST_TEST(one.taken() == 333);
}

// Paid 1999 cents for 2000 tokens.
paid pack() {
    paid one;
    one.what = {.tokens = 2000, .received_cents = 1999, .currency = "usd"};
    return one;
}

constexpr auto undecided = dispute_status::undecided;
constexpr auto lost = dispute_status::lost;
constexpr auto won = dispute_status::won;

BOOST_AUTO_TEST_CASE(if_the_bank_returns_a_part_the_rest_is_lost) {
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {-1999, 400})).now().lost_cents == 1599);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {-1999, 400})).taken() == 1599);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {-1999, 500, 300})).now().lost_cents == 1199);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, undecided, {-1999, 400})).now().lost_cents == 1599);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {-1999})).now().lost_cents == 1999);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {-1999, 1999})).now().lost_cents == 0);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {-1999, 2500})).now().lost_cents == 0);
}

BOOST_AUTO_TEST_CASE(a_refund_and_a_dispute_less_the_refunded_part_take_everything) {
    paid one = pack();
    one.refund("re_1", 500).dispute("dp_1", moved(1999, lost, {-1999, 500}));
    BOOST_TEST(one.now().refunded_cents == 500);
    BOOST_TEST(one.now().disputed_cents == 1499);
    BOOST_TEST(one.taken() == 2000);
}

BOOST_AUTO_TEST_CASE(adjustments_of_the_exchange_rate_do_not_decide_a_dispute) {
    paid one;
    one.what = {.tokens = 2000, .received_cents = 6500, .currency = "usd"};
    const auto lost_of = [&](const dispute_fact& fact) {
        return paid(one).dispute("dp_1", fact).now().lost_cents;
    };
    BOOST_TEST(lost_of(moved(6500, lost, {-6500, 50})) == 6450);
    BOOST_TEST(lost_of(moved(6500, lost, {-6500, -50})) == 6500);
    BOOST_TEST(lost_of(moved(6500, won, {-6500, -50, 6550})) == 0);
    BOOST_TEST(lost_of(moved(6500, won, {-6500, -50, 6500})) == 0);
    BOOST_TEST(lost_of(moved(6500, won, {-6500})) == 0); // the money is on its way
    BOOST_TEST(lost_of(moved(6500, undecided, {-6500, -50, 6550})) == 0);
}

BOOST_AUTO_TEST_CASE(entries_in_another_currency_give_the_share_lost_rounded_up) {
    const auto lost_of = [](const std::vector<std::int64_t>& amounts) {
        return pack().dispute("dp_1", moved(1999, lost, amounts, "eur")).now().lost_cents;
    };
    BOOST_TEST(lost_of({-1850}) == 1999);
    BOOST_TEST(lost_of({-1850, 370}) == 1600); // four fifths of 1999 are 1599.2
    BOOST_TEST(lost_of({-1850, -10}) == 1999);
    BOOST_TEST(lost_of({-1850, 1849}) == 2);
    BOOST_TEST(lost_of({-1850, 1850}) == 0);
    BOOST_TEST(lost_of({-2000000, 1}) == 1999);
}

BOOST_AUTO_TEST_CASE(entries_in_the_payments_currency_set_the_least_amount_lost) {
    paid one = pack();
    // 1000 were disputed and 1100 taken: the bank's fee or the exchange rate.
    BOOST_TEST(paid(one).dispute("dp_1", moved(1000, lost, {-1000, -100})).now().lost_cents == 1100);
    BOOST_TEST(paid(one).dispute("dp_1", moved(1000, lost, {-1000, -100, 100})).now().lost_cents == 1000);
    BOOST_TEST(paid(one).dispute("dp_1", moved(1000, lost, {-3000})).now().lost_cents == 1999);
    // Less taken than disputed: a share of the disputed amount.
    BOOST_TEST(paid(one).dispute("dp_1", moved(1000, lost, {-500, 250})).now().lost_cents == 500);
}

BOOST_AUTO_TEST_CASE(entries_in_different_currencies_are_not_netted) {
    dispute_fact fact = moved(1999, lost, {-1999});
    fact.balance_transactions["txn_9"] = movement_of(1850, "eur");
    BOOST_TEST(pack().dispute("dp_1", fact).now().lost_cents == 1999);
    fact = moved(1999, lost, {-1850, 925}, "eur");
    fact.balance_transactions["txn_9"] = movement_of(-100, "chf");
    fact.balance_transactions["txn_a"] = movement_of(100, "chf");
    BOOST_TEST(pack().dispute("dp_1", fact).now().lost_cents == 1000);
}

BOOST_AUTO_TEST_CASE(entries_that_only_return_money_take_nothing) {
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {500})).now().lost_cents == 0);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, undecided, {500})).now().lost_cents == 0);
}

BOOST_AUTO_TEST_CASE(shares_of_the_largest_amounts_are_exact) {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    paid one;
    one.what = {.tokens = greatest, .received_cents = greatest, .currency = "usd"};
    const auto lost_of = [&](const std::vector<std::int64_t>& amounts, const std::string& currency) {
        return paid(one).dispute("dp_1", moved(greatest, lost, amounts, currency)).now().lost_cents;
    };
    BOOST_TEST(lost_of({least, least, least, least, greatest, greatest, greatest, greatest}, "eur") == 1);
    BOOST_TEST(lost_of({least, least, least, greatest}, "eur") ==
               6148914691236517205); // two thirds and a little
    BOOST_TEST(lost_of({least, least, greatest}, "usd") == greatest);
    BOOST_TEST(lost_of({least, 1}, "usd") == greatest);
}

BOOST_AUTO_TEST_CASE(every_order_of_the_facts_gives_the_same_loss) {
    // Each event shows what had happened by then.
    struct example {
        std::vector<dispute_fact> told;
        std::int64_t lost_cents;
    };
    const std::vector<example> examples = {
        {{disputed(1999), moved(1999, {-1999}), moved(1999, lost, {-1999, 400}), reinstated(1999)}, 1599},
        {{withdrawn(1999), with_status(1999, lost), moved(1999, {-1999, 500}),
          moved(1999, {-1999, 500, 300})},
         1199},
        {{disputed(1999), moved(1999, {-1999}), moved(1999, lost, {-1999, 50}), moved(1999, {-1999})}, 1949},
        {{withdrawn(1999), moved(1999, {-1999, -50}), with_status(1999, won), reinstated(1999)}, 0},
        // Lost first and won later: the customer withdrew it.
        {{withdrawn(1999), with_status(1999, lost), moved(1999, won, {-1999, 1999})}, 0},
    };
    for (const example& each : examples) {
        std::vector<std::size_t> order(each.told.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        do {
            paid one = pack();
            for (const std::size_t at : order)
                one.dispute("dp_1", each.told[at]).dispute("dp_1", each.told[at]);
            BOOST_TEST(one.now().lost_cents == each.lost_cents);
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

BOOST_AUTO_TEST_CASE(without_entries_a_verdict_decides_before_the_events_about_funds) {
    const auto taken_by = [](dispute_status status, bool was_withdrawn, bool was_reinstated) {
        dispute_fact fact = with_status(900, status);
        fact.funds_withdrawn = was_withdrawn;
        fact.funds_reinstated = was_reinstated;
        return paid{}.dispute("dp_1", fact).taken();
    };
    for (const bool was_withdrawn : {false, true}) {
        for (const bool was_reinstated : {false, true}) {
            BOOST_TEST(taken_by(lost, was_withdrawn, was_reinstated) == 1000);
            BOOST_TEST(taken_by(won, was_withdrawn, was_reinstated) == 0);
            BOOST_TEST(taken_by(dispute_status::closed, was_withdrawn, was_reinstated) == 0);
            const bool takes = was_withdrawn && !was_reinstated;
            BOOST_TEST(taken_by(undecided, was_withdrawn, was_reinstated) == (takes ? 1000 : 0));
        }
    }
    paid appealed;
    appealed.dispute("dp_1", with_status(900, won));
    BOOST_TEST(appealed.dispute("dp_1", with_status(900, lost)).taken() == 0);
}

BOOST_AUTO_TEST_CASE(a_closed_inquiry_whose_funds_were_withdrawn_takes_nothing) {
    BOOST_TEST(pack().dispute("dp_1", moved(1999, dispute_status::closed, {-1999})).taken() == 0);
}

BOOST_AUTO_TEST_CASE(a_payment_is_in_dispute_until_all_disputes_are_decided) {
    const auto in_dispute = [](const dispute_fact& fact) {
        return paid{}.dispute("dp_1", fact).now().in_dispute;
    };
    BOOST_TEST(in_dispute(disputed(900)));
    BOOST_TEST(in_dispute(withdrawn(900)));
    BOOST_TEST(in_dispute(reinstated(900)));
    BOOST_TEST(!in_dispute(with_status(900, lost)));
    BOOST_TEST(!in_dispute(moved(900, lost, {-900})));
    BOOST_TEST(!in_dispute(with_status(900, won)));
    BOOST_TEST(!in_dispute(with_status(900, dispute_status::closed)));
    BOOST_TEST(paid{}.dispute("dp_1", with_status(900, lost)).dispute("dp_2", disputed(1)).now().in_dispute);
}

BOOST_AUTO_TEST_CASE(disputes_add_up_by_id_and_a_repeated_one_counts_once) {
    paid one;
    one.dispute("dp_1", withdrawn(300)).dispute("dp_1", withdrawn(300)).dispute("dp_2", withdrawn(150));
    BOOST_TEST(one.now().disputed_cents == 450);
    BOOST_TEST(one.taken() == 500);
}

BOOST_AUTO_TEST_CASE(a_dispute_in_another_currency_counts_for_the_whole_payment) {
    dispute_fact fact = withdrawn(1);
    fact.currency = "eur";
    BOOST_TEST(paid{}.dispute("dp_1", fact).now().disputed_cents == 900);
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 1000);
    fact.currency = "usd";
    BOOST_TEST(paid{}.dispute("dp_1", fact).now().disputed_cents == 1);
    fact.currency = "";
    BOOST_TEST(paid{}.dispute("dp_1", fact).now().disputed_cents == 1);
    fact.currency = "eur";
    BOOST_TEST(paid{}.dispute("dp_1", withdrawn(1)).dispute("dp_1", fact).now().disputed_cents == 900);
    fact.funds_reinstated = true;
    BOOST_TEST(paid{}.dispute("dp_1", fact).taken() == 0);
}

BOOST_AUTO_TEST_CASE(a_dispute_in_another_currency_is_measured_by_its_entries_in_the_payments_currency) {
    const auto lost_of = [](const std::vector<std::int64_t>& amounts, const std::string& currency) {
        dispute_fact fact = moved(1850, lost, amounts, currency);
        fact.currency = "eur";
        return pack().dispute("dp_1", fact).now().lost_cents;
    };
    BOOST_TEST(lost_of({-1000, 400}, "usd") == 600);
    BOOST_TEST(lost_of({-1999, 400}, "usd") == 1599);
    BOOST_TEST(lost_of({-1850, 925}, "eur") == 1000); // half of the whole payment, rounded up
    BOOST_TEST(lost_of({-1700, 850}, "chf") == 1000);
    BOOST_TEST(lost_of({-1850}, "eur") == 1999);
}

BOOST_AUTO_TEST_CASE(of_two_values_of_a_balance_transaction_an_amount_beats_a_sign_and_the_larger_loss_wins) {
    const auto held = [](const std::vector<dispute_movement>& told) {
        payment_facts all;
        for (const dispute_movement& each : told) {
            payment_facts one;
            one.disputes["dp_1"].balance_transactions["txn_1"] = each;
            all = merge(all, one);
        }
        return all.disputes["dp_1"].balance_transactions["txn_1"];
    };
    const dispute_movement takes{.takes_money = true};
    const dispute_movement gives = movement_of(5, "usd");
    BOOST_TEST((held({takes, gives}) == gives && held({gives, takes}) == gives));
    const dispute_movement less = movement_of(-5, "usd");
    const dispute_movement more = movement_of(-6, "eur");
    BOOST_TEST((held({less, more}) == more && held({more, less}) == more));
    BOOST_TEST((held({less, gives}) == less && held({gives, less}) == less));
}

// As an earlier version stored it: signs without amounts.
dispute_fact as_kept_before(dispute_fact fact) {
    for (auto& [id, moved] : fact.balance_transactions)
        moved = {.takes_money = moved.takes_money};
    fact.signs_only = true;
    return fact;
}

BOOST_AUTO_TEST_CASE(a_dispute_stored_with_signs_only_is_settled_as_by_the_earlier_version) {
    const auto taken_by = [](const dispute_fact& fact) {
        return pack().dispute("dp_1", as_kept_before(fact)).taken();
    };
    BOOST_TEST(taken_by(moved(1999, lost, {-1999, 400})) == 0);
    BOOST_TEST(taken_by(moved(1999, won, {-1999, -50, 2049})) == 2000);
    dispute_fact fact = reinstated(1999);
    fact.status = lost;
    BOOST_TEST(taken_by(fact) == 0);
    BOOST_TEST(taken_by(with_status(1999, lost)) == 2000);
    BOOST_TEST(!pack().dispute("dp_1", as_kept_before(with_status(1999, lost))).now().in_dispute);
}

BOOST_AUTO_TEST_CASE(an_event_with_amounts_settles_a_dispute_stored_with_signs_only_by_the_current_rules) {
    const dispute_fact old = as_kept_before(moved(1999, lost, {-1999, 400}));
    BOOST_TEST(pack().dispute("dp_1", old).dispute("dp_1", moved(1999, lost, {-1999, 400})).taken() == 1599);
    BOOST_TEST(pack().dispute("dp_1", moved(1999, lost, {-1999, 400})).dispute("dp_1", old).taken() == 1599);
    // It has no entries: only signs are known, so the verdict decides.
    BOOST_TEST(pack().dispute("dp_1", old).dispute("dp_1", with_status(1999, lost)).taken() == 2000);
    const dispute_fact open = as_kept_before(moved(1999, {-1999}));
    BOOST_TEST(pack().dispute("dp_1", open).dispute("dp_1", disputed(1999)).taken() == 2000);
    BOOST_TEST(pack().dispute("dp_1", open).dispute("dp_1", with_status(1999, won)).taken() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
