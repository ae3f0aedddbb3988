// A change by hand, and what verify must say of it. Each list of them belongs to one fixture.
#pragma once

#include "verify_ledger.hpp"

#include <string>
#include <vector>

namespace tokenledger::test {

struct tampering {
    std::string sql;
    ledger::discrepancy found; // an empty expected or found is not compared
};

// Those of lots_tampering_test.cpp.
const std::vector<tampering>& tamperings_with_lots();

// Beginnings and an end of their statements.
inline const std::string rows = "UPDATE tokenledger.token_transactions SET ";
inline const std::string accounts = "UPDATE tokenledger.token_accounts SET ";
inline const std::string keys = "UPDATE tokenledger.idempotency_keys SET ";
inline const std::string of_pi_1 = " WHERE payment_intent_id = 'pi_1'";

inline ledger::discrepancy in_chain(const std::string& check, const std::string& user, int sequence,
                                    const std::string& expected, const std::string& found) {
    return {.check = check,
            .user_id = user,
            .sequence = std::to_string(sequence),
            .expected = expected,
            .found = found};
}
inline ledger::discrepancy of_payment(const std::string& check, const std::string& payment,
                                      const std::string& expected, const std::string& found) {
    return {.check = check, .payment_intent_id = payment, .expected = expected, .found = found};
}

inline bool same(const ledger::discrepancy& wanted, const ledger::discrepancy& found) {
    const auto matches = [](const std::string& a, const std::string& b) { return a.empty() || a == b; };
    return wanted.check == found.check && matches(wanted.user_id, found.user_id) &&
           matches(wanted.sequence, found.sequence) &&
           matches(wanted.payment_intent_id, found.payment_intent_id) &&
           matches(wanted.event_id, found.event_id) && matches(wanted.expected, found.expected) &&
           matches(wanted.found, found.found) && !found.expected.empty() && !found.found.empty();
}

template <class Ledger>
void check_each(const std::vector<tampering>& cases) {
    Ledger ledger;
    check_clean(ledger.verify(true));
    ledger.tamper("");
    ledger.save();
    for (const tampering& each : cases) {
        ledger.database.session().run(each.sql);
        const auto found = ledger.verify(true);
        std::string all;
        bool named = false;
        for (const auto& one : found) {
            named = named || same(each.found, one);
            all += "\n  " + text_of(one);
        }
        BOOST_TEST(named, each.sql << "\nis not found as\n  " << text_of(each.found) << "\nbut as" << all);
        ledger.restore();
    }
    BOOST_TEST(ledger.verify(true).empty());
}

} // namespace tokenledger::test
