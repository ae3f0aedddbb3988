// Where `tokenledgerd rebuild` gets the URL of the other database from.
#pragma once

#include <string>

namespace tokenledger::daemon {

inline constexpr const char* rebuild_url_variable = "TOKENLEDGER_REBUILD_URL";

// What was given; empty: it was not.
struct rebuild_target {
    std::string url{};         // --into: everybody on the machine reads it in the process list
    std::string file{};        // --into-file: the URL alone is in it, and perhaps a newline after it
    std::string environment{}; // the value of TOKENLEDGER_REBUILD_URL
};

struct rebuild_url {
    std::string url{};
    std::string problem{}; // why there is none, one sentence that quotes no URL; empty: all is well
};

// Exactly one of them must be given, and a password not as --into.
[[nodiscard]] rebuild_url rebuild_url_of(const rebuild_target& given);

} // namespace tokenledger::daemon
