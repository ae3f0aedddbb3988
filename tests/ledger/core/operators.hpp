// A ledger in memory, with short calls for operators' actions on events.
#pragma once

#include "action_commands.hpp"
#include "settlement_batch_fixtures.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tokenledger::ledger::fixtures {

inline const stripe_event& event_of(const command& what) {
    return std::get<stripe_command>(what).event;
}

using test::other_mode;
using test::unknown_pack;

struct operators : shop {
    using shop::run;
    outcome act(const std::string& key, operation what) {
        return run(std::vector<command>{test::request(key, {std::move(what)})}).front();
    }
    outcome retry(const std::string& key, const stripe_command& today) {
        return act(key, test::retrying(today));
    }
    outcome dismiss(const std::string& key, const std::string& event, const std::string& payment = "pi_1") {
        return act(key, test::dismissing(event, payment));
    }
    outcome assign(const std::string& key, const std::string& event, const test::assigned& with = {}) {
        return act(key, test::assigning(event, "pi_1", with));
    }

    // Everything that is stored, as text.
    [[nodiscard]] std::string everything() const {
        std::string all;
        for (const auto& [id, event] : database->events)
            all += id + " " + stored(id) + " " + event.payment_intent_id + event.effect + "\n";
        for (const auto& [id, payment] : database->payments) {
            if (payment != payment_state{}) // not a row that only serves as a lock
                all += id + " " + std::to_string(payment.taken_tokens) + " " +
                       std::to_string(payment.facts.refunds.size() + payment.waiting.size()) +
                       (payment.credit ? payment.credit->user_id : "") + "\n";
        }
        for (const auto& [user, account] : database->accounts) {
            if (account.last_sequence != 0)
                all += user + " " + std::to_string(account.balance) + "\n";
        }
        return all + std::to_string(rows()) + " " + std::to_string(database->keys.size()) + " " +
               std::to_string(database->actions.size());
    }
    // A refused action must leave nothing behind: no row, no key.
    void require_refused(refusal why, operation what, reason because = reason::none) {
        const std::string before = everything();
        const outcome got = act("a key", std::move(what));
        BOOST_TEST((got.result == result::refused));
        BOOST_TEST(to_string(got.refusal) == to_string(why));
        BOOST_TEST(to_string(got.reason) == to_string(because));
        BOOST_TEST(got.posted.empty());
        BOOST_TEST(everything() == before);
    }
};

inline std::string in_words(refusal why) {
    return std::string(to_string(why));
}

} // namespace tokenledger::ledger::fixtures
