// How many, on standard output; what went wrong, on standard error.
#include "redact_command.hpp"

#include "application.hpp"
#include "log.hpp"
#include "owner_database.hpp"

#include "ledger/redact.hpp"

#include <iostream>

namespace tokenledger::daemon {

int redact_evidence(const config& with, std::int64_t before_us) {
    const ledger::postgres_options database = owner_database(with);
    std::int64_t redacted = 0;
    try {
        if (const int status = check_schema(database); status != exit_ok)
            return status;
        const auto totals = ledger::redact_evidence(
            {.database = database, .before_us = before_us, .progress = [&](std::int64_t so_far) {
                 redacted = so_far;
             }});
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
