// Evidence as it is stored: the signature header and the body of an event, exactly, in one compressed value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// stripe_events.evidence_format. Each is a zstd frame of the signature header, a line feed, and the body.
inline constexpr int evidence_format_alone = 1; // can be read with nothing else
inline constexpr int evidence_format_dictionary =
    2; // with a row of evidence_dictionaries, which the frame names
inline constexpr int evidence_format_current = evidence_format_dictionary; // what pack_evidence makes

struct evidence {
    std::string signature_header;
    std::string body;

    bool operator==(const evidence&) const = default;
};

inline constexpr std::size_t max_unpacked_evidence_bytes = 64UL << 20U;

// With the built-in dictionary, which migrations put into the database before anything is packed.
// `signature_header` holds no line feed (an HTTP field value cannot).
[[nodiscard]] std::string pack_evidence(std::string_view signature_header, std::string_view body);

// Unpacks evidence of either format, packed without a dictionary or with the built-in one. nullopt: it is
// of neither format, damaged, or would unpack to more than max_unpacked_bytes.
[[nodiscard]] std::optional<evidence>
unpack_evidence(std::string_view packed, std::size_t max_unpacked_bytes = max_unpacked_evidence_bytes);
// The same with a dictionary from the database (evidence_dictionaries.dictionary).
[[nodiscard]] std::optional<evidence>
unpack_evidence_with(std::string_view dictionary, std::string_view packed,
                     std::size_t max_unpacked_bytes = max_unpacked_evidence_bytes);

// evidence_dictionaries.dictionary_id that the frame names; 0: none, or no frame.
[[nodiscard]] std::uint32_t dictionary_id_of(std::string_view packed) noexcept;
// That of the dictionary that is built in.
[[nodiscard]] std::uint32_t current_dictionary_id() noexcept;

} // namespace tokenledger::ledger
