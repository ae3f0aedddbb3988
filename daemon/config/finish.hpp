// From a draft to the configuration: what takes more than one value to judge, and the secrets' files.
#pragma once

#include "config/draft.hpp"
#include "config/toml_file.hpp"

#include <filesystem>
#include <vector>

namespace tokenledger::daemon {

// Where files named in the configuration are looked up.
struct secret_places {
    std::filesystem::path credentials_directory; // empty: none
    std::filesystem::path config_directory;
    secret_files secrets = secret_files::read;
};

// The configuration; to be used only if nothing was found.
[[nodiscard]] config finish(const config_draft& draft, const secret_places& places,
                            std::vector<finding>& findings);

} // namespace tokenledger::daemon
