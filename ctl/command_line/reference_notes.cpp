// Exit status, environment, files and examples of the manual page.
#include "command_line/reference_notes.hpp"

#include <array>
#include <span>

namespace tokenledger::ctl {

namespace {

struct entry {
    const char* name;
    const char* text;
};

constexpr std::array exit_status{
    entry{"0", "Done."},
    entry{"1",
          "Refused, and it will stay so: the reason is on standard error. Also: books that are not right, a "
          "daemon that is not ready, a model or event type that never was."},
    entry{"2", "No such command or option, or a value that cannot be one."},
    entry{"3",
          "The daemon, or the database behind it, cannot be reached. Sending the same again is safe, with "
          "the key of a write."}};

constexpr std::array environment{
    entry{"TOKENLEDGER_SOCKET", "The admin socket, unless --socket names one."},
    entry{"TOKENLEDGER_CONFIRM_ABOVE",
          "Above how many tokens a person is asked back, unless --confirm-above says "
          "it."},
    entry{"TOKENLEDGER_TIME_ZONE",
          "Whose days --from, --to and reports have, unless --time-zone names a zone."},
    entry{"NO_COLOR", "If it is set, there are no colours."},
    entry{"COLUMNS", "The width of tables at a terminal."},
    entry{"TERM", "No colours if it is dumb."},
    entry{"TZDIR", "Where the time zones are, if not in /usr/share/zoneinfo."}};

constexpr std::array files{
    entry{"/run/tokenledger/admin.sock", "The admin socket. Who may do what there is said by its mode and by "
                                         "permits in tokenledgerd.toml(5)."},
    entry{"/usr/share/zoneinfo", "The time zones that --time-zone knows (package tzdata)."}};

constexpr const char* examples =
    R"(# Give tokens; the key makes it safe to run again.
tokenledgerctl grant user_1 5000 --reason 'sorry for the outage' --key ticket-17

# Why has this customer the balance he has?
tokenledgerctl balance user_1
tokenledgerctl history user_1 --from -7d
tokenledgerctl payment pi_3Nxyz

# Work off the queue.
tokenledgerctl events --result parked
tokenledgerctl events show evt_1Nxyz
tokenledgerctl events retry evt_1Nxyz

# A month in the books of Berlin: sums, and every row for the accountant.
tokenledgerctl report --from 2026-11 --to 2026-11 --time-zone Europe/Berlin
tokenledgerctl export transactions --from 2026-11 --to 2026-11 --time-zone Europe/Berlin --output november.csv

# In a script: JSON, errors too.
tokenledgerctl --json balance user_1 | jq .balance
)";

std::string entries(std::span<const entry> all) {
    std::string out;
    for (const entry& each : all)
        out += ".TP\n.B " + roff(each.name) + "\n" + roff(each.text) + "\n";
    return out;
}

} // namespace

std::string manual_description() {
    return roff("Every write has an idempotency key, named on standard error before it is sent: the same "
                "command "
                "with --key KEY takes effect once, however often it is sent.\n") +
           ".PP\n" +
           roff("With --json the daemon's answer is on standard output as it is, and every line of standard "
                "error "
                "is a JSON object: of a write {\"idempotency_key\": ...} before it is sent, of a failure, "
                "last, one "
                "with type, title and, where there is more to say, detail. type is the daemon's, or usage, "
                "unreachable, unknown_value or failed. Where nobody knows whether a write was done, again is "
                "the "
                "command that is safe to run.\n") +
           ".PP\n" + roff("Times in tables are UTC.\n");
}

std::string manual_notes() {
    return ".SH EXIT STATUS\n" + entries(exit_status) + ".PP\n" +
           roff("When the reader of its output has gone (| head), it ends by SIGPIPE, without a word.\n") +
           ".SH ENVIRONMENT\n" + entries(environment) + ".SH FILES\n" + entries(files) +
           ".SH EXAMPLES\n.nf\n" + roff(examples) + ".fi\n";
}

std::string roff(const std::string& text) {
    std::string out;
    bool begins_line = true;
    for (const char each : text) {
        if (begins_line && (each == '.' || each == '\''))
            out += "\\&";
        if (each == '\\')
            out += "\\e";
        else if (each == '-')
            out += "\\-";
        else
            out += each;
        begins_line = each == '\n';
    }
    return out;
}

} // namespace tokenledger::ctl
