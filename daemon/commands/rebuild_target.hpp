// Where `tokenledgerd rebuild` gets the URL of the other database from.
#pragma once

#include <string>

namespace tokenledger::daemon {

inline constexpr const char* rebuild_url_variable = "TOKENLEDGER_REBUILD_URL";

// The sources that were given; empty: not given.
struct rebuild_target {
    std::string url{};         // --into: everybody on the machine reads it in the process list
    std::string file{};        // --into-file: the URL alone is in it, and perhaps a newline after it
    std::string environment{}; // the value of TOKENLEDGER_REBUILD_URL
};

struct rebuild_url {
    std::string url{};
    std::string problem{}; // why there is no url, one sentence that quotes no URL; empty: there is one
};

// Exactly one must be given; a password may not come by --into.
[[nodiscard]] rebuild_url rebuild_url_of(const rebuild_target& given);

} // namespace tokenledger::daemon
