// tokenledgerctl(1), in the man macros.
#include "command_line/reference.hpp"
#include "command_line/reference_notes.hpp"

namespace tokenledger::ctl {

namespace {

std::string synopsis(const command_text& command) {
    std::string out = command.name;
    for (const option_text& each : command.options) {
        if (each.positional)
            out += each.required ? " " + each.name : " [" + each.name + "]";
        else if (each.required)
            out += " " + each.name + " VALUE";
    }
    return out;
}

std::string option_entry(const option_text& option) {
    std::string names = option.name;
    if (const std::size_t comma = names.find(','); comma != std::string::npos)
        names.insert(comma + 1, " ");
    std::string help = option.help;
    if (!option.choices.empty() && !option.open && !option.positional &&
        help.find(option.choices.front()) == std::string::npos) {
        help += ":";
        for (const std::string& each : option.choices)
            help += " " + each;
    }
    return ".TP\n.B " + roff(names) + (option.takes_value && !option.positional ? " VALUE" : "") + "\n" +
           roff(help) + ".\n";
}

std::string examples(const std::string& footer) {
    const std::size_t begin = footer.find('\n');
    return ".PP\n.nf\n" + roff(footer.substr(begin + 1)) + "\n.fi\n";
}

bool is_common(const option_text& option) {
    return option.name == "--socket" || option.name == "--json" || option.name == "--timeout" ||
           option.name.find("--help") != std::string::npos;
}

} // namespace

std::string manual_page() {
    const auto commands = command_texts();
    std::string out = ".\\\" Printed by ctl_reference; do not edit.\n.TH TOKENLEDGERCTL 1 \"\" tokenledger\n"
                      ".SH NAME\ntokenledgerctl \\- look into a token ledger and change it\n"
                      ".SH SYNOPSIS\n.B tokenledgerctl\n[\\fIoptions\\fR] \\fIcommand\\fR "
                      "[\\fIarguments\\fR] [\\fIoptions\\fR]\n"
                      ".SH DESCRIPTION\n" +
                      roff(commands.front().help) + "\n.PP\n" + manual_description() +
                      ".SH OPTIONS OF EVERY COMMAND\nThey stand before the command or after it.\n";
    for (const option_text& each : commands.at(1).options) {
        if (is_common(each))
            out += option_entry(each);
    }
    out += ".SH COMMANDS\n";
    for (const command_text& each : commands) {
        if (each.name.empty())
            continue;
        out += ".SS " + roff(synopsis(each)) + "\n" + roff(each.help) + ".\n";
        for (const option_text& option : each.options) {
            if (!is_common(option))
                out += option_entry(option);
        }
        out += examples(each.footer);
    }
    return out + manual_notes() + ".SH SEE ALSO\n.BR tokenledgerd (8),\n.BR tokenledgerd.toml (5)\n";
}

} // namespace tokenledger::ctl
