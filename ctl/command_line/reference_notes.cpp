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
    entry{
        "1",
        "Refused: the reason is on standard error, and the same command will be refused again. Also: verify "
        "found a difference, the daemon is not ready, no stored row has the model or event type."},
    entry{"2", "Unknown command or option, or a value of the wrong form."},
    entry{"3",
          "The daemon or its database cannot be reached. It is safe to send the same command again; send a "
          "write with the same key."}};

constexpr std::array environment{
    entry{"TOKENLEDGER_SOCKET", "The admin socket, unless --socket names one."},
    entry{"TOKENLEDGER_CONFIRM_ABOVE",
          "The number of tokens above which a person must confirm, unless --confirm-above is given."},
    entry{"TOKENLEDGER_TIME_ZONE",
          "The time zone of the days in --from, --to, --expires and reports, unless --time-zone is given."},
    entry{"NO_COLOR", "If set, output has no colours."},
    entry{"COLUMNS", "The width of tables at a terminal."},
    entry{"TERM", "If it is dumb, output has no colours."},
    entry{"TZDIR", "The directory of time zones, if not /usr/share/zoneinfo."}};

constexpr std::array files{
    entry{"/run/tokenledger/admin.sock", "The admin socket. Its mode and the setting permits in "
                                         "tokenledgerd.toml(5) decide who may do what."},
    entry{"/usr/share/zoneinfo", "The time zones that --time-zone knows (package tzdata)."}};

constexpr const char* examples =
    R"(# Give tokens; the key makes it safe to run again.
tokenledgerctl grant user_1 5000 --reason 'sorry for the outage' --key ticket-17

# Why has this customer the balance he has?
tokenledgerctl balance user_1
tokenledgerctl history user_1 --from -7d
tokenledgerctl payment pi_3Nxyz

# Credits for a quarter, used before what never expires.
tokenledgerctl grant user_1 5000 --expires 90d --reason 'welcome back'

# Set tokens aside for a call, and end that with what it did cost.
tokenledgerctl hold user_1 500 --key req_1
tokenledgerctl capture user_1 req_1 321 --model a-model

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
    return roff("Every write has an idempotency key, printed on standard error before the write is "
                "sent: the same command with --key KEY takes effect once, however often it is sent.\n") +
           ".PP\n" +
           roff("With --json the daemon's answer is on standard output as it is, and every line of "
                "standard error is a JSON object: {\"idempotency_key\": ...} before a write is sent, "
                "and after a failure, last, one with type, title and sometimes detail. type is the "
                "daemon's, or usage, unreachable, unknown_value or failed. If it is unknown whether a "
                "write was done, again is the command that is safe to run.\n") +
           ".PP\n" + roff("Times in tables are UTC.\n");
}

std::string manual_notes() {
    return ".SH EXIT STATUS\n" + entries(exit_status) + ".PP\n" +
           roff("When the reader of its output has closed the pipe (| head), it ends by SIGPIPE, without a "
                "message.\n") +
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
