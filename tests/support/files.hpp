// Files that tests read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tokenledger::test {

// The whole file; throws std::runtime_error with its name if it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

// The path of a project file, given its path from the top.
[[nodiscard]] std::filesystem::path source_path(const std::string& name);

// The whole project file, given its path from the top: "docs/admin.md". Throws like read_file.
[[nodiscard]] std::string source_file(const std::string& name);

// The folder of real cases from Stripe (TOKENLEDGER_SHARED_STRIPE). Without one it logs that the test is
// skipped.
[[nodiscard]] std::optional<std::filesystem::path> shared_stripe();

} // namespace tokenledger::test
