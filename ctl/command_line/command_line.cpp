// Options that every command has, parsing, and running the chosen command.
#include "command_line/command_line.hpp"
#include "run.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace tokenledger::ctl {

namespace {

constexpr const char* about = "Reads and changes a token ledger through the admin socket of tokenledgerd.";
constexpr const char* exit_codes =
    "Exit codes: 0 done, 1 refused (the reason is on standard error), 2 usage, 3 the daemon or its\n"
    "database cannot be reached. Every write has a key, printed on standard error: the same command\n"
    "with --key KEY takes effect once, however often it is sent.\n"
    "Environment: TOKENLEDGER_SOCKET, TOKENLEDGER_CONFIRM_ABOVE, TOKENLEDGER_TIME_ZONE, NO_COLOR, COLUMNS.\n"
    "\"tokenledgerctl COMMAND --help\" has the options and examples of a command.";

// The program and each command have these options, so they may stand before or after the command.
void add_common(CLI::App& to, common_options& common) {
    to.add_option("--socket", common.socket, "Path of the admin socket")->capture_default_str();
    to.add_flag("--json", common.json,
                "Print the daemon's JSON unchanged, for programs; errors are JSON too");
    add_number(to, "--timeout", common.timeout_s, 1, "Seconds to wait for the daemon");
}

bool asks_for_json(const std::vector<std::string>& words) {
    const auto end = std::find(words.begin(), words.end(), "--");
    return std::find(words.begin(), end, "--json") != end;
}

// Prints help or the version if requested; otherwise the usage error.
int not_parsed(context& in, const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
        return app.exit(error);
    in.common.json = in.common.json || asks_for_json(in.words);
    std::string program = "tokenledgerctl";
    for (const CLI::App* each = &app; !each->get_subcommands().empty();) {
        each = each->get_subcommands().front();
        program += " " + each->get_name();
    }
    complain(in, complaint{.type = "usage",
                           .title = usage_fault(app, error),
                           .detail = "\"" + program + " --help\" has all of them, with examples."});
    return exit_usage;
}

// `number`: an integer, or an optional one.
template <class Number>
CLI::Option* add_number_to(CLI::App& to, const std::string& name, Number& number, std::int64_t least,
                           const std::string& help) {
    const auto take = [&number](const CLI::results_t& words) {
        if (const auto told = whole_number(words.at(0)))
            number = *told;
        return true;
    };
    return to.add_option(name, take, help)->type_name("N")->check([least](const std::string& text) {
        const auto value = whole_number(text);
        return value && *value >= least ? std::string()
                                        : "not a whole number from " + std::to_string(least) + " on: " + text;
    });
}

int run_in(context& in, int argc, char** argv) {
    CLI::App app;
    command chosen;
    command_line line{.app = app, .common = in.common, .chosen = chosen};
    describe(line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return not_parsed(in, app, error);
    }
    return chosen(in);
}

} // namespace

std::string environment_or(const char* name, const std::string& otherwise) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): one thread
    return value != nullptr && *value != '\0' ? value : otherwise;
}

CLI::App* command_line::add(const std::string& name, const std::string& description,
                            const std::string& examples, command action, CLI::App* within) {
    auto* made = (within != nullptr ? within : &app)->add_subcommand(name, description);
    add_common(*made, common);
    made->footer("Examples:\n" + examples);
    if (action)
        made->callback([&target = chosen, action = std::move(action)] {
            if (!target) // the callback of an inner command ran first
                target = action;
        });
    return made;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end && text.front() != '-' ? std::optional(number) : std::nullopt;
}

CLI::Option* add_number(CLI::App& to, const std::string& name, std::int64_t& number, std::int64_t least,
                        const std::string& help) {
    return add_number_to(to, name, number, least, help);
}

CLI::Option* add_number(CLI::App& to, const std::string& name, std::optional<std::int64_t>& number,
                        std::int64_t least, const std::string& help) {
    return add_number_to(to, name, number, least, help);
}

void add_key(CLI::App& to, std::string& key, const std::string& help) {
    to.add_option("--key", key, help)->check([](const std::string& text) {
        for (const char each : text) {
            if (static_cast<unsigned char>(each) < 0x20 || each == 0x7F)
                return std::string("a key has no control characters");
        }
        return text.empty() || text.size() > 255 ? std::string("a key has 1 to 255 bytes") : std::string();
    });
}

void describe(command_line& line) {
    line.app.description(about);
    line.app.name("tokenledgerctl");
    line.app.set_version_flag("--version", "tokenledgerctl " TOKENLEDGER_VERSION);
    line.app.require_subcommand(1);
    add_common(line.app, line.common);
    line.app.footer(exit_codes);
    add_writes(line);
    add_usage_writes(line);
    add_hold_writes(line);
    add_reads(line);
    add_events(line);
    add_operations(line);
}

int run(int argc, char** argv) {
    // If the reader of standard output is gone, the program ends quietly, even if the parent ignored the
    // signal. Sockets do not raise it.
    std::signal(SIGPIPE, SIG_DFL);
    context in;
    in.words.assign(argv, argv + argc);
    in.common.socket = environment_or("TOKENLEDGER_SOCKET", default_socket);
    in.at = this_terminal();
    int code = exit_refused;
    try {
        code = run_in(in, argc, argv);
    } catch (const std::exception& error) {
        in.common.json = in.common.json || asks_for_json(in.words);
        complain(in, error.what());
    }
    std::cout.flush();
    if (!std::cout) {
        complain(in, "standard output cannot be written");
        return exit_refused;
    }
    return code;
}

} // namespace tokenledger::ctl
