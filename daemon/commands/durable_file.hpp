// A file that appears whole or not at all: written under another name, made durable, then linked.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

class file_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Mode 0600. Compressed with zstd if the name ends in .zst. Every failure is a file_error that names the
// file.
class durable_file {
  public:
    // Refuses a name that exists.
    explicit durable_file(std::filesystem::path target);
    // Removes a file that has not got its name yet.
    ~durable_file();
    durable_file(const durable_file&) = delete;
    durable_file& operator=(const durable_file&) = delete;

    void write(std::string_view bytes);
    // After this the file is on the disk under its name. Returns the SHA-256 of its bytes. Refuses to
    // overwrite.
    [[nodiscard]] std::string finish();
    // Removes the file, if finish() has given it its name.
    void remove() noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

// SHA-256 of a file's bytes.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file);

} // namespace tokenledger::daemon
