// The number of events goes to standard output, errors to standard error.
#include "commands/redact_evidence.hpp"

#include "commands/confirmation.hpp"
#include "commands/database.hpp"
#include "commands/exit_status.hpp"
#include "system/log.hpp"

#include "ledger/redact.hpp"

#include <iostream>
#include <string>

namespace tokenledger::daemon {

namespace {

std::string plan_of(const ledger::redact_preview& what) {
    return std::to_string(what.events) + (what.events == 1 ? " event" : " events") + ", received from " +
           what.first_received + " to " + what.last_received +
           ", will have a hash where their bytes and their signature header are now. This cannot be undone.";
}

} // namespace

int redact_evidence(const config& with, const redact_evidence_request& request) {
    const ledger::postgres_options database = owner_database(with);
    std::int64_t redacted = 0;
    try {
        if (const int status = check_schema(database); status != exit_ok)
            return status;
        const ledger::redact_request asked{.database = database,
                                           .before_us = request.before_us,
                                           .progress = [&](std::int64_t so_far) { redacted = so_far; }};
        if (const auto found = ledger::preview_redaction(asked);
            found.events > 0 && !confirmed(plan_of(found), request.yes))
            return exit_failure;
        const auto totals = ledger::redact_evidence(asked);
        std::cout << totals.redacted << " events redacted\n";
        if (totals.damaged == 0)
            return exit_ok;
        log::error("evidence that does not unpack was left as it is: see verify --evidence",
                   {{"events", totals.damaged}});
        return exit_failure;
    } catch (const ledger::redact_refused& error) {
        log::error("cannot redact", {{"error", error.what()}});
        return exit_failure;
    } catch (const std::exception& error) {
        log::error("cannot redact any more", {{"redacted", redacted}, {"error", error.what()}});
        return exit_unavailable;
    }
}

} // namespace tokenledger::daemon
