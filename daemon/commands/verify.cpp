// Lines on standard output; errors, and on a terminal the progress, on standard error.
#include "commands/verify.hpp"

#include "commands/exit_status.hpp"
#include "commands/progress_line.hpp"
#include "system/log.hpp"

#include "ledger/verify.hpp"

#include <iostream>

namespace tokenledger::daemon {

namespace {

// Like the lines of the log: ids are opaque, and a line stays a line.
void print(const ledger::discrepancy& what) {
    std::cout << log::format(what.check, {{"user", what.user_id},
                                          {"sequence", what.sequence},
                                          {"payment", what.payment_intent_id},
                                          {"event", what.event_id},
                                          {"expected", what.expected},
                                          {"found", what.found}})
              << '\n';
}

void print(const ledger::verify_totals& totals, std::int64_t limit) {
    if (totals.discrepancies > limit)
        std::cout << "... and " << totals.discrepancies - limit << " more\n";
    std::cout << totals.accounts << " accounts, " << totals.transactions << " transactions, "
              << totals.payments << " payments, " << totals.events << " events in "
              << std::chrono::duration_cast<std::chrono::milliseconds>(totals.elapsed).count() << " ms: ";
    if (totals.discrepancies == 0)
        std::cout << "no discrepancy\n";
    else
        std::cout << totals.discrepancies
                  << (totals.discrepancies == 1 ? " discrepancy\n" : " discrepancies\n");
}

} // namespace

int verify(const config& with, const verify_request& request) {
    const auto database = postgres_options_of(with, with.database.url);
    try {
        if (const int status = check_schema(database); status != exit_ok)
            return status;
        std::int64_t printed = 0;
        progress_line progress;
        const ledger::verify_options options{
            .database = database,
            .evidence = request.evidence,
            .progress = [&](std::string_view step, std::size_t number, std::size_t of) {
                progress.set("verify " + std::to_string(number) + "/" + std::to_string(of) + ": " +
                             std::string(step));
            }};
        const auto totals = ledger::verify(options, [&](const ledger::discrepancy& found) {
            if (printed == request.limit)
                return;
            ++printed;
            progress.clear();
            print(found);
        });
        progress.clear();
        print(totals, request.limit);
        std::cout.flush();
        if (!std::cout) { // a full disk under the report must not look like clean books
            log::error("cannot write the report");
            return exit_unavailable;
        }
        return totals.discrepancies == 0 ? exit_ok : exit_discrepancies;
    } catch (const std::exception& error) {
        log::error("cannot verify", {{"error", error.what()}});
        return exit_unavailable;
    }
}

} // namespace tokenledger::daemon
