// Reads files of the project, and finds the folder of shared cases beside it.
#include "files.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tokenledger::test {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

std::filesystem::path source_path(const std::string& name) {
    return std::filesystem::path(TOKENLEDGER_SOURCE_DIR) / name;
}

std::string source_file(const std::string& name) {
    return read_file(source_path(name));
}

std::optional<std::filesystem::path> shared_stripe() {
    const char* const folder = std::getenv("TOKENLEDGER_SHARED_STRIPE"); // NOLINT(concurrency-mt-unsafe)
    if (folder != nullptr && std::filesystem::is_directory(folder))
        return std::filesystem::path(folder);
    BOOST_TEST_MESSAGE("skipped: TOKENLEDGER_SHARED_STRIPE names no folder");
    BOOST_WARN_MESSAGE(false, "skipped: TOKENLEDGER_SHARED_STRIPE names no folder");
    return std::nullopt;
}

} // namespace tokenledger::test
