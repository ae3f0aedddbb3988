// Packs with zstd level 1 and a dictionary: packing happens once per event and must be cheap.
#include "codec/evidence.hpp"

#include "codec/evidence_dictionary.hpp"

#include <zstd.h>

#include <memory>
#include <new>
#include <stdexcept>

namespace tokenledger::ledger {

namespace {

constexpr int compression_level = 1;

struct free_with_zstd {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
    void operator()(ZSTD_CDict* dictionary) const noexcept { ZSTD_freeCDict(dictionary); }
    void operator()(ZSTD_DDict* dictionary) const noexcept { ZSTD_freeDDict(dictionary); }
};

template <class Object>
std::unique_ptr<Object, free_with_zstd> owned(Object* made) {
    if (made == nullptr)
        throw std::bad_alloc();
    return std::unique_ptr<Object, free_with_zstd>(made);
}

// Digested once, then shared by all threads.
const ZSTD_CDict& packing_dictionary() {
    static const auto digested =
        owned(ZSTD_createCDict(current_dictionary().data(), current_dictionary().size(), compression_level));
    return *digested;
}

const ZSTD_DDict& unpacking_dictionary() {
    static const auto digested =
        owned(ZSTD_createDDict(current_dictionary().data(), current_dictionary().size()));
    return *digested;
}

// One context per thread: making one costs more than compressing an event.
ZSTD_CCtx& packing_context() {
    thread_local const auto context = [] {
        auto made = owned(ZSTD_createCCtx());
        ZSTD_CCtx_setParameter(made.get(), ZSTD_c_checksumFlag, 1);
        if (ZSTD_isError(ZSTD_CCtx_refCDict(made.get(), &packing_dictionary())) != 0U)
            throw std::bad_alloc();
        return made;
    }();
    return *context;
}

// `with` may be null.
std::optional<evidence> unpack(const ZSTD_DDict* with, std::string_view packed,
                               std::size_t max_unpacked_bytes) {
    const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > max_unpacked_bytes)
        return std::nullopt;
    thread_local const auto context = owned(ZSTD_createDCtx());
    std::string plain(static_cast<std::size_t>(size), '\0');
    const std::size_t written = ZSTD_decompress_usingDDict(context.get(), plain.data(), plain.size(),
                                                           packed.data(), packed.size(), with);
    if (ZSTD_isError(written) != 0U || written != plain.size())
        return std::nullopt;
    const std::size_t feed = plain.find('\n');
    if (feed == std::string::npos)
        return std::nullopt;
    return evidence{.signature_header = plain.substr(0, feed), .body = plain.substr(feed + 1)};
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
        ZSTD_compress2(&packing_context(), packed.data(), packed.size(), plain.data(), plain.size());
    if (ZSTD_isError(size) != 0U)
        throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(size));
    packed.resize(size);
    return packed;
}

std::optional<evidence> unpack_evidence(std::string_view packed, std::size_t max_unpacked_bytes) {
    const std::uint32_t dictionary = dictionary_id_of(packed);
    if (dictionary != 0 && dictionary != current_dictionary_id())
        return std::nullopt;
    return unpack(dictionary != 0 ? &unpacking_dictionary() : nullptr, packed, max_unpacked_bytes);
}

std::optional<evidence> unpack_evidence_with(std::string_view dictionary, std::string_view packed,
                                             std::size_t max_unpacked_bytes) {
    const auto digested = owned(ZSTD_createDDict(dictionary.data(), dictionary.size()));
    return unpack(digested.get(), packed, max_unpacked_bytes);
}

std::uint32_t dictionary_id_of(std::string_view packed) noexcept {
    return ZSTD_getDictID_fromFrame(packed.data(), packed.size());
}

std::uint32_t current_dictionary_id() noexcept {
    return ZSTD_getDictID_fromDict(current_dictionary().data(), current_dictionary().size());
}

} // namespace tokenledger::ledger
