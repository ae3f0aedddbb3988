// A command line that cannot be used: what was probably meant.
#include "command_line/command_line.hpp"
#include "command_line/unknown_word.hpp"
#include "screen/text.hpp"

#include <optional>

namespace tokenledger::ctl {

namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> found;
    for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
        found.push_back(each->get_name());
    return found;
}

std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> found;
    for (const CLI::Option* each : app.get_options([](const CLI::Option*) { return true; })) {
        for (const std::string& name : each->get_lnames())
            found.push_back("--" + name);
    }
    return found;
}

// The first word that the command could not place, if it looks like an option or a command.
std::optional<std::string> fault_within(const CLI::App& app) {
    const std::string of = app.get_parent() == nullptr ? "" : " of " + app.get_name();
    const auto commands = commands_of(app);
    for (const std::string& word : app.remaining()) {
        if (word.starts_with("--"))
            return unknown_word(word.substr(0, word.find('=')), "no option" + of, options_of(app));
        if (!commands.empty() && !word.starts_with('-'))
            return unknown_word(word, "no command" + of, commands);
    }
    return std::nullopt;
}

} // namespace

std::string usage_fault(const CLI::App& app, const CLI::ParseError& error) {
    // CLI11 asks for a command that is missing first, and then says nothing of the word that was to be one.
    for (const CLI::App* within = &app;;) {
        if (auto fault = fault_within(*within))
            return *fault;
        if (within->get_subcommands().empty())
            break;
        within = within->get_subcommands().front();
    }
    if (app.get_subcommands().empty() && app.remaining().empty() &&
        error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError))
        return "a command is missing. There are: " + listed(commands_of(app)) + ".";
    return visible(error.what());
}

} // namespace tokenledger::ctl
