// Invariants of the memory store's rows after any batch.
#pragma once

#include "memory_store.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace tokenledger::test {

// "applied", "parked unknown_pack", "refused unknown_event", ...
inline std::string in_words(const ledger::outcome& of) {
    std::string text(to_string(of.result));
    for (const std::string_view each : {to_string(of.reason), to_string(of.refusal)})
        text += (each.empty() ? "" : " ") + std::string(each);
    return text;
}

// The rows add up to the balances, every row continues the one before, and belongs to a stored event or to
// the key of a request.
inline void require_sound_chains(const ledger::memory_database& rows) {
    std::map<std::string, ledger::account_state, std::less<>> rebuilt;
    for (const ledger::transaction_row& row : rows.transactions) {
        ledger::account_state& account = rebuilt[row.user_id];
        BOOST_REQUIRE_EQUAL(row.sequence, account.last_sequence + 1);
        BOOST_REQUIRE_EQUAL(row.balance_before, account.balance);
        BOOST_REQUIRE_EQUAL(row.balance_after, account.balance + row.token_amount);
        BOOST_REQUIRE_GE(row.created_at_us, account.last_created_at_us);
        BOOST_REQUIRE_NE(row.token_amount, 0);
        account.balance = row.balance_after;
        account.last_sequence = row.sequence;
        account.last_created_at_us = row.created_at_us;
        if (row.source == ledger::source::expiry) {
            BOOST_REQUIRE(row.token_amount < 0 && row.effective_at_us &&
                          *row.effective_at_us <= row.created_at_us);
            BOOST_REQUIRE(!row.actor && row.idempotency_key.empty() && !row.reference.empty());
            continue;
        }
        const bool is_of_payment =
            row.type == ledger::transaction_type::purchase ||
            (row.type == ledger::transaction_type::refund && row.source != ledger::source::usage);
        if (!is_of_payment) {
            BOOST_REQUIRE(row.event_id.empty() && row.payment_intent_id.empty() && row.actor.has_value());
            BOOST_REQUIRE(!row.idempotency_key.empty() || !row.usage_request_id.empty());
            continue;
        }
        const auto event = rows.events.find(row.event_id);
        BOOST_REQUIRE(event != rows.events.end());
        BOOST_REQUIRE(!event->second.evidence.empty());
        BOOST_REQUIRE_EQUAL(event->second.payment_intent_id, row.payment_intent_id);
    }
    for (const auto& [user, account] : rows.accounts) {
        BOOST_REQUIRE_EQUAL(rebuilt[user].balance, account.balance);
        BOOST_REQUIRE_EQUAL(rebuilt[user].last_sequence, account.last_sequence);
        BOOST_REQUIRE_EQUAL(rebuilt[user].last_created_at_us, account.last_created_at_us);
    }
    BOOST_REQUIRE_EQUAL(rebuilt.size(), rows.accounts.size());
}

// The totals of every payment are the sums of its rows.
inline void require_sound_payments(const ledger::memory_database& rows) {
    std::map<std::string, std::int64_t> taken;
    std::map<std::string, std::int64_t> lost;
    std::set<std::string> bought;
    for (const ledger::transaction_row& row : rows.transactions) {
        if (row.payment_intent_id.empty())
            continue;
        const ledger::payment_state& payment = rows.payments.find(row.payment_intent_id)->second;
        BOOST_REQUIRE(payment.credit.has_value());
        BOOST_REQUIRE_EQUAL(row.user_id, payment.credit->user_id);
        BOOST_REQUIRE_EQUAL(row.currency, payment.credit->currency);
        if (row.type == ledger::transaction_type::purchase) {
            BOOST_REQUIRE(bought.insert(row.payment_intent_id).second);
            BOOST_REQUIRE_EQUAL(row.token_amount, payment.credit->tokens);
            continue;
        }
        BOOST_REQUIRE((row.type == ledger::transaction_type::refund));
        BOOST_REQUIRE((row.source == ledger::source::stripe));
        BOOST_REQUIRE(bought.contains(row.payment_intent_id));
        BOOST_REQUIRE((row.token_amount < 0) == (row.amount_paid_cents < 0));
        taken[row.payment_intent_id] -= row.token_amount;
        lost[row.payment_intent_id] -= row.amount_paid_cents;
    }
    for (const auto& [id, payment] : rows.payments) {
        BOOST_REQUIRE_EQUAL(payment.credit.has_value(), bought.contains(id));
        BOOST_REQUIRE_EQUAL(payment.taken_tokens, taken[id]);
        BOOST_REQUIRE_EQUAL(payment.lost_cents, lost[id]);
    }
}

// An event waits if and only if its payment lists it, and only payments without a credit have such events.
inline void require_sound_waiting(const ledger::memory_database& rows) {
    std::set<std::string> named;
    for (const auto& [id, payment] : rows.payments) {
        BOOST_REQUIRE(payment.waiting.empty() || !payment.credit);
        for (const std::string& event : payment.waiting)
            BOOST_REQUIRE(named.insert(event).second);
    }
    for (const auto& [id, event] : rows.events) {
        BOOST_REQUIRE_EQUAL(event.result == ledger::result::waiting, named.contains(id));
        if (event.result == ledger::result::applied || event.result == ledger::result::parked ||
            event.result == ledger::result::waiting)
            BOOST_REQUIRE(!event.evidence.empty());
    }
}

// What rows did to a lot adds up to what is left of it; a debt and a lot with tokens do not exist together.
inline void require_sound_lots(const ledger::memory_database& rows) {
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> left;
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> expired;
    for (const ledger::transaction_row& row : rows.transactions) {
        for (const ledger::lot_tokens& each : row.lots) {
            left[{row.user_id, each.lot}] += each.tokens;
            expired[{row.user_id, each.lot}] -= row.source == ledger::source::expiry ? each.tokens : 0;
        }
    }
    for (const auto& [user, account] : rows.accounts) {
        for (const ledger::lot_state& lot : account.lots.lots) {
            BOOST_REQUIRE_EQUAL(lot.remaining, (left[{user, lot.lot}]));
            BOOST_REQUIRE_EQUAL(lot.expired, (expired[{user, lot.lot}]));
            BOOST_REQUIRE(lot.remaining >= 0 && lot.remaining + lot.expired + lot.refunded <= lot.tokens);
        }
        BOOST_REQUIRE(ledger::in_lots(account.lots) == 0 || account.balance >= ledger::in_lots(account.lots));
        if (account.lots.empty()) // an expiry that found nothing may have looked
            BOOST_REQUIRE_EQUAL(account.due_at_us.value_or(ledger::never_due), ledger::never_due);
        else
            BOOST_REQUIRE(account.due_at_us.has_value());
    }
}

inline void require_sound(const ledger::memory_database& rows) {
    require_sound_lots(rows);
    require_sound_chains(rows);
    require_sound_payments(rows);
    require_sound_waiting(rows);
}

inline std::size_t waiting_in(const ledger::memory_database& rows) {
    std::size_t count = 0;
    for (const auto& [id, event] : rows.events)
        count += event.result == ledger::result::waiting ? 1U : 0U;
    return count;
}

} // namespace tokenledger::test
