// The command line of tokenledgerd.
#include "application.hpp"
#include "base/time.hpp"
#include "commands/archive_usage.hpp"
#include "commands/rebuild.hpp"
#include "commands/rebuild_target.hpp"
#include "commands/redact_evidence.hpp"
#include "commands/retire_events.hpp"
#include "commands/verify.hpp"

#include "ledger/postgres.hpp"

#include <CLI/CLI.hpp>

#include <sys/prctl.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

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

// The memory holds signing secrets and payment data: no core file, and no access for other processes of the
// same user. A debugger that started this program has access anyway.
void close_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("TracerPid:") && line.find_first_of("123456789") != std::string::npos)
            return;
    }
    ::prctl(PR_SET_DUMPABLE, 0);
}

std::optional<std::int64_t> parse_moment(const std::string& text) {
    return tokenledger::base::parse_time(text, tokenledger::base::time_form::command_line);
}

// The command that the command line selects. Its default is `serve`.
struct chosen_command {
    std::function<int(daemon_ns::config with, const daemon_ns::config_source& source)> run =
        [](daemon_ns::config with, const daemon_ns::config_source& source) {
            return daemon_ns::serve(std::move(with), source);
        };
    // A command for the schema's owner, who cannot read the secrets and need not.
    bool of_owner = false;
};

template <class Request>
using run_fn = int (*)(const daemon_ns::config& with, const Request& request);

// The options of `to` fill `request`; `run` gets it if the command line names `to`.
template <class Request>
void choose(CLI::App& to, chosen_command& chosen, std::shared_ptr<Request> request, run_fn<Request> run) {
    to.callback([&chosen, request = std::move(request), run] {
        chosen = {.run = [request, run](const daemon_ns::config& with,
                                        const daemon_ns::config_source&) { return run(with, *request); },
                  .of_owner = true};
    });
}

void add_before(CLI::App& to, std::int64_t& before_us) {
    to.add_option_function<std::string>(
          "--before", [&before_us](const std::string& text) { before_us = parse_moment(text).value(); },
          "A date or a time of ISO 8601, UTC: 2026-01-31 or 2026-01-31T12:00:00Z")
        ->required()
        ->check([](const std::string& text) {
            return parse_moment(text) ? std::string() : "no date or time of ISO 8601: " + text;
        });
}

void add_limit(CLI::App& to, std::int64_t& limit, const std::string& of) {
    to.add_option("--limit", limit, of + " to print; the rest are only counted")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
}

// No error: systemd makes the directory of a socket that it hands over.
void note_missing_directories(const daemon_ns::config& with) {
    for (const auto& listener : with.admin.listeners) {
        const auto directory = std::filesystem::path(listener.file.path).parent_path();
        std::error_code unknown;
        if (!std::filesystem::exists(directory, unknown))
            std::cout << "note: " << directory.string()
                      << " does not exist; the daemon needs it for the socket " << listener.file.path
                      << ", unless systemd hands that over\n";
    }
}

void add_check_config(CLI::App& cli, chosen_command& chosen) {
    auto* check =
        cli.add_subcommand("check-config", "Print every error of the configuration; exit 78 if any");
    check->callback([&chosen] {
        chosen.run = [](const daemon_ns::config& with, const daemon_ns::config_source& source) {
            std::cout << source.file.string() << ": the configuration is good\n";
            note_missing_directories(with);
            return daemon_ns::exit_ok;
        };
    });
}

void add_migrate(CLI::App& cli, chosen_command& chosen) {
    auto* migrate = cli.add_subcommand("migrate", "Bring the database's schema up to date");
    migrate->callback([&chosen] {
        chosen = {.run = [](const daemon_ns::config& with,
                            const daemon_ns::config_source&) { return daemon_ns::migrate(with); },
                  .of_owner = true};
    });
}

void add_verify(CLI::App& cli, chosen_command& chosen) {
    auto request = std::make_shared<daemon_ns::verify_request>();
    auto* verify = cli.add_subcommand(
        "verify",
        "Check every balance, chain and payment, also under live traffic: exit 0 if clean, 1 if a"
        " discrepancy was found, 69 if the database cannot be reached, 78 on a bad configuration or schema");
    verify->add_flag("--evidence", request->evidence, "Also unpack the stored bytes of every event");
    add_limit(*verify, request->limit, "Discrepancies");
    choose(*verify, chosen, std::move(request), &daemon_ns::verify);
}

struct rebuild_choice {
    daemon_ns::rebuild_target target{};
    daemon_ns::rebuild_request request{};
};

int rebuild(const daemon_ns::config& with, const rebuild_choice& asked) {
    daemon_ns::rebuild_target target = asked.target;
    target.environment = environment(daemon_ns::rebuild_url_variable);
    const auto into = daemon_ns::rebuild_url_of(target);
    if (!into.problem.empty()) {
        std::cerr << into.problem << '\n';
        return exit_usage;
    }
    daemon_ns::rebuild_request request = asked.request;
    request.into = into.url;
    return daemon_ns::rebuild(with, request);
}

void add_rebuild(CLI::App& cli, chosen_command& chosen) {
    auto asked = std::make_shared<rebuild_choice>();
    auto* sub = cli.add_subcommand(
        "rebuild",
        "Rebuild the ledger from its events and requests in another database and compare: exit 0 if"
        " there is no difference, 1 if there is, 69 if a database cannot be reached, 78 as for verify");
    sub->add_option("--into", asked->target.url,
                    "URL, without a password, of an empty database with the schema");
    sub->add_option("--into-file", asked->target.file,
                    "File that contains only that URL; or set TOKENLEDGER_REBUILD_URL");
    sub->add_flag("--translate", asked->request.translate,
                  "Translate every event again with the current catalogue, and compare balances");
    add_limit(*sub, asked->request.limit, "Differences");
    choose(*sub, chosen, std::move(asked), &rebuild);
}

void add_retention(CLI::App& cli, chosen_command& chosen) {
    auto archive = std::make_shared<daemon_ns::archive_usage_request>();
    auto* sub = cli.add_subcommand(
        "archive-usage", "Move operations older than DATE from the database to FILE, as JSON Lines");
    add_before(*sub, archive->before_us);
    sub->add_option("--to", archive->file, "The file to write; compressed if it ends in .zst")->required();
    choose(*sub, chosen, std::move(archive), &daemon_ns::archive_usage);

    auto redact = std::make_shared<daemon_ns::redact_evidence_request>();
    sub = cli.add_subcommand(
        "redact-evidence",
        "Replace the bytes of events received before DATE by their hash; parked and waiting events"
        " keep theirs");
    add_before(*sub, redact->before_us);
    sub->add_flag("--yes,-y", redact->yes, "Do not ask for confirmation");
    choose(*sub, chosen, std::move(redact), &daemon_ns::redact_evidence);

    auto retire = std::make_shared<daemon_ns::retire_events_request>();
    sub = cli.add_subcommand("retire-ignored-events",
                             "Delete ignored events received before DATE that affect no payment");
    add_before(*sub, retire->before_us);
    sub->add_flag("--dry-run", retire->dry_run, "Print only how many");
    sub->add_flag("--yes", retire->yes, "Do not ask for confirmation");
    choose(*sub, chosen, std::move(retire), &daemon_ns::retire_ignored_events);
}

// Prints the errors of the configuration; nullopt if there are any.
std::optional<daemon_ns::config> load(const daemon_ns::config_source& source, bool of_owner) {
    const auto secrets = of_owner ? daemon_ns::secret_files::left_alone : daemon_ns::secret_files::read;
    auto read = daemon_ns::load_config(source.file, source.credentials_directory, secrets);
    if (const auto* errors = std::get_if<std::vector<daemon_ns::config_error>>(&read)) {
        for (const auto& each : *errors)
            std::cerr << daemon_ns::to_string(each) << '\n';
        return std::nullopt;
    }
    auto& config = std::get<daemon_ns::config>(read);
    for (const std::string* url : {&config.database.url, &config.database.migrate_url}) {
        if (!url->empty() && !tokenledger::ledger::is_readable_url(*url)) {
            std::cerr << source.file.string()
                      << ": a database url cannot be read: it must be a libpq URI or keyword string\n";
            return std::nullopt;
        }
    }
    return std::move(config);
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
    chosen_command chosen;
    cli.add_subcommand("serve", "Serve the webhook until SIGTERM (this is the default)");
    add_migrate(cli, chosen);
    add_check_config(cli, chosen);
    add_verify(cli, chosen);
    add_rebuild(cli, chosen);
    add_retention(cli, chosen);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? daemon_ns::exit_ok : exit_usage;
    }

    std::signal(SIGPIPE, SIG_IGN); // a closed connection is an error code, not the end of the daemon
    const auto source = source_of(file);
    auto config = load(source, chosen.of_owner);
    return config ? chosen.run(std::move(*config), source) : daemon_ns::exit_config;
}
