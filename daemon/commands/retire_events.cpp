// The number of events goes to standard output; question, progress and errors to standard error.
#include "commands/retire_events.hpp"

#include "commands/confirmation.hpp"
#include "commands/database.hpp"
#include "commands/exit_status.hpp"
#include "commands/progress_line.hpp"
#include "system/log.hpp"

#include "ledger/retire.hpp"

#include <iostream>
#include <string>

namespace tokenledger::daemon {

namespace {

// Counts, or deletes.
std::int64_t go_through(const ledger::postgres_options& database, std::int64_t before_us, bool only_count,
                        std::int64_t& so_far) {
    progress_line line;
    return ledger::retire_ignored_events(
        {.database = database,
         .before_us = before_us,
         .only_count = only_count,
         .progress = [&](std::int64_t looked_at, std::int64_t retired) {
             so_far = only_count ? 0 : retired;
             line.set(std::to_string(looked_at) + " events looked at, " + std::to_string(retired) +
                      (only_count ? " of them would go" : " of them deleted"));
         }});
}

std::string plan_of(std::int64_t count) {
    return std::to_string(count) +
           " ignored events that are that old, and on which nothing rests, will be deleted. This cannot be "
           "undone.";
}

} // namespace

int retire_ignored_events(const config& with, const retire_events_request& request) {
    const ledger::postgres_options database = owner_database(with);
    std::int64_t retired = 0;
    try {
        if (const int status = check_schema(database); status != exit_ok)
            return status;
        if (!request.yes || request.dry_run) {
            const std::int64_t count = go_through(database, request.before_us, true, retired);
            if (request.dry_run || count == 0) {
                std::cout << count << " ignored events are that old, and nothing rests on them\n";
                return exit_ok;
            }
            if (!confirmed(plan_of(count), false))
                return exit_failure;
        }
        std::cout << go_through(database, request.before_us, false, retired) << " ignored events deleted\n";
        return exit_ok;
    } catch (const ledger::retire_refused& error) {
        log::error("cannot retire", {{"error", error.what()}});
        return exit_failure;
    } catch (const std::exception& error) {
        log::error("cannot retire any more", {{"deleted", retired}, {"error", error.what()}});
        return exit_unavailable;
    }
}

} // namespace tokenledger::daemon
