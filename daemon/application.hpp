// The composition root: builds the parts top-down, runs them, and lets them die in reverse.
#pragma once

#include "commands/exit_status.hpp"
#include "config/config.hpp"

#include <filesystem>

namespace tokenledger::daemon {

// Where a configuration came from, so that SIGHUP can read it again.
struct config_source {
    std::filesystem::path file;
    std::filesystem::path credentials_directory; // empty: relative secrets lie beside the file
};

// Serves until SIGTERM or SIGINT has drained it. Returns the exit status.
[[nodiscard]] int serve(config with, const config_source& source);

// Brings the schema up to date. Returns the exit status.
[[nodiscard]] int migrate(const config& with);

} // namespace tokenledger::daemon
