// Tries the built-in dictionary first: nearly all evidence was packed with it.
#include "postgres/evidence_reader.hpp"

#include "base/hex.hpp"

namespace tokenledger::ledger {

std::optional<evidence> evidence_reader::unpack(std::string_view packed) {
    const std::uint32_t id = dictionary_id_of(packed);
    if (id == 0 || id == current_dictionary_id())
        return unpack_evidence(packed);
    const std::string& with = dictionary(id);
    return with.empty() ? std::nullopt : unpack_evidence_with(with, packed);
}

const std::string& evidence_reader::dictionary(std::uint32_t id) {
    const auto [at, added] = dictionaries_.try_emplace(id);
    if (added) {
        const pg::rows rows =
            connection_.exec("SELECT encode(dictionary, 'hex')"
                             " FROM tokenledger.evidence_dictionaries WHERE dictionary_id = " +
                             std::to_string(id));
        if (rows.size() > 0)
            at->second = base::from_hex(rows.text(0, 0));
    }
    return at->second;
}

} // namespace tokenledger::ledger
