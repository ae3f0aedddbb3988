// Completion for zsh: one call of _arguments for each command.
#include "command_line/reference.hpp"

#include <algorithm>

namespace tokenledger::ctl {

namespace {

// For _arguments, inside single quotes.
std::string zsh_text(const std::string& text) {
    std::string out;
    for (const char each : text) {
        if (each == '\'')
            out += "'\\''";
        else if (each == '[' || each == ']' || each == ':')
            out += std::string("\\") + each;
        else
            out += each;
    }
    return out;
}

std::string values_of(const option_text& option) {
    if (option.name == "--time-zone")
        return "_time_zone";
    if (takes_file(option))
        return "_files";
    return option.choices.empty() ? "" : "(" + joined(option.choices) + ")";
}

// "--name=" takes its value after "=" or as the next word.
std::string argument(const option_text& option, int& place, const std::string& indent) {
    if (option.positional)
        return " \\\n" + indent + "'" + std::to_string(++place) + ":" + zsh_text(option.name) + ":" +
               values_of(option) + "'";
    std::string out;
    for (const std::string& name : names_of(option))
        out += " \\\n" + indent + "'" + name + (option.takes_value ? "=" : "") + "[" + zsh_text(option.help) +
               "]" + (option.takes_value ? ":value:" + values_of(option) : "") + "'";
    return out;
}

std::string arguments(const command_text& command, const std::string& indent) {
    std::string out = indent + "_arguments" + (command.commands.empty() ? "" : " -C");
    int place = 0;
    for (const option_text& each : command.options)
        out += argument(each, place, indent + "    ");
    if (!command.commands.empty())
        out += " \\\n" + indent + "    '1:command:->command' \\\n" + indent + "    '*::argument:->argument'";
    return out + "\n";
}

const command_text& command_named(const std::vector<command_text>& commands, const std::string& name) {
    return *std::find_if(commands.begin(), commands.end(),
                         [&](const command_text& each) { return each.name == name; });
}

// Completes the command with this name and its subcommands; empty: the program.
std::string within(const std::vector<command_text>& commands, const std::string& name,
                   const std::string& indent) {
    const command_text& outer = command_named(commands, name);
    const std::string path = name.empty() ? "" : name + " ";
    std::string out = indent + "state=''\n" + arguments(outer, indent) + indent + "case $state in\n" +
                      indent + "command)\n" + indent + "    names=(";
    for (const std::string& each : outer.commands)
        out += "\n" + indent + "        '" + each + ":" +
               zsh_text(command_named(commands, path + each).help) + "'";
    out += ")\n" + indent + "    _describe command names\n" + indent + "    ;;\n" + indent + "argument)\n" +
           indent + "    case $line[1] in\n";
    for (const std::string& each : outer.commands) {
        const std::string inner_name = path + each;
        const command_text& inner = command_named(commands, inner_name);
        out += indent + "    '" + each + "') # " + inner.name + "\n";
        out += inner.commands.empty() ? arguments(inner, indent + "        ")
                                      : within(commands, inner.name, indent + "        ");
        out += indent + "        ;;\n";
    }
    return out + indent + "    esac\n" + indent + "    ;;\n" + indent + "esac\n";
}

} // namespace

std::string zsh_completion() {
    return "#compdef tokenledgerctl\n# Completion of tokenledgerctl for zsh. Printed by ctl_reference; do "
           "not "
           "edit.\n_tokenledgerctl() {\n    local curcontext=\"$curcontext\" context state state_descr\n"
           "    local -a line names\n    local -A opt_args\n" +
           within(command_texts(), "", "    ") + "}\n_tokenledgerctl \"$@\"\n";
}

} // namespace tokenledger::ctl
