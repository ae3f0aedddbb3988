// tokenledgerctl as a function.
#pragma once

namespace tokenledger::ctl {

// Parses, runs, and returns the exit code. What cannot be foreseen is thrown.
int run(int argc, char** argv);

} // namespace tokenledger::ctl
