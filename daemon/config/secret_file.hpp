// One file, one secret: the rules of section 3 of the contract, without ever showing the content.
#pragma once

#include <openssl/crypto.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::daemon {

inline constexpr std::size_t max_secret_bytes = 4096;

// Memory that is wiped before it is given back.
template <class Value>
struct wiping_allocator : std::allocator<Value> {
    void deallocate(Value* at, std::size_t count) noexcept {
        ::OPENSSL_cleanse(at, count * sizeof(Value));
        std::allocator<Value>::deallocate(at, count);
    }
    template <class Other>
    struct rebind {
        using other = wiping_allocator<Other>;
    };
};
// Not a std::string, which keeps short text within itself.
using secret_bytes = std::vector<char, wiping_allocator<char>>;
[[nodiscard]] inline std::string_view text_of(const secret_bytes& bytes) noexcept {
    return {bytes.data(), bytes.size()};
}

// The content, or why it could not be read.
struct file_content {
    std::string text;
    std::string problem; // empty: no problem
};
struct secret_content {
    secret_bytes bytes;
    std::string problem;
};

// A regular file of at most `max_bytes`. The problem does not name the file.
[[nodiscard]] file_content read_file(const std::filesystem::path& file, std::size_t max_bytes);
[[nodiscard]] secret_content read_secret_file(const std::filesystem::path& file, std::size_t max_bytes);

// The path of a secret with this name: absolute names stay; others are looked up in
// `credentials_directory`, or, if that is empty, in `config_directory`.
[[nodiscard]] std::filesystem::path secret_path(std::string_view name,
                                                const std::filesystem::path& credentials_directory,
                                                const std::filesystem::path& config_directory);

// The secret: the file's bytes without one trailing newline; 1 to max_secret_bytes of printable ASCII without
// white space (all that Stripe issues). A byte order mark or a carriage return would make every signature
// fail.
[[nodiscard]] secret_content read_secret(const std::filesystem::path& file);

} // namespace tokenledger::daemon
