// Facts and entitlement over generated histories: order, repetition and splitting make no difference, and
// the result is what the generator did.
#include "amounts.hpp"
#include "core/entitlement.hpp"
#include "naive_settlement.hpp"
#include "payment_history.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using tokenledger::test::any_options;
using tokenledger::test::any_up_to;
using tokenledger::test::greatest;
using tokenledger::test::history_event;
using tokenledger::test::payment_history;

constexpr std::uint64_t runs = 2000;

// Checks a property with fixed seeds and with fresh ones, which are printed.
template <class Property>
void for_seeds(Property property) {
    const std::uint64_t fresh = std::random_device{}();
    BOOST_TEST_MESSAGE("first fresh seed: " << fresh);
    for (const std::uint64_t first : {std::uint64_t{1}, fresh}) {
        for (std::uint64_t seed = first; seed < first + runs; ++seed) {
            BOOST_TEST_INFO_SCOPE("seed " << seed);
            std::mt19937_64 random(seed);
            property(random);
        }
    }
}

std::vector<payment_facts> pieces_of(const payment_history& history) {
    std::vector<payment_facts> pieces;
    for (const history_event& each : history.events)
        pieces.push_back(each.facts);
    return pieces;
}

payment_facts merged(std::span<const payment_facts> pieces) {
    payment_facts all;
    for (const payment_facts& each : pieces)
        all = merge(std::move(all), each);
    return all;
}

// Any amount, or a sign alone.
dispute_movement any_movement(std::mt19937_64& random) {
    if (random() % 4 == 0)
        return {.takes_money = random() % 2 == 0};
    const std::int64_t amount = any_up_to(random, greatest);
    const std::string currency = std::vector<std::string>{"", "usd", "eur"}[random() % 3];
    if (random() % 16 == 0)
        return movement_of(std::numeric_limits<std::int64_t>::min(), currency);
    return movement_of(random() % 3 == 0 ? amount : -amount, currency);
}

// Facts that may contradict one another in every field.
payment_facts any_facts(std::mt19937_64& random) {
    payment_facts facts;
    facts.amount_requested_cents = any_up_to(random, greatest) * static_cast<std::int64_t>(random() % 2);
    facts.refunded_cumulative_cents = any_up_to(random, greatest) * static_cast<std::int64_t>(random() % 2);
    facts.refunded_currency = std::vector<std::string>{"", "usd", "eur"}[random() % 3];
    for (auto count = random() % 4; count > 0; --count) {
        facts.refunds["re_" + std::to_string(random() % 4)] = {
            .amount_cents = any_up_to(random, greatest),
            .status = random() % 2 == 0 ? refund_status::counting : refund_status::voided,
            .moved_money = random() % 2 == 0,
            .currency = std::vector<std::string>{"", "usd", "eur"}[random() % 3]};
    }
    for (auto count = random() % 3; count > 0; --count) {
        dispute_fact& fact = facts.disputes["dp_" + std::to_string(random() % 3)];
        fact.amount_cents = any_up_to(random, greatest);
        fact.currency = std::vector<std::string>{"", "usd", "eur"}[random() % 3];
        for (auto moves = random() % 3; moves > 0; --moves)
            fact.balance_transactions["txn_" + std::to_string(random() % 3)] = any_movement(random);
        fact.signs_only = random() % 4 == 0;
        fact.funds_withdrawn = random() % 2 == 0;
        fact.funds_reinstated = random() % 2 == 0;
        fact.status = static_cast<dispute_status>(random() % 4);
    }
    facts.canceled = random() % 8 == 0;
    facts.not_ours = random() % 8 == 0;
    return facts;
}

credited any_credited(std::mt19937_64& random) {
    return {.tokens = any_up_to(random, greatest),
            .received_cents = any_up_to(random, greatest),
            .currency = "usd"};
}

// Splits facts into several that merge to the same.
std::vector<payment_facts> split(const payment_facts& whole) {
    std::vector<payment_facts> parts;
    parts.push_back({.amount_requested_cents = whole.amount_requested_cents});
    parts.push_back({.refunded_cumulative_cents = whole.refunded_cumulative_cents});
    parts.push_back({.refunded_currency = whole.refunded_currency});
    parts.push_back({.canceled = whole.canceled, .not_ours = whole.not_ours});
    for (const auto& [id, refund] : whole.refunds) {
        parts.emplace_back().refunds[id] = {.amount_cents = refund.amount_cents};
        parts.emplace_back().refunds[id] = {.currency = refund.currency};
        parts.emplace_back().refunds[id] = {.status = refund.status, .moved_money = refund.moved_money};
    }
    for (const auto& [id, dispute] : whole.disputes) {
        parts.emplace_back().disputes[id].amount_cents = dispute.amount_cents;
        parts.emplace_back().disputes[id].currency = dispute.currency;
        parts.emplace_back().disputes[id].status = dispute.status;
        parts.emplace_back().disputes[id].funds_withdrawn = dispute.funds_withdrawn;
        parts.emplace_back().disputes[id].funds_reinstated = dispute.funds_reinstated;
        for (const auto& [transaction, moved] : dispute.balance_transactions)
            parts.emplace_back().disputes[id].balance_transactions[transaction] = moved;
    }
    return parts;
}

BOOST_AUTO_TEST_SUITE(settlement_properties)

BOOST_AUTO_TEST_CASE(merging_is_commutative_associative_and_idempotent) {
    for_seeds([](std::mt19937_64& random) {
        const payment_facts a = any_facts(random);
        const payment_facts b = any_facts(random);
        const payment_facts c = any_facts(random);
        BOOST_REQUIRE((merge(a, b) == merge(b, a)));
        BOOST_REQUIRE((merge(merge(a, b), c) == merge(a, merge(b, c))));
        BOOST_REQUIRE((merge(a, a) == a));
        BOOST_REQUIRE((merge(merge(a, b), a) == merge(a, b)));
        BOOST_REQUIRE((merge(a, {}) == a));
        BOOST_REQUIRE((merge({}, a) == a));
    });
}

BOOST_AUTO_TEST_CASE(the_entitlement_stays_within_its_bounds_for_any_facts) {
    for_seeds([](std::mt19937_64& random) {
        const credited what = any_credited(random);
        const entitlement worth = entitlement_of(what, any_facts(random));
        BOOST_REQUIRE((0 <= worth.refunded_cents && worth.refunded_cents <= what.received_cents));
        BOOST_REQUIRE((0 <= worth.disputed_cents && worth.disputed_cents <= what.received_cents));
        BOOST_REQUIRE((worth.lost_cents >= std::max(worth.refunded_cents, worth.disputed_cents)));
        BOOST_REQUIRE(worth.lost_cents <= what.received_cents);
        BOOST_REQUIRE((0 <= worth.taken_tokens && worth.taken_tokens <= what.tokens));
        if (worth.lost_cents == what.received_cents)
            BOOST_REQUIRE_EQUAL(worth.taken_tokens, what.tokens);
        if (worth.lost_cents == 0)
            BOOST_REQUIRE_EQUAL(worth.taken_tokens, 0);
    });
}

BOOST_AUTO_TEST_CASE(the_tokens_taken_grow_with_the_amount_lost_up_to_exactly_all) {
    for_seeds([](std::mt19937_64& random) {
        const credited what = any_credited(random);
        std::vector<std::int64_t> amounts{0, what.received_cents - 1, what.received_cents};
        for (int i = 0; i < 8; ++i)
            amounts.push_back(any_up_to(random, what.received_cents));
        std::sort(amounts.begin(), amounts.end());
        std::int64_t before = 0;
        for (const std::int64_t lost : amounts) {
            const entitlement worth = entitlement_of(what, {.refunded_cumulative_cents = lost});
            BOOST_REQUIRE_EQUAL(worth.lost_cents, lost);
            BOOST_REQUIRE_GE(worth.taken_tokens, before);
            before = worth.taken_tokens;
        }
        BOOST_REQUIRE_EQUAL(before, what.tokens);
    });
}

BOOST_AUTO_TEST_CASE(the_entitlement_of_a_generated_history_is_what_the_generator_did) {
    std::size_t with_loss = 0;
    std::size_t in_part = 0;
    std::size_t returned = 0;
    std::size_t other = 0;
    for_seeds([&](std::mt19937_64& random) {
        const payment_history history = make_history(random, any_options(random));
        const std::int64_t received = history.options.amount_received;
        const credited what{.tokens = any_up_to(random, greatest),
                            .received_cents = received,
                            .currency = history.options.currency};
        const entitlement worth = entitlement_of(what, merged(pieces_of(history)));
        BOOST_REQUIRE_EQUAL(worth.refunded_cents, history.refunded);
        BOOST_REQUIRE_EQUAL(worth.disputed_cents, history.disputed);
        BOOST_REQUIRE_EQUAL(worth.lost_cents, history.refunded > received - history.disputed
                                                  ? received
                                                  : history.refunded + history.disputed);
        BOOST_REQUIRE_EQUAL(worth.in_dispute, history.in_dispute);
        BOOST_REQUIRE_EQUAL(worth.unproven_refund, history.unproven_refund);
        BOOST_REQUIRE(!worth.missing_refund_objects);
        returned += history.returned_in_part ? 1U : 0U;
        other += history.in_other_currency ? 1U : 0U;
        with_loss += worth.lost_cents > 0 ? 1U : 0U;
        in_part += worth.lost_cents > 0 && worth.lost_cents < received ? 1U : 0U;
    });
    BOOST_TEST(with_loss > runs / 2); // of 2 * runs: the generator is not idle
    BOOST_TEST(in_part > runs / 8);
    BOOST_TEST(returned > runs / 16);
    BOOST_TEST(other > runs / 16);
}

// Facts that contradict one another, except for balance transactions, which never change.
BOOST_AUTO_TEST_CASE(the_entitlement_of_any_facts_agrees_with_the_naive_model) {
    std::size_t disputed = 0;
    for_seeds([&](std::mt19937_64& random) {
        payment_facts facts = any_facts(random);
        for (auto& [id, dispute] : facts.disputes) {
            dispute.signs_only = false;
            std::erase_if(dispute.balance_transactions,
                          [](const auto& each) { return each.second.amount_cents == 0; });
        }
        const credited what = any_credited(random);
        const entitlement expected =
            tokenledger::test::naive_settlement(tokenledger::test::told_by({facts}), what.tokens,
                                                what.received_cents, what.currency)
                .worth();
        BOOST_REQUIRE((entitlement_of(what, facts) == expected));
        disputed += expected.disputed_cents > 0 ? 1U : 0U;
    });
    BOOST_TEST(disputed > runs / 4);
}

BOOST_AUTO_TEST_CASE(every_order_of_up_to_six_events_merges_to_the_same_facts) {
    std::size_t orders = 0;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        std::mt19937_64 random(seed);
        std::vector<payment_facts> pieces = pieces_of(make_history(random, any_options(random)));
        pieces.resize(std::min<std::size_t>(pieces.size(), 6));
        const payment_facts expected = merged(pieces);
        std::vector<std::size_t> order(pieces.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        do {
            payment_facts all;
            for (const std::size_t at : order)
                all = merge(std::move(all), pieces[at]);
            BOOST_REQUIRE_MESSAGE(all == expected, "seed " << seed);
            ++orders;
        } while (std::next_permutation(order.begin(), order.end()));
    }
    BOOST_TEST_MESSAGE("merged in " << orders << " orders");
    BOOST_TEST(orders > 10000U);
}

BOOST_AUTO_TEST_CASE(shuffled_repeated_split_and_grouped_histories_merge_to_the_same_facts) {
    for_seeds([](std::mt19937_64& random) {
        const std::vector<payment_facts> pieces = pieces_of(make_history(random, any_options(random)));
        const payment_facts expected = merged(pieces);
        std::vector<payment_facts> many;
        for (const payment_facts& piece : pieces) {
            const std::vector<payment_facts> parts = split(piece);
            BOOST_REQUIRE((merged(parts) == piece));
            if (random() % 2 == 0)
                many.insert(many.end(), parts.begin(), parts.end());
            else
                many.insert(many.end(), 1 + random() % 3, piece);
        }
        std::shuffle(many.begin(), many.end(), random);
        BOOST_REQUIRE((merged(many) == expected));
        // In batches, each merged by itself first.
        payment_facts all;
        for (std::size_t at = 0; at < many.size();) {
            const std::size_t count = std::min<std::size_t>(1 + random() % 5, many.size() - at);
            all = merge(std::move(all), merged(std::span(many).subspan(at, count)));
            at += count;
        }
        BOOST_REQUIRE((all == expected));
    });
}

BOOST_AUTO_TEST_CASE(a_canceled_payment_is_known_to_be_canceled_in_every_order) {
    for_seeds([](std::mt19937_64& random) {
        std::vector<payment_facts> pieces = pieces_of(make_canceled_history(random, any_options(random)));
        std::shuffle(pieces.begin(), pieces.end(), random);
        BOOST_REQUIRE(merged(pieces).canceled);
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
