// Before an irreversible command of the owner: shows its effect and asks for confirmation.
#pragma once

#include <iosfwd>
#include <string_view>

namespace tokenledger::daemon {

// Where the question is asked.
struct asked_at {
    std::istream& in;
    std::ostream& out;
    bool person = false; // in is a terminal
};

// Shows `plan`, whole sentences on what the command would do and that it cannot be undone. True if `yes`
// was given or the person answers with y. False: nothing may be changed; the reason is on `out`.
[[nodiscard]] bool confirmed(std::string_view plan, bool yes, const asked_at& where);

// Asks on standard error: standard output has only the result. Reads the answer from standard input.
[[nodiscard]] bool confirmed(std::string_view plan, bool yes);

} // namespace tokenledger::daemon
