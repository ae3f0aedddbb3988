// Files that tests read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tokenledger::test {

// All of it; throws std::runtime_error that names the file if it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

// Where a file of the project is, by its path from the top.
[[nodiscard]] std::filesystem::path source_path(const std::string& name);

// All of a file of the project, by its path from the top: "docs/admin.md". Throws likewise.
[[nodiscard]] std::string source_file(const std::string& name);

// The folder of real cases from Stripe that may lie beside the project (TOKENLEDGER_SHARED_STRIPE); the test
// says that it skips if there is none.
[[nodiscard]] std::optional<std::filesystem::path> shared_stripe();

} // namespace tokenledger::test
