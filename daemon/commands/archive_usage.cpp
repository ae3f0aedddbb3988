// The file is durable before the rows are gone: if this program is interrupted, they are in at least one of
// the two places.
#include "commands/archive_usage.hpp"

#include "commands/database.hpp"
#include "commands/durable_file.hpp"
#include "commands/exit_status.hpp"
#include "system/log.hpp"

#include "ledger/archive.hpp"

#include <iostream>
#include <optional>

namespace tokenledger::daemon {

namespace {

// A file of that name may come from an archive that was interrupted before its rows were deleted.
int refuse_to_overwrite(const ledger::postgres_options& database, const std::filesystem::path& file) {
    const bool archived = ledger::is_archived(database, sha256_of_file(file));
    log::error(
        "cannot archive",
        {{"file", file.string()},
         {"error", archived ? "the file is there: it is an archive, and its rows are in it alone"
                            : "the file is there, and it is no archive of this database: if an archive was"
                              " interrupted, remove it and run the command again"}});
    return exit_failure;
}

int archive(const ledger::postgres_options& database, const archive_usage_request& request) {
    // Opened with the first row: without rows there is no file.
    std::optional<durable_file> file;
    try {
        const auto totals = ledger::archive_usage({.database = database,
                                                   .before_us = request.before_us,
                                                   .write =
                                                       [&](std::string_view line) {
                                                           if (!file)
                                                               file.emplace(request.file);
                                                           file->write(line);
                                                       },
                                                   .finish = [&] { return file->finish(); }});
        if (totals.usages == 0)
            std::cout << "no operation is that old: no file was written\n";
        else
            std::cout << request.file.string() << ": " << totals.usages << " operations, "
                      << totals.charged_usages << " of them charged " << totals.charged_tokens << " tokens\n";
        return exit_ok;
    } catch (const ledger::store_error& error) {
        if (error.failure() == ledger::store_failure::in_doubt) {
            log::error(
                "whether the operations were archived is not known: the file stays; run verify, and this"
                " command again",
                {{"file", request.file.string()}, {"error", error.what()}});
            return exit_unavailable;
        }
        if (file)
            file->remove();
        throw;
    } catch (...) {
        if (file)
            file->remove();
        throw;
    }
}

} // namespace

int archive_usage(const config& with, const archive_usage_request& request) {
    const ledger::postgres_options database = owner_database(with);
    try {
        if (const int status = check_schema(database); status != exit_ok)
            return status;
        std::error_code unreadable;
        if (std::filesystem::exists(request.file, unreadable))
            return refuse_to_overwrite(database, request.file);
        return archive(database, request);
    } catch (const ledger::archive_refused& error) {
        log::error("cannot archive", {{"error", error.what()}});
        return exit_failure;
    } catch (const file_error& error) {
        log::error("cannot archive", {{"error", error.what()}});
        return exit_failure;
    } catch (const std::exception& error) {
        log::error("cannot archive", {{"error", error.what()}});
        return exit_unavailable;
    }
}

} // namespace tokenledger::daemon
