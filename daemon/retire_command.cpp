// How many, on standard output; the question, progress and what went wrong, on standard error.
#include "retire_command.hpp"

#include "application.hpp"
#include "log.hpp"
#include "owner_database.hpp"
#include "progress_line.hpp"

#include "ledger/retire.hpp"

#include <iostream>
#include <string>
#include <unistd.h>

namespace tokenledger::daemon {

namespace {

// Looks, or deletes.
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

bool is_agreed() {
    if (isatty(STDIN_FILENO) == 0) {
        std::cerr << "nothing was changed: with --yes it does not ask, and there is no terminal to ask at\n";
        return false;
    }
    std::cerr << "Delete them? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "yes")
        return true;
    std::cerr << "nothing was changed\n";
    return false;
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
            std::cout << count << " ignored events are that old, and nothing rests on them\n" << std::flush;
            if (request.dry_run || count == 0)
                return exit_ok;
            if (!is_agreed())
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
