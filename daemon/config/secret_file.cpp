// Reads the files that hold secrets, and the configuration itself.
#include "config/secret_file.hpp"

#include "base/file_descriptor.hpp"

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

// Fills `into`; returns the problem, or nothing.
template <class Bytes>
std::string read_into(Bytes& into, const std::filesystem::path& file, std::size_t max_bytes) {
    // O_NONBLOCK: opening a pipe without a writer must not hang the start.
    const base::file_descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0)
        return error_of(errno);
    if (!S_ISREG(status.st_mode))
        return "not a regular file";
    into.resize(max_bytes + 1);
    std::size_t size = 0;
    while (size < into.size()) {
        const ssize_t got = ::read(opened.get(), into.data() + size, into.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_of(errno);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (size > max_bytes)
        return "too long";
    into.resize(size);
    return {};
}

template <class Content>
Content read_content(Content made, auto Content::*bytes, const std::filesystem::path& file,
                     std::size_t max_bytes) {
    made.problem = read_into(made.*bytes, file, max_bytes);
    if (!made.problem.empty())
        (made.*bytes).clear();
    return made;
}

} // namespace

file_content read_file(const std::filesystem::path& file, std::size_t max_bytes) {
    return read_content(file_content(), &file_content::text, file, max_bytes);
}

secret_content read_secret_file(const std::filesystem::path& file, std::size_t max_bytes) {
    return read_content(secret_content(), &secret_content::bytes, file, max_bytes);
}

std::filesystem::path secret_path(std::string_view name, const std::filesystem::path& credentials_directory,
                                  const std::filesystem::path& config_directory) {
    // operator/ returns an absolute right side unchanged.
    return (credentials_directory.empty() ? config_directory : credentials_directory) / name;
}

secret_content read_secret(const std::filesystem::path& file) {
    secret_content made = read_secret_file(file, max_secret_bytes + 1); // one byte more for a newline
    if (!made.problem.empty())
        return made;
    if (text_of(made.bytes).ends_with('\n'))
        made.bytes.pop_back();
    if (made.bytes.empty())
        return {{}, "the file is empty"};
    if (made.bytes.size() > max_secret_bytes)
        return {{}, "too long"};
    if (std::ranges::any_of(made.bytes, is_white_space))
        return {{}, "there is white space in it (one newline at the end is fine)"};
    if (!std::ranges::all_of(made.bytes, is_printable))
        return {{}, "there are bytes in it that are not printable ASCII (a byte order mark, perhaps)"};
    return made;
}

} // namespace tokenledger::daemon
