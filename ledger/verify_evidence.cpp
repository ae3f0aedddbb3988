// Evidence, unpacked: zstd's checksum says whether the bytes are those that were stored.
#include "verify_reader.hpp"

#include "hex.hpp"
#include "ledger/evidence.hpp"

namespace tokenledger::ledger {

void verify_evidence(pg::connection& connection, const report_fn& report) {
    const std::string format = std::to_string(evidence_format_zstd);
    const auto unpack_each = [&](const pg::result& rows) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const std::string_view stored_format = rows.get(row, 2).value_or("none");
            const std::string packed = from_hex(rows.text(row, 3));
            const bool known = stored_format == format;
            if (known && unpack_evidence(packed))
                continue;
            report({.check = "evidence_damaged",
                    .payment_intent_id = std::string(rows.get(row, 1).value_or("")),
                    .event_id = std::string(rows.text(row, 0)),
                    .expected = "evidence of format " + format,
                    .found = known ? std::to_string(packed.size()) + " bytes that do not unpack"
                                   : "format " + std::string(stored_format)});
        }
    };
    read_through_cursor(connection,
                        "SELECT event_id, payment_intent_id, evidence_format, encode(evidence, 'hex')"
                        " FROM tokenledger.stripe_events WHERE evidence IS NOT NULL",
                        evidence_per_fetch, unpack_each);
}

} // namespace tokenledger::ledger
