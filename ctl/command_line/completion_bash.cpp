// Completion for bash: one function, made of tables.
#include "command_line/reference.hpp"

#include <algorithm>

namespace tokenledger::ctl {

namespace {

// Words in lines of a script. Within quotes white space of any kind parts them; between patterns a line goes
// on only after a backslash.
std::string wrapped(const std::vector<std::string>& words, const std::string& between) {
    constexpr std::size_t columns = 80;
    const std::string line_end = between.empty() ? "\n            " : " \\\n            ";
    std::string out;
    std::size_t begin = 0;
    for (const std::string& each : words) {
        const bool full = out.size() - begin + between.size() + each.size() > columns;
        out += out.empty() ? "" : between + (full ? line_end : " ");
        if (full)
            begin = out.size();
        out += each;
    }
    return out;
}

std::vector<std::string> words_after(const command_text& command) {
    std::vector<std::string> words = command.commands;
    for (const option_text& each : command.options) {
        const auto more = each.positional ? each.choices : names_of(each);
        words.insert(words.end(), more.begin(), more.end());
    }
    return words;
}

// Every option that takes a value, of whatever command: the word after it is no command.
std::vector<std::string> names_before_values(const std::vector<command_text>& commands) {
    std::vector<std::string> found;
    for (const command_text& command : commands) {
        for (const option_text& option : command.options) {
            if (option.positional || !option.takes_value)
                continue;
            for (const std::string& name : names_of(option)) {
                if (std::find(found.begin(), found.end(), name) == found.end())
                    found.push_back(name);
            }
        }
    }
    return found;
}

// What may stand after an option of the command: "    'grant --source') words='admin trial' ;;\n".
std::string values_after(const command_text& command, const option_text& option) {
    std::string out;
    for (const std::string& name : names_of(option)) {
        const std::string label = "    '" + command.name + " " + name + "') ";
        if (name == "--time-zone")
            out += label + "words=$(_tokenledgerctl_time_zones) ;;\n";
        else if (takes_file(option))
            out += label + "compopt -o default 2>/dev/null; return ;;\n";
        else if (!option.choices.empty())
            out += label + "words='" + wrapped(option.choices, "") + "' ;;\n";
    }
    return out;
}

constexpr const char* begin =
    R"(# Completion of tokenledgerctl for bash. Printed by ctl_reference; do not edit.
_tokenledgerctl_time_zones() {
    local kind first second rest
    while read -r kind first second rest; do
        case $kind in
        Z) echo "$first" ;;
        L) echo "$second" ;;
        esac
    done 2>/dev/null < /usr/share/zoneinfo/tzdata.zi
}

_tokenledgerctl() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path='' words='' is_value='' word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == = ]]; then
            is_value=yes
            continue
        elif [[ -n $is_value ]]; then
            is_value=''
            continue
        fi
        case "$word" in
)";
constexpr const char* after_options = R"()
            is_value=yes
            continue
            ;;
        esac
        case "$path/$word" in
)";
constexpr const char* after_commands = R"(        esac
    done
    COMPREPLY=()
    if [[ $current == = ]]; then
        current=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case "$path $before" in
)";
constexpr const char* after_values = R"(    *)
        [[ -z $is_value ]] || return # a text or a number of the caller's
        case "$path" in
)";
constexpr const char* end = R"(        esac
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _tokenledgerctl tokenledgerctl
)";

} // namespace

std::string bash_completion() {
    const auto commands = command_texts();
    std::string steps;
    std::string values;
    std::string words;
    for (const command_text& each : commands) {
        for (const std::string& name : each.commands)
            steps += "        '" + each.name + "/" + name + "') path='" +
                     (each.name.empty() ? name : each.name + " " + name) + "' ;;\n";
        for (const option_text& option : each.options) {
            if (!option.positional && option.takes_value)
                values += values_after(each, option);
        }
        const bool has_file =
            std::any_of(each.options.begin(), each.options.end(),
                        [](const option_text& option) { return option.positional && takes_file(option); });
        words += "        '" + each.name + "') words='" + wrapped(words_after(each), "") + "'" +
                 (has_file ? "\n            compopt -o default 2>/dev/null\n            ;;\n" : " ;;\n");
    }
    return begin + ("        " + wrapped(names_before_values(commands), " |")) + after_options + steps +
           after_commands + values + after_values + words + end;
}

} // namespace tokenledger::ctl
