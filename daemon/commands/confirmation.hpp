// Before a command of the owner does what cannot be undone: what it would do, and whether that is wanted.
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

// Shows `plan`, whole sentences that say what would be done and that it cannot be undone, and then goes on if
// `yes` was given, or if the person answers with y. False: nothing may be changed; why has been said.
[[nodiscard]] bool confirmed(std::string_view plan, bool yes, const asked_at& where);

// On standard error, so that standard output has the result alone; the answer is read from standard input.
[[nodiscard]] bool confirmed(std::string_view plan, bool yes);

} // namespace tokenledger::daemon
