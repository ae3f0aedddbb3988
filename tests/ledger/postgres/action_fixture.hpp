// A ledger in PostgreSQL, with short calls for operators' actions on events.
#pragma once

#include "action_commands.hpp"
#include "ledger_checks.hpp"
#include "verify_ledger.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

struct action_fixture : proven_fixture {
    static ledger::stripe_command refund(const std::string& event, const std::string& payment,
                                         std::int64_t cents, bool moved = true) {
        return update_command(event, payment,
                              refund_of("re_of_" + event, cents, ledger::refund_status::counting, moved));
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

} // namespace tokenledger::test
