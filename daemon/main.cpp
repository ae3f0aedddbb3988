// The command line of tokenledgerd.
#include "application.hpp"
#include "archive_command.hpp"
#include "rebuild_command.hpp"
#include "rebuild_target.hpp"
#include "redact_command.hpp"
#include "retire_command.hpp"
#include "utc_time.hpp"
#include "verify_command.hpp"

#include "ledger/postgres.hpp"

#include <CLI/CLI.hpp>

#include <sys/prctl.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

namespace {

namespace daemon_ns = tokenledger::daemon;

constexpr int exit_usage = 2;

std::string environment(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): one thread yet
    return value != nullptr ? value : "";
}

daemon_ns::config_source source_of(const std::string& file) {
    return {.file = file, .credentials_directory = environment("CREDENTIALS_DIRECTORY")};
}

// The memory holds signing secrets and what customers paid: no core file, and no look into it for another
// process of the same user. Who runs it under a debugger looks already.
void close_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("TracerPid:") && line.find_first_of("123456789") != std::string::npos)
            return;
    }
    ::prctl(PR_SET_DUMPABLE, 0);
}

void add_before(CLI::App& to, std::string& before) {
    to.add_option("--before", before, "A date or a time of ISO 8601, UTC: 2026-01-31 or 2026-01-31T12:00:00Z")
        ->required()
        ->check([](const std::string& text) {
            return daemon_ns::utc_microseconds(text) ? std::string() : "no date or time of ISO 8601: " + text;
        });
}

} // namespace

int main(int argc, char** argv) {
    close_memory();
    CLI::App cli("Receives Stripe webhooks and keeps a token ledger in PostgreSQL.", "tokenledgerd");
    cli.set_version_flag("--version", "tokenledgerd " TOKENLEDGER_VERSION);
    cli.fallthrough();
    cli.require_subcommand(0, 1);
    std::string file = "/etc/tokenledger/tokenledgerd.toml";
    cli.add_option("--config", file, "The configuration file")->capture_default_str();
    cli.add_subcommand("serve", "Serve the webhook until SIGTERM (this is the default)");
    const auto* migrate = cli.add_subcommand("migrate", "Bring the database's schema up to date");
    const auto* check =
        cli.add_subcommand("check-config", "Print every error of the configuration; exit 78 if any");
    daemon_ns::verify_request request;
    auto* verify = cli.add_subcommand(
        "verify", "Prove the books, beside live traffic: exit 0 if clean, 1 if a discrepancy was found,"
                  " 69 if the database cannot be asked, 78 on a bad configuration or schema");
    verify->add_flag("--evidence", request.evidence, "Unpack the evidence of every event too");
    verify->add_option("--limit", request.limit, "Discrepancies to print; the rest is counted")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    daemon_ns::rebuild_request remake;
    auto* rebuild = cli.add_subcommand(
        "rebuild", "Make the ledger again from its events and requests, and compare: exit 0 if there is no"
                   " difference, 1 if there is, 69 if a database cannot be asked, 78 as for verify");
    daemon_ns::rebuild_target target;
    rebuild->add_option("--into", target.url,
                        "URL of a database that was migrated and is empty; without a password");
    rebuild->add_option("--into-file", target.file,
                        "A file with that URL alone; or put it in TOKENLEDGER_REBUILD_URL");
    rebuild->add_flag("--translate", remake.translate,
                      "Translate every event anew, with today's catalogue, and compare balances");
    rebuild->add_option("--limit", remake.limit, "Differences to print; the rest is counted")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    std::string before;
    daemon_ns::archive_usage_request archive_request;
    auto* archive = cli.add_subcommand(
        "archive-usage", "Move operations older than DATE from the database to FILE, as JSON Lines");
    add_before(*archive, before);
    archive->add_option("--to", archive_request.file, "The file to write; compressed if it ends in .zst")
        ->required();
    auto* redact = cli.add_subcommand(
        "redact-evidence",
        "Leave a hash where the bytes of events received before DATE are; what is parked or waits"
        " keeps them");
    add_before(*redact, before);
    daemon_ns::redact_evidence_request redact_request;
    redact->add_flag("--yes,-y", redact_request.yes, "Do not ask first");
    daemon_ns::retire_events_request retire_request;
    auto* retire = cli.add_subcommand("retire-ignored-events",
                                      "Delete events received before DATE that were ignored and say nothing");
    add_before(*retire, before);
    retire->add_flag("--dry-run", retire_request.dry_run, "Only say how many");
    retire->add_flag("--yes", retire_request.yes, "Do not ask");
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? daemon_ns::exit_ok : exit_usage;
    }

    std::signal(SIGPIPE, SIG_IGN); // a closed connection is an error code, not the end of the daemon
    const auto source = source_of(file);
    // The commands of the schema's owner, whose user cannot read the secrets and need not.
    const bool of_owner = migrate->parsed() || verify->parsed() || rebuild->parsed() || archive->parsed() ||
                          redact->parsed() || retire->parsed();
    const auto secrets = of_owner ? daemon_ns::secret_files::left_alone : daemon_ns::secret_files::read;
    auto read = daemon_ns::load_config(source.file, source.credentials_directory, secrets);
    if (const auto* errors = std::get_if<std::vector<daemon_ns::config_error>>(&read)) {
        for (const auto& each : *errors)
            std::cerr << daemon_ns::to_string(each) << '\n';
        return daemon_ns::exit_config;
    }
    auto& config = std::get<daemon_ns::config>(read);
    for (const std::string* url : {&config.database.url, &config.database.migrate_url}) {
        if (!url->empty() && !tokenledger::ledger::is_readable_url(*url)) {
            std::cerr << file
                      << ": a database url cannot be read: it must be a libpq URI or keyword string\n";
            return daemon_ns::exit_config;
        }
    }
    if (check->parsed()) {
        std::cout << file << ": the configuration is good\n";
        return daemon_ns::exit_ok;
    }
    if (archive->parsed()) {
        archive_request.before_us = daemon_ns::utc_microseconds(before).value();
        return daemon_ns::archive_usage(config, archive_request);
    }
    if (redact->parsed()) {
        redact_request.before_us = daemon_ns::utc_microseconds(before).value();
        return daemon_ns::redact_evidence(config, redact_request);
    }
    if (retire->parsed()) {
        retire_request.before_us = daemon_ns::utc_microseconds(before).value();
        return daemon_ns::retire_ignored_events(config, retire_request);
    }
    if (verify->parsed())
        return daemon_ns::verify(config, request);
    if (rebuild->parsed()) {
        target.environment = environment(daemon_ns::rebuild_url_variable);
        const auto into = daemon_ns::rebuild_url_of(target);
        if (!into.problem.empty()) {
            std::cerr << into.problem << '\n';
            return exit_usage;
        }
        remake.into = into.url;
        return daemon_ns::rebuild(config, remake);
    }
    return migrate->parsed() ? daemon_ns::migrate(config) : daemon_ns::serve(std::move(config), source);
}
