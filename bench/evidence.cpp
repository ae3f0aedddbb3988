// Measures the bytes and the processor time of a stored event, packed with and without a dictionary. Run by
// bench/evidence.
#include "codec/evidence.hpp"

#include <zstd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace ledger = tokenledger::ledger;

constexpr int rounds = 20;

struct sample {
    std::string kind;
    std::string header;
    std::string body;

    [[nodiscard]] std::string plain() const { return header + "\n" + body; }
};

std::string file_bytes(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    if (!in)
        throw std::runtime_error("cannot read " + name);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Records of KIND LF HEADER LF BODY NUL.
std::vector<sample> read_samples(const std::string& name) {
    std::vector<sample> all;
    const std::string bytes = file_bytes(name);
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = bytes.find('\0', at), kind = bytes.find('\n', at),
                          header = bytes.find('\n', kind + 1);
        all.push_back({bytes.substr(at, kind - at), bytes.substr(kind + 1, header - kind - 1),
                       bytes.substr(header + 1, end - header - 1)});
        at = end + 1;
    }
    return all;
}

double processor_us() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct way {
    std::string name;
    std::function<std::string(const sample&)> pack;
    std::function<bool(const std::string& packed, const sample&)> comes_back;
};

void measure(const way& how, const std::vector<sample>& samples) {
    std::map<std::string, std::pair<std::size_t, std::size_t>> by_kind; // events, bytes
    std::vector<std::string> packed;
    for (const sample& each : samples) {
        packed.push_back(how.pack(each));
        if (!how.comes_back(packed.back(), each))
            throw std::runtime_error(how.name + " does not bring an event back");
        auto& [count, bytes] = by_kind[each.kind];
        ++count;
        bytes += packed.back().size();
    }
    double pack_us = 1e300, unpack_us = 1e300; // of the quickest round: the others were disturbed
    for (int round = 0; round < rounds; ++round) {
        const double begin = processor_us();
        for (const sample& each : samples)
            static_cast<void>(how.pack(each));
        const double middle = processor_us();
        for (std::size_t i = 0; i < samples.size(); ++i)
            static_cast<void>(how.comes_back(packed[i], samples[i]));
        pack_us = std::min(pack_us, middle - begin);
        unpack_us = std::min(unpack_us, processor_us() - middle);
    }
    const auto count = static_cast<double>(samples.size());
    std::size_t bytes = 0;
    for (const auto& [kind, sum] : by_kind)
        bytes += sum.second;
    std::cout << std::left << std::setw(34) << how.name << std::right << std::fixed << std::setprecision(1)
              << std::setw(8) << static_cast<double>(bytes) / count << " B" << std::setw(8) << pack_us / count
              << " us" << std::setw(8) << unpack_us / count << " us";
    for (const auto& [kind, sum] : by_kind)
        std::cout << "  " << kind << " " << sum.second / sum.first;
    std::cout << '\n';
}

// zstd itself: alone, or with a dictionary of any size, at any level.
way plain_zstd(const std::string& name, int level, const std::string& dictionary) {
    const std::shared_ptr<ZSTD_CCtx> packer(ZSTD_createCCtx(), ZSTD_freeCCtx);
    const std::shared_ptr<ZSTD_DCtx> unpacker(ZSTD_createDCtx(), ZSTD_freeDCtx);
    const std::shared_ptr<ZSTD_CDict> with(ZSTD_createCDict(dictionary.data(), dictionary.size(), level),
                                           ZSTD_freeCDict);
    const std::shared_ptr<ZSTD_DDict> back(ZSTD_createDDict(dictionary.data(), dictionary.size()),
                                           ZSTD_freeDDict);
    ZSTD_CCtx_setParameter(packer.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(packer.get(), ZSTD_c_checksumFlag, 1);
    if (!dictionary.empty())
        ZSTD_CCtx_refCDict(packer.get(), with.get());
    return {name,
            [packer, with](const sample& what) {
                const std::string plain = what.plain();
                std::string packed(ZSTD_compressBound(plain.size()), '\0');
                packed.resize(
                    ZSTD_compress2(packer.get(), packed.data(), packed.size(), plain.data(), plain.size()));
                return packed;
            },
            [unpacker, back, used = !dictionary.empty()](const std::string& packed, const sample& what) {
                std::string plain(what.header.size() + 1 + what.body.size(), '\0');
                const std::size_t size =
                    ZSTD_decompress_usingDDict(unpacker.get(), plain.data(), plain.size(), packed.data(),
                                               packed.size(), used ? back.get() : nullptr);
                return size == plain.size() && plain.ends_with(what.body);
            }};
}

} // namespace

// tokenledger_evidence SAMPLES [LEVEL DICTIONARY]...
int main(int argc, char** argv) {
    try {
        if (argc < 2)
            throw std::runtime_error("SAMPLES [LEVEL DICTIONARY]...");
        const auto samples = read_samples(argv[1]);
        std::size_t bytes = 0;
        for (const sample& each : samples)
            bytes += each.plain().size();
        std::cout << samples.size() << " events of " << bytes / samples.size()
                  << " B; each way: bytes stored, packing, unpacking, bytes by kind\n";
        measure(plain_zstd("format 1: level 1 alone", 1, ""), samples);
        measure(plain_zstd("level 3 alone", 3, ""), samples);
        measure({"format 2: level 1, built in",
                 [](const sample& what) { return ledger::pack_evidence(what.header, what.body); },
                 [](const std::string& packed, const sample& what) {
                     const auto back = ledger::unpack_evidence(packed);
                     return back && back->signature_header == what.header && back->body == what.body;
                 }},
                samples);
        for (int i = 2; i + 1 < argc; i += 2) {
            const std::string dictionary = file_bytes(argv[i + 1]);
            measure(plain_zstd("level " + std::string(argv[i]) + ", dictionary of " +
                                   std::to_string(dictionary.size() / 1024) + " KB",
                               std::stoi(argv[i]), dictionary),
                    samples);
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "tokenledger_evidence: " << error.what() << '\n';
        return 1;
    }
}
