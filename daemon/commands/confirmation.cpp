// A script that lost its --yes must not hang, and must not go on.
#include "commands/confirmation.hpp"

#include <iostream>
#include <string>
#include <unistd.h>

namespace tokenledger::daemon {

bool confirmed(std::string_view plan, bool yes, const asked_at& where) {
    where.out << plan << '\n';
    if (yes)
        return true;
    if (!where.person) {
        where.out
            << "Refused: standard input is no terminal, so nobody can be asked. Nothing was changed. With"
               " --yes it is done without asking.\n";
        return false;
    }
    where.out << "Go on? [y/N] " << std::flush;
    std::string answer;
    std::getline(where.in, answer);
    if (answer.starts_with('y') || answer.starts_with('Y'))
        return true;
    where.out << "Nothing was changed.\n";
    return false;
}

bool confirmed(std::string_view plan, bool yes) {
    return confirmed(plan, yes, {.in = std::cin, .out = std::cerr, .person = ::isatty(STDIN_FILENO) == 1});
}

} // namespace tokenledger::daemon
