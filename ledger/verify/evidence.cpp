// Unpacks the evidence: zstd's checksum shows whether the bytes are those stored. Checks its dictionaries.
#include "verify/steps.hpp"

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "codec/evidence_dictionary.hpp"
#include "pg/cursor.hpp"
#include "postgres/evidence_reader.hpp"

namespace tokenledger::ledger {

namespace {

bool is_known(std::string_view format) {
    return format == std::to_string(evidence_format_alone) ||
           format == std::to_string(evidence_format_dictionary);
}

// The format says whether a frame names a dictionary.
bool fits(std::string_view format, std::string_view packed) {
    return (format == std::to_string(evidence_format_dictionary)) == (dictionary_id_of(packed) != 0);
}

} // namespace

void verify_dictionaries(pg::connection& connection, const report_fn& report) {
    const std::string built_in = std::to_string(current_dictionary_id());
    const std::string built_in_sha256 =
        base::to_hex(base::sha256_stream().add(current_dictionary()).finish());
    const pg::rows rows = connection.exec(
        "SELECT dictionary_id, encode(dictionary_sha256, 'hex'), encode(sha256(dictionary), 'hex')"
        " FROM tokenledger.evidence_dictionaries ORDER BY dictionary_id");
    bool has_built_in = false;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const bool is_built_in = rows.text(row, 0) == built_in;
        has_built_in = has_built_in || is_built_in;
        const std::string_view expected = is_built_in ? std::string_view(built_in_sha256) : rows.text(row, 1);
        for (const std::string_view name : {rows.text(row, 1), rows.text(row, 2)}) {
            if (name != expected)
                report({.check = "dictionary_damaged",
                        .expected = "dictionary " + std::string(rows.text(row, 0)) + " with the SHA-256 " +
                                    std::string(expected),
                        .found = std::string(name)});
        }
    }
    if (!has_built_in)
        report({.check = "dictionary_missing", .expected = "dictionary " + built_in, .found = "none"});
}

void verify_evidence(pg::connection& connection, const report_fn& report,
                     const std::function<void()>& go_on) {
    evidence_reader reader(connection);
    const auto unpack_each = [&](const pg::rows& rows) {
        go_on();
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const std::string_view format = rows.get(row, 2).value_or("none");
            const std::string packed = base::from_hex(rows.text(row, 3));
            const bool known = is_known(format);
            if (known && fits(format, packed) && reader.unpack(packed))
                continue;
            report({.check = "evidence_damaged",
                    .payment_intent_id = std::string(rows.get(row, 1).value_or("")),
                    .event_id = std::string(rows.text(row, 0)),
                    .expected = "evidence of format " + (known ? std::string(format) : "1 or 2"),
                    .found = known ? std::to_string(packed.size()) + " bytes that do not unpack"
                                   : "format " + std::string(format)});
        }
    };
    read_through_cursor(connection,
                        "SELECT event_id, payment_intent_id, evidence_format, encode(evidence, 'hex')"
                        " FROM tokenledger.stripe_events WHERE evidence IS NOT NULL",
                        evidence_per_fetch, unpack_each);
}

} // namespace tokenledger::ledger
