// Walks CLI11's description; completions for bash and zsh.
#include "reference.hpp"

#include "command_line.hpp"

#include <algorithm>

namespace tokenledger::ctl {

namespace {

// The values that CLI::IsMember tells of in the type's name: "TEXT:{csv,jsonl}".
std::vector<std::string> choices_in(const std::string& type) {
    std::vector<std::string> found;
    const std::size_t begin = type.find('{');
    const std::size_t end = type.find('}');
    if (begin == std::string::npos || end == std::string::npos)
        return found;
    for (std::size_t at = begin + 1; at < end;) {
        const std::size_t comma = std::min(type.find(',', at), end);
        found.push_back(type.substr(at, comma - at));
        at = comma + 1;
    }
    return found;
}

void collect(const CLI::App& app, const std::string& path, std::vector<command_text>& into) {
    command_text text{.name = path, .help = app.get_description(), .footer = app.get_footer()};
    for (const CLI::Option* each : app.get_options([](const CLI::Option*) { return true; }))
        text.options.push_back({.name = each->get_name(each->get_positional(), !each->get_positional()),
                                .help = each->get_description(),
                                .choices = choices_in(each->get_type_name()),
                                .positional = each->get_positional(),
                                .required = each->get_required(),
                                .takes_value = each->get_items_expected_max() > 0});
    const auto within = app.get_subcommands([](const CLI::App*) { return true; });
    for (const CLI::App* each : within)
        text.commands.push_back(each->get_name());
    into.push_back(std::move(text));
    for (const CLI::App* each : within)
        collect(*each, path.empty() ? each->get_name() : path + " " + each->get_name(), into);
}

// "-y,--yes" as its names.
std::vector<std::string> names_of(const option_text& option) {
    std::vector<std::string> found;
    for (std::size_t at = 0; at < option.name.size();) {
        const std::size_t comma = std::min(option.name.find(',', at), option.name.size());
        found.push_back(option.name.substr(at, comma - at));
        at = comma + 1;
    }
    return found;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& each : words)
        out += (out.empty() ? "" : " ") + each;
    return out;
}

// The same in lines of a script; white space of any kind parts the words.
std::string wrapped(const std::vector<std::string>& words) {
    constexpr std::size_t columns = 90;
    std::string out;
    std::size_t begin = 0;
    for (const std::string& each : words) {
        const bool full = out.size() - begin + each.size() > columns;
        out += out.empty() ? "" : full ? "\n            " : " ";
        if (full)
            begin = out.size();
        out += each;
    }
    return out;
}

bool takes_file(const option_text& option) {
    return option.name == "--socket" || option.name == "--output" || option.name == "--secret-file" ||
           option.name == "file";
}

std::vector<std::string> words_after(const command_text& command) {
    std::vector<std::string> words = command.commands;
    for (const option_text& each : command.options) {
        const auto more = each.positional ? each.choices : names_of(each);
        words.insert(words.end(), more.begin(), more.end());
    }
    return words;
}

// For zsh's _arguments, inside single quotes.
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

std::string zsh_argument(const option_text& option, int& place) {
    const std::string value = takes_file(option)       ? "_files"
                              : option.choices.empty() ? ""
                                                       : "(" + joined(option.choices) + ")";
    if (option.positional)
        return " \\\n            '" + std::to_string(++place) + ":" + zsh_text(option.name) + ":" + value +
               "'";
    std::string out;
    for (const std::string& name : names_of(option))
        out += " \\\n            '" + name + "[" + zsh_text(option.help) + "]" +
               (option.takes_value ? ":value:" + value : "") + "'";
    return out;
}

constexpr const char* bash_begin =
    R"(# Completion of tokenledgerctl for bash. Printed by ctl_reference; do not edit.
_tokenledgerctl() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path='' words='' word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$path/$word" in
)";
constexpr const char* bash_middle = R"(        esac
    done
    COMPREPLY=()
    case "$before" in
)";
constexpr const char* bash_end = R"(    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _tokenledgerctl tokenledgerctl
)";

} // namespace

std::vector<command_text> command_texts() {
    CLI::App app;
    common_options common;
    command chosen;
    command_line line{.app = app, .common = common, .chosen = chosen};
    describe(line);
    std::vector<command_text> found;
    collect(app, "", found);
    return found;
}

std::string bash_completion() {
    const auto commands = command_texts();
    std::string out = bash_begin;
    std::string by_value;
    std::vector<std::string> seen;
    for (const command_text& each : commands) {
        for (const std::string& name : each.commands)
            out += "        '" + each.name + "/" + name + "') path='" +
                   (each.name.empty() ? name : each.name + " " + name) + "' ;;\n";
        for (const option_text& option : each.options) {
            if (option.positional || !option.takes_value || option.choices.empty() ||
                std::find(seen.begin(), seen.end(), option.name) != seen.end())
                continue;
            seen.push_back(option.name);
            by_value += "    " + option.name + ") words='" + joined(option.choices) + "' ;;\n";
        }
    }
    out +=
        bash_middle + by_value + "    --socket | --output | --secret-file) return ;; # files, by default\n";
    out += "    *)\n        case \"$path\" in\n";
    for (const command_text& each : commands)
        out += "        '" + each.name + "') words='" + wrapped(words_after(each)) + "' ;;\n";
    return out + "        esac\n        ;;\n" + bash_end;
}

std::string zsh_completion() {
    const auto commands = command_texts();
    std::string out =
        "#compdef tokenledgerctl\n# Completion of tokenledgerctl for zsh. Printed by ctl_reference; do "
        "not edit.\n_tokenledgerctl() {\n    local context state line name=$words[2]\n"
        "    [[ $name == events && $words[3] != -* ]] && (( CURRENT > 3 )) && name=\"events $words[3]\"\n"
        "    if (( CURRENT == 2 )); then\n        local -a commands=(";
    for (const std::string& each : commands.front().commands) {
        const auto found = std::find_if(commands.begin(), commands.end(),
                                        [&](const command_text& one) { return one.name == each; });
        out += "\n            '" + each + ":" + zsh_text(found->help) + "'";
    }
    out += "\n            --help --version)\n        _describe command commands\n        return\n    fi\n"
           "    shift words\n    (( CURRENT-- ))\n"
           "    if [[ $name == events\\ * ]]; then\n        shift words\n        (( CURRENT-- ))\n    fi\n"
           "    case $name in\n";
    for (const command_text& each : commands) {
        if (each.name.empty())
            continue;
        out += "    '" + each.name + "')\n        _arguments";
        int place = 0;
        for (const option_text& option : each.options)
            out += zsh_argument(option, place);
        if (!each.commands.empty())
            out += " \\\n            '1:command:(" + joined(each.commands) + ")'";
        out += "\n        ;;\n";
    }
    return out + "    esac\n}\n_tokenledgerctl \"$@\"\n";
}

} // namespace tokenledger::ctl
