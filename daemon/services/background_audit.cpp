// ledger::verify, with its discrepancies as a value.
#include "services/background_audit.hpp"

#include "system/log.hpp"

#include "ledger/verify.hpp"

namespace tokenledger::daemon {

background_audit::~background_audit() {
    stopping_ = true;
    if (thread_.joinable())
        thread_.join();
}

bool background_audit::start(done_fn done) {
    if (running_.exchange(true))
        return false;
    if (thread_.joinable())
        thread_.join(); // it has finished, except for its last instructions
    thread_ = std::thread([this, done = std::move(done)] { run(done); });
    return true;
}

void background_audit::run(const done_fn& done) {
    std::optional<admin::audit_view> found(std::in_place);
    try {
        const auto go_on = [this](std::string_view, std::size_t, std::size_t) {
            if (stopping_)
                throw std::runtime_error("the daemon stops");
        };
        // On one core: the others are for webhooks that arrive meanwhile.
        const ledger::verify_options options{.database = database_, .connections = 1, .progress = go_on};
        const auto totals = ledger::verify(options, [&](const ledger::discrepancy& each) {
            if (found->shown.size() < admin::max_discrepancies_shown)
                found->shown.push_back({.check = each.check,
                                        .user_id = each.user_id,
                                        .sequence = each.sequence,
                                        .payment_intent_id = each.payment_intent_id,
                                        .event_id = each.event_id,
                                        .expected = each.expected,
                                        .found = each.found});
        });
        found->accounts = totals.accounts;
        found->transactions = totals.transactions;
        found->payments = totals.payments;
        found->events = totals.events;
        found->discrepancies = totals.discrepancies;
    } catch (const std::exception& error) {
        log::warn("verification failed", {{"error", error.what()}});
        found.reset();
    }
    running_ = false;
    done(found);
}

} // namespace tokenledger::daemon
