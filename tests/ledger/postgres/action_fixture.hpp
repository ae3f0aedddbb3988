// A ledger in PostgreSQL, with short calls for operators' actions on events.
#pragma once

#include "action_commands.hpp"
#include "commands.hpp"
#include "verify_ledger.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

struct action_fixture : proven_fixture {
    static ledger::stripe_command buys(const std::string& event, const std::string& payment) {
        return purchase_command(event, payment, {.amount_cents = 900});
    }
    static ledger::stripe_command unknown_pack(const std::string& event, const std::string& payment) {
        return purchase_command(event, payment,
                                {.amount_cents = 900, .refused = ledger::reason::unknown_pack});
    }
    static ledger::stripe_command parked(const std::string& event, const std::string& payment,
                                         ledger::reason why) {
        return {.event = make_event(event, payment), .effect = ledger::park_event{why}};
    }
    static ledger::stripe_command refund(const std::string& event, const std::string& payment,
                                         std::int64_t cents, bool moved = true) {
        return an_update(event, payment, refunded("re_of_" + event, cents, moved));
    }

    ledger::outcome act(const std::string& key, ledger::operation what) const {
        return act(*store, key, std::move(what));
    }
    static ledger::outcome act(ledger::store& where, const std::string& key, ledger::operation what) {
        return ledger::run_batch(where, std::vector<ledger::command>{request(key, {std::move(what)})})
            .front();
    }
    ledger::outcome take(const ledger::stripe_command& what) const {
        return ledger::run_batch(*store, std::vector<ledger::command>{what}).front();
    }
    std::string stored(const std::string& event) {
        return value(
            "SELECT concat_ws(' ', result, reason) FROM tokenledger.stripe_events WHERE event_id = '" +
            event + "'");
    }
    std::string balance(const std::string& user = "alice") {
        return value("SELECT coalesce(sum(balance), 0) FROM tokenledger.token_accounts WHERE user_id = '" +
                     user + "'");
    }
    std::string actions() {
        return value("SELECT coalesce(string_agg(concat_ws(' ', event_id, idempotency_key, action, actor,"
                     " coalesce(reason, '-'), was, was_because, became, became_because), ', '"
                     " ORDER BY idempotency_key), '') FROM tokenledger.event_actions");
    }
    std::string count(const std::string& table) { return value("SELECT count(*) FROM tokenledger." + table); }
};

inline std::string in_words(const ledger::outcome& of) {
    std::string text(to_string(of.result));
    for (const std::string_view each : {to_string(of.reason), to_string(of.refusal)})
        text += (each.empty() ? "" : " ") + std::string(each);
    return text;
}

} // namespace tokenledger::test
