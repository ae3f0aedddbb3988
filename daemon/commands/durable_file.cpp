// mkstemp, write, fsync, link, fsync of the directory. link and not rename: it never replaces an existing
// file.
#include "commands/durable_file.hpp"

#include "base/sha256.hpp"

#include <zstd.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tokenledger::daemon {

namespace {

constexpr int compression_level = 3;
constexpr std::size_t buffer_bytes = 128UL * 1024;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
    throw file_error(file.string() + ": " + what);
}
[[noreturn]] void fail(const std::filesystem::path& file, int error) {
    fail(file, std::generic_category().message(error));
}

struct free_stream {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};

} // namespace

struct durable_file::state {
    explicit state(std::filesystem::path name)
        : target(std::move(name)),
          directory(target.has_parent_path() ? target.parent_path() : std::filesystem::path(".")),
          temporary(target.string() + ".XXXXXX") {}

    void put(std::string_view bytes) {
        sum.add(bytes);
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                fail(target, errno);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    // Takes all of `bytes`; with ZSTD_e_end the frame is closed too.
    void compress(std::string_view bytes, ZSTD_EndDirective how) {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        for (bool more = true; more;) {
            ZSTD_outBuffer out{packed.data(), packed.size(), 0};
            const std::size_t left = ZSTD_compressStream2(zstd.get(), &out, &in, how);
            if (ZSTD_isError(left) != 0U)
                fail(target, ZSTD_getErrorName(left));
            put({packed.data(), out.pos});
            more = how == ZSTD_e_end ? left != 0 : in.pos < in.size;
        }
    }
    void flush() {
        if (zstd)
            compress(gathered, ZSTD_e_continue);
        else
            put(gathered);
        gathered.clear();
    }
    void make_directory_durable() const {
        const int opened = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const bool done = opened >= 0 && ::fsync(opened) == 0;
        const int error = errno;
        if (opened >= 0)
            ::close(opened);
        if (!done)
            fail(directory, error);
    }

    std::filesystem::path target;
    std::filesystem::path directory;
    std::string temporary;
    int descriptor = -1;
    bool linked = false;
    std::string gathered;
    std::unique_ptr<ZSTD_CCtx, free_stream> zstd;
    std::string packed;
    base::sha256_stream sum;
};

durable_file::durable_file(std::filesystem::path target)
    : state_(std::make_unique<state>(std::move(target))) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(state_->target, ignored)))
        fail(state_->target, EEXIST);
    if (state_->target.extension() == ".zst") {
        state_->zstd.reset(ZSTD_createCCtx());
        if (!state_->zstd)
            throw std::bad_alloc();
        ZSTD_CCtx_setParameter(state_->zstd.get(), ZSTD_c_compressionLevel, compression_level);
        ZSTD_CCtx_setParameter(state_->zstd.get(), ZSTD_c_checksumFlag, 1);
        state_->packed.resize(ZSTD_CStreamOutSize());
    }
    state_->descriptor = ::mkostemp(state_->temporary.data(), O_CLOEXEC);
    if (state_->descriptor < 0) {
        const int error = errno;
        state_->temporary.clear();
        fail(state_->target, error);
    }
}

durable_file::~durable_file() {
    if (state_->descriptor >= 0)
        ::close(state_->descriptor);
    if (!state_->temporary.empty())
        ::unlink(state_->temporary.c_str());
}

void durable_file::write(std::string_view bytes) {
    state_->gathered.append(bytes);
    if (state_->gathered.size() >= buffer_bytes)
        state_->flush();
}

std::string durable_file::finish() {
    state_->flush();
    if (state_->zstd)
        state_->compress({}, ZSTD_e_end);
    if (::fsync(state_->descriptor) != 0)
        fail(state_->target, errno);
    if (::link(state_->temporary.c_str(), state_->target.c_str()) != 0)
        fail(state_->target, errno);
    state_->linked = true;
    if (::unlink(std::exchange(state_->temporary, "").c_str()) != 0)
        fail(state_->target, errno);
    state_->make_directory_durable();
    return state_->sum.finish();
}

void durable_file::remove() noexcept {
    if (std::exchange(state_->linked, false))
        ::unlink(state_->target.c_str());
}

std::string sha256_of_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    base::sha256_stream sum;
    std::array<char, buffer_bytes / 2> piece{};
    while (in.read(piece.data(), piece.size()) || in.gcount() > 0)
        sum.add({piece.data(), static_cast<std::size_t>(in.gcount())});
    if (!in.eof())
        fail(file, "it cannot be read");
    return sum.finish();
}

} // namespace tokenledger::daemon
