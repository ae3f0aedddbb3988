// daemon/man/tokenledgerd.toml.5, from the table of settings, in the man macros.
#include "config/config.hpp"

#include "config/setting_text.hpp"

#include <string>
#include <string_view>

namespace tokenledger::daemon {
namespace {

constexpr std::string_view introduction = R"(.\" Printed by configuration_reference; do not edit.
.TH TOKENLEDGERD.TOML 5 "" tokenledger
.SH NAME
tokenledgerd.toml \- configuration of tokenledgerd
.SH SYNOPSIS
.I /etc/tokenledger/tokenledgerd.toml
.SH DESCRIPTION
One TOML file. An unknown key is an error; numbers are integers.
.B tokenledgerd check\-config
prints every error at once, each with file and line, and exits 78 if there is one.
.PP
.B systemctl reload tokenledgerd
(SIGHUP) takes over the settings marked reload; those marked restart keep their old values until
.BR "systemctl restart tokenledgerd" ,
and log and status line name those that have changed.
A file with an error in it changes nothing. Relative names of secrets are looked up in
.BR $CREDENTIALS_DIRECTORY ;
what lies there changes with a restart only.
.SH SETTINGS
)";

constexpr std::string_view ending = R"(.SH EXAMPLE
The package has one beside its documentation, tokenledgerd.toml.example.
.SH SEE ALSO
.BR tokenledgerd (8),
.BR tokenledgerctl (1)
)";

// Converts Markdown to troff: no mark-up, no line that is a request, and a minus stays a minus.
std::string roff(std::string_view text) {
    std::string made;
    bool begins_line = true;
    for (const char each : text) {
        if (each == '`')
            continue;
        if (begins_line && (each == '.' || each == '\''))
            made += "\\&";
        begins_line = each == '\n';
        if (each == '\\') {
            made += "\\e";
        } else if (each == '-') {
            made += "\\-";
        } else {
            made += each;
        }
    }
    return made;
}

std::string entry_of(const setting& row) {
    const setting_text text = text_of(row);
    const bool is_required = row.needed == presence::required;
    std::string made = ".TP\n.B " + roff(row.key) + "\n" + roff(row.description) + "\n.br\n";
    made += roff(text.type + "; " + text.constraint) + ";\n";
    made += (is_required ? "" : "default ") + roff(text.fallback) + ";\n";
    return made + (row.takes == change::reload ? "reload" : "restart") + ".\n";
}

} // namespace

std::string configuration_manual() {
    std::string made(introduction);
    for (const settings_table& table : settings_tables()) {
        made += ".SS " + roff(header_of(table)) + "\n" + roff(table.description) + "\n";
        for (const setting& row : settings()) {
            if (row.table == table.path)
                made += entry_of(row);
        }
    }
    return made + std::string(ending);
}

} // namespace tokenledger::daemon
