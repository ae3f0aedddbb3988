// Whether the standard streams are terminals, and what these can show.
#pragma once

#include "screen/table.hpp"

#include <string>

namespace tokenledger::ctl {

struct terminal {
    bool in = false; // each: a person's terminal
    bool out = false;
    bool err = false;
    view screen{};           // of standard output: width 0 unless it is a terminal
    std::size_t width = 80;  // of bars; COLUMNS, or the terminal's
    bool colour_err = false; // colours on standard error; those on standard output are the view's
};

// Asks the system; COLUMNS and NO_COLOR (https://no-color.org) count.
[[nodiscard]] terminal this_terminal();

// A question to the person at the terminal; true if the answer begins with y.
[[nodiscard]] bool confirmed(const std::string& question);

} // namespace tokenledger::ctl
