// The exit statuses that every command of tokenledgerd has; tokenledgerd(8) lists them.
#pragma once

namespace tokenledger::daemon {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_config = 78; // EX_CONFIG of sysexits.h: starting again will not help

} // namespace tokenledger::daemon
