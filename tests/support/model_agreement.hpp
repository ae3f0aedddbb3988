// The planner against the naive model on a mixed stream of events, requests and actions, cut into random
// batches, while the clock moves.
#pragma once

#include "ledger_checks.hpp"
#include "naive_requests.hpp"
#include "random_stream.hpp"

#include "memory_store.hpp"
#include "writer/run_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tokenledger::test {

// Counts the answers, to notice a stream that does not cover them.
using answers = std::map<std::string, int>;

// Users of expiries in the rows from the given one on.
inline std::set<std::string> swept_from(const ledger::memory_database& rows, std::size_t first) {
    std::set<std::string> users;
    for (std::size_t at = first; at < rows.transactions.size(); ++at) {
        if (rows.transactions[at].source == ledger::source::expiry)
            users.insert(rows.transactions[at].user_id);
    }
    return users;
}

// Balances, what is available and held, each lot and hold, and when to look again; all rows.
inline void require_same_books(const ledger::memory_database& rows, const naive_books& naive,
                               std::size_t first_row) {
    BOOST_REQUIRE_EQUAL(rows.transactions.size(), naive.rows.size());
    for (std::size_t i = first_row; i < naive.rows.size(); ++i) {
        const ledger::transaction_row& row = rows.transactions[i];
        BOOST_REQUIRE((naive.rows[i] ==
                       naive_row{{row.user_id, row.token_amount, row.balance_after}, row.effective_at_us}));
    }
    for (const auto& [user, account] : rows.accounts) {
        if (account.last_sequence == 0)
            continue;
        BOOST_TEST_INFO_SCOPE(user);
        const naive_account& expected = naive.accounts.at(user);
        const std::int64_t now_us = naive.time_of(user);
        BOOST_REQUIRE_EQUAL(account.balance, naive.balances.at(user));
        BOOST_REQUIRE_EQUAL(account.balance, expected.balance());
        BOOST_REQUIRE_EQUAL(account.available(rows.now_us), expected.available(now_us));
        BOOST_REQUIRE_EQUAL(ledger::held(account.lots, account.now(rows.now_us)), expected.held(now_us));
        BOOST_REQUIRE_EQUAL(account.lots.lots.size(), expected.piles.size());
        for (const ledger::lot_state& lot : account.lots.lots) {
            const naive_pile& pile = expected.piles.at(static_cast<std::size_t>(lot.lot) - 1);
            BOOST_TEST_INFO_SCOPE("lot " << lot.lot);
            BOOST_REQUIRE_EQUAL(lot.remaining, pile.left);
            BOOST_REQUIRE_EQUAL(lot.expired, pile.expired);
            BOOST_REQUIRE_EQUAL(lot.refunded, pile.refunded);
        }
        BOOST_REQUIRE_EQUAL(account.lots.holds.size(), expected.holds.size());
        for (const auto& [id, hold] : account.lots.holds) {
            std::vector<naive_claim> reserved;
            for (const ledger::lot_tokens& each : hold.reserved)
                reserved.push_back({static_cast<std::size_t>(each.lot), each.tokens});
            BOOST_TEST_INFO_SCOPE(id);
            BOOST_REQUIRE((reserved == expected.holds.at(id).claims));
        }
        if (const auto next = expected.next_end(now_us))
            BOOST_REQUIRE_LE(account.due_at_us.value_or(ledger::never_due), *next);
    }
}

// Where the clock goes between two batches: on, and at times a little back.
inline std::int64_t clock_step(std::mt19937_64& random) {
    constexpr std::int64_t second = 1'000'000;
    constexpr std::int64_t hour = 3600 * second;
    const auto pick = [&](std::uint64_t below) { return static_cast<std::int64_t>(random() % below); };
    switch (random() % 8) {
    case 0:
        return pick(40) * hour; // the windows of limits move on
    case 1:
        return pick(3600) * second;
    case 2:
        return pick(5) * second;
    case 3:
        return -pick(3) * second;
    case 4:
        return hour - second;
    default:
        return pick(3) - 1;
    }
}

using store_maker_over =
    std::function<std::unique_ptr<ledger::store>(std::shared_ptr<ledger::memory_database>)>;

// `store_over`: what the planner runs against; the clock is that of the database in memory.
inline void require_agreement(std::uint64_t seed, answers& seen, const store_maker_over& store_over) {
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    std::mt19937_64 random(seed);
    // Many payments and accounts, with events that are delivered again; or few, to which much happens.
    const bool few = random() % 2 == 0;
    mixed_stream stream(seed, "a",
                        {.users = few ? 2 : 1 + random() % 4,
                         .payments = 1 + random() % (few ? 2 : 8),
                         .events = 1 + random() % (few ? 150 : 30),
                         .lots = random() % 8 != 0});
    const auto database = std::make_shared<ledger::memory_database>();
    const auto where = store_over(database);
    naive_books model;
    for (std::size_t at = 0, length = 1 + random() % 150; at < length;) {
        stream.now_us = database->now_us;
        const std::vector<ledger::command> batch = stream.next(1 + random() % 9);
        const std::size_t rows_before = database->transactions.size();
        const auto outcomes = ledger::run_batch(*where, batch);
        model.now_us = database->now_us;
        const auto expected = model.take_batch(batch, swept_from(*database, rows_before));
        BOOST_REQUIRE_EQUAL(outcomes.size(), batch.size());
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const naive_outcome got = naive(outcomes[i]);
            BOOST_REQUIRE_MESSAGE(got == expected[i], "seed " << seed << ", command " << at + i << ": "
                                                              << in_words(got) << " instead of "
                                                              << in_words(expected[i]));
            ++seen[std::string(to_string(got.result)) + " " + std::string(to_string(got.refusal))];
            seen["replayed"] += got.replayed ? 1 : 0;
            seen["uncovered"] += got.uncovered != 0 ? 1 : 0;
            if (got.hold)
                ++seen["hold " + std::string(to_string(got.hold->state))];
        }
        BOOST_TEST_INFO_SCOPE("after command " << at + batch.size());
        require_same_books(*database, model, rows_before);
        at += batch.size();
        database->now_us += clock_step(random);
    }

    require_sound(*database);
    for (const ledger::transaction_row& row : database->transactions)
        ++seen[std::string(to_string(row.type)) + " row " + std::string(to_string(row.source)) +
               (row.lots.empty() ? "" : " of lots")];
    BOOST_REQUIRE_EQUAL(database->events.size(), model.events.size());
    for (const auto& [id, event] : database->events)
        BOOST_REQUIRE_MESSAGE((naive_ledger::verdict{event.result, event.reason} == model.events.at(id)),
                              "seed " << seed << ", " << id << ": " << to_string(event.result)
                                      << " instead of " << to_string(model.events.at(id).first));
}

} // namespace tokenledger::test
