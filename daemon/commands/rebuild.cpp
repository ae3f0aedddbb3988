// Lines on standard output; errors, and on a terminal the progress, on standard error.
#include "commands/rebuild.hpp"

#include "commands/exit_status.hpp"
#include "commands/progress_line.hpp"
#include "commands/verify.hpp"
#include "services/endpoints.hpp"
#include "system/log.hpp"

#include "ledger/rebuild.hpp"

#include <iostream>

namespace tokenledger::daemon {

namespace {

void print(const ledger::rebuild_difference& what) {
    std::cout << log::format("difference", {{"table", what.table},
                                            {"key", what.key},
                                            {"column", what.column},
                                            {"expected", what.expected},
                                            {"found", what.found}})
              << '\n';
}

void print(const ledger::rebuild_totals& totals, std::int64_t limit) {
    if (totals.differences > limit)
        std::cout << "... and " << totals.differences - limit << " more\n";
    std::cout << totals.events << " events and " << totals.requests << " requests replayed, "
              << totals.translated_anew << " of the events translated anew, " << totals.rows
              << " rows compared: ";
    if (totals.differences == 0)
        std::cout << "no difference\n";
    else
        std::cout << totals.differences << (totals.differences == 1 ? " difference\n" : " differences\n");
}

// Stored events were verified when they arrived: the secrets are not read.
ledger::translate_fn translator_of(const config& with) {
    return [translator = std::make_shared<event_translator>(with)](
               const ledger::stripe_event& stored) -> std::optional<ledger::stripe_command> {
        auto made = translator->translate(stored.endpoint, stored.signature_header, stored.body);
        if (auto* command = std::get_if<ledger::stripe_command>(&made))
            return std::move(*command);
        log::warn("not translated", {{"event", stored.id}, {"why", std::get<std::string>(made)}});
        return std::nullopt;
    };
}

} // namespace

int rebuild(const config& with, const rebuild_request& request) {
    try {
        const auto from = postgres_options_of(with, with.database.url);
        if (const int status = check_schema(from); status != exit_ok)
            return status;
        std::int64_t printed = 0;
        progress_line progress;
        const ledger::rebuild_options options{.from = from,
                                              .into = postgres_options_of(with, request.into),
                                              .translate = translator_of(with),
                                              .translate_all = request.translate,
                                              .max_batch = static_cast<std::size_t>(with.database.max_batch),
                                              .progress = [&](std::string_view step, std::int64_t done) {
                                                  progress.set("rebuild: " + std::string(step) + " " +
                                                               std::to_string(done));
                                              }};
        const auto totals = ledger::rebuild(options, [&](const ledger::rebuild_difference& each) {
            if (printed == request.limit)
                return;
            ++printed;
            progress.clear();
            print(each);
        });
        progress.clear();
        print(totals, request.limit);
        std::cout.flush();
        if (!std::cout) { // a full disk under the report must not look like equal ledgers
            log::error("cannot write the report");
            return exit_unavailable;
        }
        return totals.differences == 0 ? exit_ok : exit_discrepancies;
    } catch (const std::exception& error) {
        log::error("cannot rebuild", {{"error", error.what()}});
        return exit_unavailable;
    }
}

} // namespace tokenledger::daemon
