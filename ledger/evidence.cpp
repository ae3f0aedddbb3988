// Packing with zstd level 1: what is stored once per event must be cheap to write.
#include "ledger/evidence.hpp"

#include <zstd.h>

#include <memory>
#include <stdexcept>

namespace tokenledger::ledger {

namespace {

constexpr int compression_level = 1;

struct free_context {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};

// One context per thread: making one costs more than compressing an event.
ZSTD_CCtx& thread_context() {
    thread_local const std::unique_ptr<ZSTD_CCtx, free_context> context = [] {
        std::unique_ptr<ZSTD_CCtx, free_context> made(ZSTD_createCCtx());
        if (!made)
            throw std::bad_alloc();
        ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, compression_level);
        ZSTD_CCtx_setParameter(made.get(), ZSTD_c_checksumFlag, 1);
        return made;
    }();
    return *context;
}

} // namespace

std::string pack_evidence(std::string_view signature_header, std::string_view body) {
    if (signature_header.find('\n') != std::string_view::npos)
        throw std::invalid_argument("a signature header holds no line feed");
    std::string plain;
    plain.reserve(signature_header.size() + 1 + body.size());
    plain.append(signature_header).append(1, '\n').append(body);

    std::string packed(ZSTD_compressBound(plain.size()), '\0');
    const std::size_t size =
        ZSTD_compress2(&thread_context(), packed.data(), packed.size(), plain.data(), plain.size());
    if (ZSTD_isError(size) != 0U)
        throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(size));
    packed.resize(size);
    return packed;
}

std::optional<evidence> unpack_evidence(std::string_view packed, std::size_t max_unpacked_bytes) {
    const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > max_unpacked_bytes)
        return std::nullopt;
    std::string plain(static_cast<std::size_t>(size), '\0');
    const std::size_t written = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
    if (ZSTD_isError(written) != 0U || written != plain.size())
        return std::nullopt;
    const std::size_t feed = plain.find('\n');
    if (feed == std::string::npos)
        return std::nullopt;
    return evidence{.signature_header = plain.substr(0, feed), .body = plain.substr(feed + 1)};
}

} // namespace tokenledger::ledger
