// Evidence as it is stored: the signature header and the body of an event, exactly, in one compressed value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// stripe_events.evidence_format: a zstd frame of the signature header, a line feed, and the body.
inline constexpr int evidence_format_zstd = 1;

struct evidence {
    std::string signature_header;
    std::string body;

    bool operator==(const evidence&) const = default;
};

// `signature_header` holds no line feed (an HTTP field value cannot).
[[nodiscard]] std::string pack_evidence(std::string_view signature_header, std::string_view body);

// nullopt if the bytes are not what pack_evidence made, or would unpack to more than max_unpacked_bytes.
[[nodiscard]] std::optional<evidence> unpack_evidence(std::string_view packed,
                                                      std::size_t max_unpacked_bytes = 64U << 20U);

} // namespace tokenledger::ledger
