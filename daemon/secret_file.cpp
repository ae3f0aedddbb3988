// Reads the files that hold secrets, and the configuration itself.
#include "secret_file.hpp"

#include "file_descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace tokenledger::daemon {
namespace {

std::string error_of(int number) {
    return std::error_code(number, std::generic_category()).message();
}

bool is_white_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_printable(char c) noexcept {
    return c > ' ' && c <= '~';
}

} // namespace

file_content read_file(const std::filesystem::path& file, std::size_t max_bytes) {
    // O_NONBLOCK: opening a pipe that nobody writes to must not hang the start.
    const file_descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0) {
        return {{}, error_of(errno)};
    }
    if (!S_ISREG(status.st_mode)) {
        return {{}, "not a regular file"};
    }
    file_content made;
    made.text.resize(max_bytes + 1);
    std::size_t size = 0;
    while (size < made.text.size()) {
        const ssize_t got = ::read(opened.get(), made.text.data() + size, made.text.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return {{}, error_of(errno)};
        }
        if (got == 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
    }
    if (size > max_bytes) {
        return {{}, "too long"};
    }
    made.text.resize(size);
    return made;
}

std::filesystem::path secret_path(std::string_view name, const std::filesystem::path& credentials_directory,
                                  const std::filesystem::path& config_directory) {
    // operator/ keeps an absolute right side as it is.
    return (credentials_directory.empty() ? config_directory : credentials_directory) / name;
}

file_content read_secret(const std::filesystem::path& file) {
    file_content made = read_file(file, max_secret_bytes + 1); // and a newline
    if (!made.problem.empty()) {
        return made;
    }
    if (made.text.ends_with('\n')) {
        made.text.pop_back();
    }
    if (made.text.empty()) {
        return {{}, "the file is empty"};
    }
    if (made.text.size() > max_secret_bytes) {
        return {{}, "too long"};
    }
    if (std::ranges::any_of(made.text, is_white_space)) {
        return {{}, "there is white space in it (one newline at the end is fine)"};
    }
    if (!std::ranges::all_of(made.text, is_printable)) {
        return {{}, "there are bytes in it that are not printable ASCII (a byte order mark, perhaps)"};
    }
    return made;
}

} // namespace tokenledger::daemon
