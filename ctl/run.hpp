// tokenledgerctl as a function.
#pragma once

namespace tokenledger::ctl {

// Parses the command line, runs the command and returns the exit code. Throws on unexpected errors.
int run(int argc, char** argv);

} // namespace tokenledger::ctl
