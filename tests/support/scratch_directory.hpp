// A temporary directory for one test, removed by its destructor.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tokenledger::test {

class scratch_directory {
  public:
    scratch_directory() {
        std::string made = (std::filesystem::temp_directory_path() / "tokenledger-XXXXXX").string();
        if (::mkdtemp(made.data()) == nullptr)
            throw std::runtime_error("mkdtemp failed");
        path_ = made;
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() { std::filesystem::remove_all(path_); }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    std::filesystem::path write(std::string_view name, std::string_view text) const {
        std::ofstream file(path_ / name, std::ios::binary);
        file.write(text.data(), static_cast<std::streamsize>(text.size()));
        return path_ / name;
    }

  private:
    std::filesystem::path path_;
};

} // namespace tokenledger::test
