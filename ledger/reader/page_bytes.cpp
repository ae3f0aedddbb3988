// Counts what JSON escapes.
#include "reader/page_bytes.hpp"

namespace tokenledger::ledger {

std::size_t shown_bytes(std::string_view text) noexcept {
    std::size_t bytes = text.size();
    for (const char c : text) {
        const bool escaped = static_cast<unsigned char>(c) < 0x20;
        bytes += escaped ? 5 : c == '"' || c == '\\' ? 1 : 0;
    }
    return bytes;
}

} // namespace tokenledger::ledger
