// From a draft to the configuration: checks that need more than one value, and the secrets' files.
#pragma once

#include "config/draft.hpp"
#include "config/toml_file.hpp"

#include <filesystem>
#include <vector>

namespace tokenledger::daemon {

// The folders of files that the configuration names.
struct secret_places {
    std::filesystem::path credentials_directory; // empty: none
    std::filesystem::path config_directory;
    secret_files secrets = secret_files::read;
};

// The configuration; valid only if there are no findings.
[[nodiscard]] config finish(const config_draft& draft, const secret_places& places,
                            std::vector<finding>& findings);

} // namespace tokenledger::daemon
